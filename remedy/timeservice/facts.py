"""Which time services a host has, which of them counts, and what it says of itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from remedy import initsystem
from remedy.errors import ProbeError
from remedy.initsystem import Init
from remedy.shell.answers import Answers
from remedy.topic import Situation


class Kind(StrEnum):
    """Whose time daemon it is, in the order in which we would choose among those of a host."""

    CHRONY = "chrony"
    NTPSEC = "ntpsec"
    ISC = "isc"
    TIMESYNCD = "timesyncd"
    OPENNTPD = "openntpd"
    BUSYBOX = "busybox"


KINDS = {  # of the services whose names say it; any other runs the host's ntpd
    "chronyd": Kind.CHRONY,
    "chrony": Kind.CHRONY,
    "ntpsec": Kind.NTPSEC,
    "systemd-timesyncd": Kind.TIMESYNCD,
    "openntpd": Kind.OPENNTPD,
}
DAEMONS = {  # of the processes whose names say it; ntpd is the host's own
    "chronyd": Kind.CHRONY,
    "systemd-timesyn": Kind.TIMESYNCD,
    "openntpd": Kind.OPENNTPD,
    "busybox": Kind.BUSYBOX,
}


@dataclass(frozen=True)
class Service:
    """A time service as the init system knows it, by the name that an administrator types.

    `enabled` None: the init system does not say. `masked`: the administrator forbade it. `failed` says how it ended,
    where it did not end well. `unmet`: systemd starts it and nothing runs, for a condition of its unit is not met.
    `by_hand`: it runs, but the init system did not start it and cannot stop it.
    """

    name: str
    kind: Kind
    running: bool = False
    enabled: bool | None = None
    masked: bool = False
    failed: str = ""
    unmet: bool = False
    by_hand: bool = False


@dataclass(frozen=True)
class TimeServiceFacts:
    """A host's time services. `synchronised` is the running one's own word; None: it gives none.

    `init_tools` is what a SysV host has to change its services with.
    """

    init: Init
    services: tuple[Service, ...] = ()
    synchronised: bool | None = None
    init_tools: frozenset[str] = frozenset()
    container: str = ""

    @property
    def active(self) -> Service | None:
        """The service that counts: the one that runs, else that should, else that did, else that could."""
        return min(self.services, key=_rank, default=None)

    @property
    def running(self) -> tuple[Service, ...]:
        """The services that run."""
        return tuple(service for service in self.services if service.running)


def read(answers: Answers, _situation: Situation) -> TimeServiceFacts:
    """Given the answers of the probe, return the facts; raise ProbeError if they don't say."""
    try:
        init = Init(answers.text("init"))
    except ValueError:
        raise ProbeError(f"the host's init system is not known: {answers.text('init')[:80]!r}") from None
    ntpd = answers.text("ntpd")
    own = Kind(ntpd) if ntpd in set(Kind) else Kind.ISC
    services = list(_systemd(answers, own) if init is Init.SYSTEMD else _scripts(answers, init, own))
    return TimeServiceFacts(
        init=init,
        services=tuple(_with_processes(services, answers, own)),
        synchronised=_synchronised(answers),
        init_tools=frozenset(answer.output for answer in answers if answer.name == "init_tool"),
        container=answers.text("container"),
    )


def _rank(service: Service) -> tuple[bool, bool, bool, bool, int]:
    kinds = list(Kind)
    return (
        not service.running,
        service.masked,
        not service.enabled,
        not service.failed,
        kinds.index(service.kind),
    )


def _systemd(answers: Answers, own: Kind) -> Iterator[Service]:
    """The services of systemd; a name that is an alias shows the unit that it stands for."""
    answer = answers.get("units")
    if answer is None or answer.status != 0:
        raise ProbeError(f"systemctl show failed: {answer.output.strip()[:200] if answer else 'no answer'}")
    links = _boot_links(answers, "/etc/rc[35].d/")
    seen = set()
    for unit in initsystem.units(answer.output):
        name = unit.get("Id", "").removesuffix(".service")
        if name and name not in seen and unit.get("LoadState") in ("loaded", "masked"):
            seen.add(name)
            yield _unit(name, unit, own, name in links)


def _unit(name: str, unit: dict[str, str], own: Kind, is_linked: bool) -> Service:
    state = unit.get("UnitFileState", "")
    enabled = is_linked if state == "generated" else initsystem.ENABLED.get(state)  # generated: of a SysV script
    active, tried = unit.get("ActiveState"), unit.get("ConditionTimestampMonotonic", "0") != "0"
    is_on = active in ("active", "reloading")
    has_exited = is_on and unit.get("SubState") == "exited"  # a unit made of a SysV script stays active without them
    return Service(
        name=name,
        kind=KINDS.get(name, own),
        running=is_on and not has_exited,
        enabled=enabled,
        masked=unit["LoadState"] == "masked",
        failed=initsystem.end(unit) if active == "failed" else initsystem.EXITED if has_exited else "",
        unmet=active == "inactive" and tried and unit.get("ConditionResult") == "no",
    )


def _scripts(answers: Answers, init: Init, own: Kind) -> Iterator[Service]:
    """The services of SysV init and OpenRC: scripts, which say by their exit status whether it runs."""
    if init is Init.OPENRC:
        links = _boot_links(answers, "/etc/runlevels/(default|boot)/")
    else:
        links = _boot_links(answers, f"/etc/(init.d/)?rc{initsystem.runlevel(answers.text('runlevel'))}.d/")
    for answer in answers:
        label, _, name = answer.name.partition("/")
        if label == "status" and name and answer.ended is not None:
            yield Service(
                name=name,
                kind=KINDS.get(name, own),
                running=answer.status == 0 and not initsystem.denies(answer.output),
                enabled=name in links,
                failed=initsystem.STOPPED.get(answer.status or 0, ""),
            )


def _boot_links(answers: Answers, folder: str) -> set[str]:
    """The services that have a link in one of the folders, which are a regular expression."""
    links = (answer.output.split(maxsplit=1) for answer in answers if answer.name == "boot_link")
    return {name for name, path in links if re.match(folder, path)}


def _with_processes(services: list[Service], answers: Answers, own: Kind) -> Iterator[Service]:
    """The services, completed by the daemons that run although no service of theirs does."""
    kinds = {DAEMONS.get(answer.output.split()[1], own) for answer in answers if answer.name == "process"}
    unknown = kinds - {service.kind for service in services if service.running}
    for service in services:
        started_otherwise = service.kind in unknown and service == next(s for s in services if s.kind is service.kind)
        yield replace(service, running=True, by_hand=True) if started_otherwise else service
    for kind in sorted(unknown - {service.kind for service in services}):
        yield Service(name=kind.value, kind=kind, running=True, by_hand=True)


def _synchronised(answers: Answers) -> bool | None:
    """What the running daemon says; the first that says anything counts."""
    for name, yes, no in WORDS:
        answer = answers.get(name)
        if answer and answer.status == 0:
            if re.search(no, answer.output):
                return False
            if re.search(yes, answer.output):
                return True
    return None


WORDS = (  # the answer, what means yes in it, and what means no, which is looked for first (FIELD.md A2)
    ("tracking", r"Leap status *: (Normal|Insert second|Delete second)", r"Leap status *: Not synchronised"),
    ("variables", r"stratum=\d+", r"leap_alarm|leap=11|stratum=16"),
    ("timedate", r"(NTP|System clock) synchronized: yes", r"(NTP|System clock) synchronized: no"),
    ("ntpctl", r"clock synced", r"clock unsynced"),
    ("adjtimex", r"status:", r"UNSYNC"),
)
