"""All hosts, with what holds for them together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from remedy.inventory.host import Host

POOL = ("0.pool.ntp.org", "1.pool.ntp.org", "2.pool.ntp.org", "3.pool.ntp.org")


@dataclass(frozen=True)
class ReferenceSource:
    """Whom the controller asks for the true time."""

    servers: tuple[str, ...] = POOL
    local_clock: Literal["auto", "never"] = "auto"


@dataclass(frozen=True)
class Window:
    """A maintenance that a provider announced. No hosts: all of them."""

    from_: datetime
    to: datetime
    hosts: tuple[str, ...] = ()
    notice: str | None = None


@dataclass(frozen=True)
class Mail:
    """Where mail goes, and through whom."""

    to: tuple[str, ...]
    from_: str
    server: str = "localhost"
    user: str | None = None


@dataclass(frozen=True)
class Fleet:
    """What hosts.yaml says. `path` is None where there is no such file."""

    path: Path | None = None
    reference: ReferenceSource = ReferenceSource()
    hosts: Mapping[str, Host] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    maintenance: tuple[Window, ...] = ()
    mail: Mail | None = None
    defaults: Host = Host(name="", address="", ntp=POOL)

    @classmethod
    def empty(cls) -> "Fleet":
        """The fleet of someone without a hosts.yaml: built-in defaults, foreign addresses only."""
        return cls()

    def select(self, names: Sequence[str]) -> tuple[Host, ...]:
        """The hosts that `names` mean, in that order, each once; () is the whole fleet.

        A name is a host, a group, or a foreign address: [USER@]ADDRESS[:PORT], IPv6 in brackets or bare. Raises
        UsageError, one line a name, for what can be none of these.
        """
        from remedy.inventory.select import select

        return select(self, names)
