"""What befalls hosts under watch, as data, and a model of what a monitor has to notice and to tell of it.

The model knows docs/watch.md, and nothing of the code. All times are Unix seconds, all lengths seconds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random

GRACE = 600.0  # after a window's end, in which nobody is told yet
NOTICED = 2  # intervals in which an outage is noticed, and a return
CLOCK_READ = 6  # intervals in which a clock is read: every fifth, when the host is looked at
ACT = 10  # intervals that an act takes, with all that comes of it


class Kind(Enum):
    """What befalls a host. None of it is seen by its daemons, but for a crash."""

    PAUSE = "it stands still"
    CUT = "its link is cut"
    CRASH = "it crashes, and boots later"
    ANNOUNCED = "it stands still within a window"
    OUTLASTS = "it stands still until its window and the grace are over"
    JUMP = "it stands still for a moment, which its clock lacks then"
    BLIP = "its link is cut for a moment"
    NOTHING = "it is left alone"


# In this order no host comes and goes three times within three acts, which would be flapping.
KINDS = tuple(Kind)
STEP = 3  # by so many of them each host moves on with each act
BRIEF = {Kind.JUMP, Kind.BLIP, Kind.NOTHING}


@dataclass(frozen=True)
class Trouble:
    """A host and what befalls it, from `begin` to before `end`."""

    host: str
    kind: Kind
    begin: float
    end: float

    @property
    def is_outage(self) -> bool:
        """Whether it lasts until it has to be noticed."""
        return self.kind not in BRIEF


@dataclass(frozen=True)
class Window:
    """A maintenance that is announced for a host."""

    host: str
    begin: float
    end: float


@dataclass(frozen=True)
class Act:
    """A part of the night: a trouble for each host, and the windows that are announced when it begins."""

    begin: float
    troubles: tuple[Trouble, ...]
    windows: tuple[Window, ...]


class Word(Enum):
    """What a monitor says of a host."""

    DOWN = "is DOWN"
    BACK = "is back"
    JUMPED = "has jumped"


@dataclass(frozen=True)
class Notice:
    """What has to be noticed of a host, and when; whether somebody is told of it, and of its window."""

    host: str
    word: Word
    earliest: float
    latest: float
    is_told: bool = True
    is_announced: bool = False


def act(number: int, begin: float, interval: float, hosts: Sequence[str], random: Random) -> Act:
    """What happens in an act; `number` counts them from 0, and each of the eight hosts has another lot in each."""
    troubles, windows = [], []
    for place, host in enumerate(hosts):
        kind = KINDS[(place + STEP * number) % len(KINDS)]
        start, length = 0.5 + random.random(), 2.2 + random.random()
        if kind is Kind.ANNOUNCED:
            windows.append(Window(host, begin, begin + 5 * interval))
        elif kind is Kind.OUTLASTS:  # how long a window was makes no difference when it is over
            over = begin + 4.5 * interval - GRACE
            windows.append(Window(host, over - 60, over))
            length += 2.5
        elif kind is Kind.JUMP:
            length = 3 / interval
        elif kind is Kind.BLIP:
            length = 0.3
        start = begin + start * interval
        troubles.append(Trouble(host, kind, start, start + length * interval))
    return Act(begin, tuple(troubles), tuple(windows))


def to_notice(acts: Iterable[Act], interval: float) -> dict[str, list[Notice]]:
    """What has to be noticed of each host, in its order, and nothing else."""
    notices: dict[str, list[Notice]] = {}
    windows: list[Window] = []
    for each in acts:
        windows += each.windows
        for trouble in each.troubles:
            notices.setdefault(trouble.host, []).extend(_to_notice(trouble, windows, interval))
    return notices


def _to_notice(trouble: Trouble, windows: Sequence[Window], interval: float) -> Iterator[Notice]:
    host, begin, end = trouble.host, trouble.begin, trouble.end
    if trouble.kind is Kind.JUMP:
        yield Notice(host, Word.JUMPED, begin, begin + CLOCK_READ * interval)
    if not trouble.is_outage:
        return
    silent_until = max((window.end + GRACE for window in windows if window.host == host), default=begin)
    is_announced = begin < silent_until
    yield Notice(host, Word.DOWN, begin, begin + NOTICED * interval, not is_announced, is_announced)
    if is_announced and silent_until < end:
        yield Notice(host, Word.DOWN, silent_until, silent_until + NOTICED * interval, is_announced=True)
    yield Notice(host, Word.BACK, end, end + NOTICED * interval, is_announced=is_announced)
