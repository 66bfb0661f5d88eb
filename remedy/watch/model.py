"""The monitor's words as data: what is watched, what was seen of it, how it stands, and what came of that.

All times are Unix seconds by this machine's clock. Everything here is immutable.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

SSH = "ssh"  # the host's SSH port; a host is down when that does not answer
LOGIN = "login"  # whether it lets us in, without which its clock can't be seen


class Subject(NamedTuple):
    """Something that is up or down. `what` is SSH, LOGIN or the URL of a site."""

    host: str
    what: str = SSH


NETWORK = Subject("", "network")  # of this machine


@dataclass(frozen=True)
class Seen:
    """One look at a subject, which took `seconds`. `trouble` says why it counts as down; none: it is up.

    `is_here`: this machine itself has answered, which says nothing of the network.
    """

    subject: Subject
    at: float
    trouble: str = ""
    seconds: float | None = None
    is_here: bool = False


@dataclass(frozen=True)
class Reading:
    """A host's clock minus the true time, in seconds, right within `error`; negative is behind."""

    host: str
    at: float
    offset: float
    error: float


@dataclass(frozen=True)
class Standing:
    """How a subject stands.

    `since` is when it came to be up or down: at the first look that said so. `bad_at` is when a look was bad last.
    `streak` counts the looks in a row that say otherwise than what stands, from `streak_since` on. `turns` are the
    moments, outside of windows, at which a look said something else than the one before. `is_told`: an alarm was given
    for this outage.
    """

    since: float
    is_down: bool = False
    is_told: bool = False
    looked: float = 0.0
    was_bad: bool = False
    bad_at: float = 0.0
    trouble: str = ""
    seconds: float | None = None
    streak: int = 0
    streak_since: float = 0.0
    turns: tuple[float, ...] = ()
    is_flapping: bool = False

    @property
    def is_steadily_up(self) -> bool:
        """Whether it is up, and the last look said so."""
        return not self.is_down and not self.was_bad


@dataclass(frozen=True)
class ClockStanding:
    """A host's clock as it was read last, at 0.0: never.

    `is_awaited`: the host is back, and what its clock says first is told by what is run on its return.
    """

    at: float = 0.0
    offset: float = 0.0
    error: float = 0.0
    is_wrong: bool = False
    is_awaited: bool = False


@dataclass(frozen=True)
class State:
    """All that is carried from one round to the next.

    `offline_since` is when this machine was first found to be cut off, if it is, and `offline_rounds` how often.
    `has_witness`: somebody outside of the fleet answered lately, whose silence would tell that we are cut off;
    `silences` is how often in a row nobody did since.
    """

    standings: Mapping[Subject, Standing] = field(default_factory=dict)
    clocks: Mapping[str, ClockStanding] = field(default_factory=dict)
    offline_since: float | None = None
    offline_rounds: int = 0
    has_witness: bool = False
    silences: int = 0


class Kind(StrEnum):
    """What can happen."""

    DOWN = "down"
    BACK = "back"
    FLAPPING = "flapping"
    SETTLED = "settled"  # flaps no more
    CLOCK = "clock"  # it jumped, or went wrong
    ONLINE = "online"  # this machine reaches the network again


@dataclass(frozen=True)
class Event:
    """Something that happened, decided at `at`.

    `since` is when it began: the outage, the return, the flapping, our being offline. `before`: since when it had been
    down, for a return. `until`: the announced end of a window that has to do with it, and `announced` that
    end as it was said, in its own zone. `is_quiet`: it is kept, and
    nobody is told. `is_return`: what on_return says is to be done. `offset` and `error` are a clock's, in seconds.
    """

    kind: Kind
    subject: Subject
    at: float
    since: float
    before: float | None = None
    until: float | None = None
    trouble: str = ""
    is_down: bool = False
    is_quiet: bool = False
    is_return: bool = False
    offset: float | None = None
    error: float | None = None
    announced: str = ""


@dataclass(frozen=True)
class Window:
    """A maintenance that was announced for some hosts, from `begin` to before `end`, which was said as `told`."""

    hosts: frozenset[str]
    begin: float
    end: float
    told: str = ""


@dataclass(frozen=True)
class Rule:
    """What of hosts.yaml counts when a host is judged: seconds between looks, and by how much its clock may be off."""

    interval: float = 60.0
    threshold: float = 0.5
