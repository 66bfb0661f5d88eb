"""All hosts, with what holds for them together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from remedy.inventory import kinds
from remedy.inventory.host import AS_WRITTEN, Host
from remedy.inventory.lists import Known, Several

LONGEST = 7 * 86400.0  # seconds that a maintenance takes at most; what is longer was mistyped, or misread
POOL = ("0.pool.ntp.org", "1.pool.ntp.org", "2.pool.ntp.org", "3.pool.ntp.org")


@dataclass(frozen=True)
class ReferenceSource:
    """Whom the controller asks for the true time."""

    __pydantic_config__: ClassVar = AS_WRITTEN

    servers: Annotated[tuple[Annotated[str, kinds.SERVER], ...], Several(least=1)] = POOL
    """NTP servers as NAME or NAME:PORT. Three or more, so that one that is wrong is noticed."""
    local_clock: Annotated[Literal["auto", "never"], kinds.LOCAL_CLOCK] = "auto"
    """auto: this machine's clock counts when no server answers and its kernel says it is synchronised; never."""


@dataclass(frozen=True)
class Window:
    """A maintenance that a provider announced. No hosts: all of them."""

    __pydantic_config__: ClassVar = AS_WRITTEN

    from_: Annotated[datetime, kinds.MOMENT]
    """Its begin, with the zone: 2017-08-30T02:00+09:00 or 2017-08-30T02:00 Asia/Tokyo."""
    to: Annotated[datetime, kinds.MOMENT]
    """Its end, with the zone."""
    hosts: Annotated[tuple[Annotated[str, Known("host or group")], ...], Several(least=1)] = ()
    """The hosts and groups that it is about; without this key: all."""
    notice: Annotated[str | None, kinds.URL] = None
    """Where the provider announced it."""

    def __post_init__(self) -> None:
        if self.from_.timestamp() >= self.to.timestamp():  # moments of one zone compare by what its clocks show
            raise ValueError("expected a window that ends after it begins: from: is not before to:")
        if self.to.timestamp() - self.from_.timestamp() > LONGEST:
            raise ValueError("expected a window of 7 days at most: is a date mistyped?")


@dataclass(frozen=True)
class Mail:
    """Where mail goes, and through whom. There is no key for the password."""

    __pydantic_config__: ClassVar = AS_WRITTEN

    to: Annotated[tuple[Annotated[str, kinds.MAILBOX], ...], Several(least=1)]
    """Who gets it."""
    from_: Annotated[str, kinds.MAILBOX]
    """Whom it comes from."""
    server: Annotated[str, kinds.SERVER] = "localhost"
    """The SMTP server as NAME or NAME:PORT."""
    user: Annotated[str | None, kinds.LINE] = None
    """The name to log in with; the password comes from $POST_MAINTE_MAIL_PASSWORD or a keyring."""


@dataclass(frozen=True)
class Watch:
    """How the monitor itself is watched."""

    __pydantic_config__: ClassVar = AS_WRITTEN

    ping: Annotated[str | None, kinds.URL] = None
    """A URL that fab watch asks for after each round that went well: a dead man's switch, which alarms without it."""


@dataclass(frozen=True)
class Fleet:
    """What hosts.yaml says. `path` is None where there is no such file."""

    path: Path | None = None
    reference: ReferenceSource = ReferenceSource()
    hosts: Mapping[str, Host] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    maintenance: tuple[Window, ...] = ()
    mail: Mail | None = None
    notify: tuple[str, ...] = ()
    watch: Watch = Watch()
    defaults: Host = field(default_factory=lambda: Host(name="", address="", ntp=POOL))

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
