"""Clocks before and after as a picture: where each stood and stands, on one axis from behind to ahead.

Offsets go over a dozen orders of magnitude, from microseconds to years, on both sides of the truth. So the axis is
linear about the truth and logarithmic beyond (a symmetric logarithm): seconds, hours and months are all to be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import copysign, log10

from remedy.model import HostReport
from remedy.report.fold import fold
from remedy.report.glance import clock_story, offsets
from remedy.words import DAY, HOUR, MINUTE, NEARLY_RIGHT, Offset, duration

LINEAR = 0.001  # seconds: what is less is not told apart
MARGIN = 4.0  # percent of the width, on each side
APART = 11.0  # percent between two ticks, so that their labels fit on a phone
TICKS = (0.01, 1, MINUTE, HOUR, DAY, 30 * DAY, 1000 * DAY)  # seconds, on both sides of the truth
MOST = 50  # rows; the table has all


@dataclass(frozen=True)
class Bar:
    """Where a clock may be: from one place to another, in percent of the width; as wide as its error."""

    start: float
    end: float


@dataclass(frozen=True)
class Tick:
    """A place on the axis, and what it is called."""

    place: float
    label: str


@dataclass(frozen=True)
class Trace:
    """Where the clocks of these hosts were before a repair, if they were put right, and where they are now."""

    names: str
    words: str
    before: tuple[Bar, ...]
    now: tuple[Bar, ...]

    @property
    def path(self) -> Bar | None:
        """From where the first clock was to where it is now."""
        return Bar(_middle(self.before[0]), _middle(self.now[0])) if self.before else None


@dataclass(frozen=True)
class Picture:
    """The axis and a row for each host, or for hosts alike; `right` is where a clock counts as right."""

    ticks: tuple[Tick, ...]
    right: Bar
    traces: tuple[Trace, ...]
    rest: int


def picture(reports: Sequence[HostReport]) -> Picture | None:
    """The picture of those hosts whose clocks were measured; None where there are none."""
    groups = fold([report for report in reports if any(offsets(report))])
    if not groups:
        return None
    shown = [group.reports for group in groups[:MOST]]
    axis = _Axis([offset for its in shown for report in its for offset in offsets(report) if offset])
    near = float(NEARLY_RIGHT)
    return Picture(
        ticks=axis.ticks(),
        right=Bar(axis.place(-near), axis.place(near)),
        traces=tuple(_trace(names, its, axis) for names, its in zip([g.names for g in groups], shown, strict=False)),
        rest=max(len(groups) - MOST, 0),
    )


class _Axis:
    """The axis on which all of these offsets have their place."""

    def __init__(self, measured: Sequence[Offset]) -> None:
        near = float(NEARLY_RIGHT)
        self._low = min(-scaled(near), *(scaled(offset.seconds - offset.error) for offset in measured))
        self._high = max(scaled(near), *(scaled(offset.seconds + offset.error) for offset in measured))

    def place(self, seconds: float) -> float:
        """Where an offset stands, in percent of the width."""
        part = (scaled(seconds) - self._low) / (self._high - self._low)
        return round(MARGIN + part * (100 - 2 * MARGIN), 1)

    def bar(self, offset: Offset) -> Bar:
        """Where the clock may be."""
        return Bar(self.place(offset.seconds - offset.error), self.place(offset.seconds + offset.error))

    def ticks(self) -> tuple[Tick, ...]:
        """The truth and what is of use on both its sides, not too near to each other."""
        found = [Tick(self.place(0), "0")]
        for sign in (-1, 1):
            last = self.place(0)
            for seconds in TICKS:
                place = self.place(sign * seconds)
                if 0 < place < 100 and abs(place - last) >= APART:
                    found.append(Tick(place, duration(seconds)))
                    last = place
        return tuple(sorted(found, key=lambda tick: tick.place))


def _trace(names: str, reports: Sequence[HostReport], axis: _Axis) -> Trace:
    """Whether there is a before and a now is the story's judgement, as elsewhere."""
    told = clock_story(reports)
    before, after = zip(*map(offsets, reports), strict=True)
    now = after if any(after) else before
    was_elsewhere = len(told) > 1
    return Trace(
        names=names,
        words=" → ".join(told),
        before=_bars(before, axis) if was_elsewhere else (),
        now=_bars(now, axis),
    )


def _bars(measured: Sequence[Offset | None], axis: _Axis) -> tuple[Bar, ...]:
    """A bar for each place that is taken."""
    return tuple(dict.fromkeys(axis.bar(offset) for offset in measured if offset))


def scaled(seconds: float) -> float:
    """An offset on the axis: linear about the truth, logarithmic beyond."""
    return copysign(log10(1 + abs(seconds) / LINEAR), seconds)


def _middle(bar: Bar) -> float:
    return round((bar.start + bar.end) / 2, 1)
