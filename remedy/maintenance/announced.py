"""A maintenance window that was announced, and which of many hold for a host."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from remedy.inventory import Host, Window
from remedy.inventory.address import plain

State = Literal["running", "coming", "past", "cancelled"]
HOSTS_YAML = "hosts.yaml"
ADDED = "added"


@dataclass(frozen=True)
class Announced:
    """A window, how a person calls it, and where it comes from: HOSTS_YAML or ADDED.

    `cancelled`: when it was, if it was; it holds for nobody since.
    """

    id: str
    window: Window
    source: str
    cancelled: datetime | None = None

    @property
    def start(self) -> float:
        """Its begin, in Unix seconds."""
        return self.window.from_.timestamp()

    @property
    def end(self) -> float:
        """Its end, in Unix seconds; it does not hold any more then."""
        return self.window.to.timestamp()

    def state(self, now: float) -> State:
        """How it stands at that time, in Unix seconds."""
        if self.cancelled:
            return "cancelled"
        if now < self.start:
            return "coming"
        return "running" if now < self.end else "past"

    def is_about(self, host: Host) -> bool:
        """Whether it names the host, its address or one of its groups; one that names none is about every host."""
        names = {plain(name) for name in self.window.hosts}
        return not names or not {host.name, plain(host.address), *host.groups}.isdisjoint(names)


def overlapping(windows: Iterable[Announced], hosts: Iterable[Host], start: float, end: float) -> tuple[Announced, ...]:
    """Those that are not cancelled, are about one of the hosts, and share some time with that from start to end."""
    hosts = tuple(hosts)
    return tuple(
        each
        for each in windows
        if not each.cancelled and each.start < end and start < each.end and any(map(each.is_about, hosts))
    )
