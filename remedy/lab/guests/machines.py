"""The guests that there can be in a lab."""

from dataclasses import dataclass

from remedy.lab.guests.errors import LabError
from remedy.lab.guests.flavours import FLAVOURS, Flavour

NET = "10.77.0."
WORLD = f"{NET}1"  # where the toolkit comes from
FIRST = 10  # below are the world and its time servers


@dataclass(frozen=True)
class Machine:
    """One guest to be: its flavour, and how the toolkit reaches it.

    `number` tells its address. `user` may be "admin", who needs sudo and has the password "lab". `via` names the
    machine that is its jump host; no other is let in.
    """

    name: str
    number: int
    flavour_name: str
    user: str = "root"
    via: str = ""

    @property
    def flavour(self) -> Flavour:
        """What it runs."""
        return FLAVOURS[self.flavour_name]

    @property
    def address(self) -> str:
        """Its address in the lab."""
        return f"{NET}{FIRST + self.number}"

    @property
    def jump(self) -> "Machine | None":
        """Its jump host."""
        return MACHINES[self.via] if self.via else None


MACHINES = {  # what a lab starts when it is told nothing else
    machine.name: machine
    for machine in (
        Machine("ntpsec", 1, "ntpsec"),
        Machine("chrony", 2, "chrony"),
        Machine("timesyncd", 3, "timesyncd"),
        Machine("openntpd", 4, "openntpd"),
        Machine("sysv", 5, "sysv"),
        Machine("openrc", 6, "openrc"),
        Machine("none", 7, "none"),
        Machine("busybox", 8, "busybox"),
        Machine("dropbear", 9, "dropbear"),
        Machine("admin", 10, "chrony", user="admin"),
        Machine("inner", 11, "timesyncd", via="none"),
    )
}
SPARE = {f"busybox{n}": Machine(f"busybox{n}", len(MACHINES) + n, "busybox") for n in range(1, 6)}


def machine(name: str) -> Machine:
    """The machine of that name; raises LabError if there is none."""
    found = (MACHINES | SPARE).get(name)
    if found is None:
        raise LabError(f"no machine {name!r}; there are {', '.join(MACHINES | SPARE)}")
    return found
