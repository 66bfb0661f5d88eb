"""Outages and windows on one axis of time: the days that were, and half a day to come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from remedy.watch.status.moments import local
from remedy.watch.store import DAY

PAST = 2 * DAY  # seconds that are told of
AHEAD = DAY / 2
LEAST = 0.6  # percent of the width: what is less would not be seen
EVERY = 12  # hours between two ticks
APART, NEAR = 7.0, 14.0  # percent between a label and "now": less is too near, and less than that too near on a phone


class Mark(StrEnum):
    """What a bar stands for; those that come later are drawn over those before."""

    WINDOW = "window"  # was announced
    BLIND = "blind"  # this machine reached nobody
    SERVED = "served"  # a site or the login was down
    OUTAGE = "outage"  # the host was down


@dataclass(frozen=True)
class Span:
    """From `begin` to before `end`, in Unix seconds."""

    mark: Mark
    begin: float
    end: float


@dataclass(frozen=True)
class Bar:
    """Where a span is, in percent of the width."""

    mark: Mark
    start: float
    width: float


@dataclass(frozen=True)
class Tick:
    """A place on the axis, and what it is called, if there is room for that; `is_near`: only on a wide screen."""

    place: float
    label: str
    is_near: bool


class Axis:
    """The time about a moment, and where each moment is on it."""

    def __init__(self, now: float) -> None:
        self.begin, self.end = now - PAST, now + AHEAD
        self.now = self.place(now)

    def place(self, moment: float) -> float:
        """In percent of the width; what is outside is at the edge."""
        inside = min(max(moment, self.begin), self.end)
        return round(100 * (inside - self.begin) / (self.end - self.begin), 2)

    def seen(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Those of which anything is to be seen."""
        return tuple(span for span in spans if span.begin < self.end and span.end > self.begin)

    def bars(self, spans: Iterable[Span]) -> tuple[Bar, ...]:
        """The bars of those that are to be seen; those of a kind that touch are one."""
        order = sorted(self.seen(spans), key=lambda span: (list(Mark).index(span.mark), span.begin))
        return tuple(
            bar for mark, some in groupby(order, key=lambda span: span.mark) for bar in self._joined(mark, some)
        )

    def ticks(self) -> tuple[Tick, ...]:
        """Midnights and noons of this machine's zone."""
        return tuple(self._tick(moment) for moment in self._hours())

    def _joined(self, mark: Mark, spans: Iterable[Span]) -> Iterator[Bar]:
        start = end = -1.0
        for span in spans:
            begins, ends = self.place(span.begin), self.place(span.end)
            ends = max(ends, begins + LEAST)
            if begins > end:
                if end > start:
                    yield Bar(mark, start, round(end - start, 2))
                start, end = begins, ends
            end = max(end, ends)
        if end > start:
            yield Bar(mark, start, round(end - start, 2))

    def _hours(self) -> Iterator[datetime]:
        first = local(self.begin).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        for count in range(int((PAST + AHEAD) / 3600 / EVERY) + 3):
            wall = first + timedelta(hours=count * EVERY)
            if self.begin < wall.timestamp() < self.end:  # a time without a zone is one of this machine's
                yield wall

    def _tick(self, wall: datetime) -> Tick:
        place = self.place(wall.timestamp())
        apart = abs(place - self.now)
        has_room = min(place, 100 - place, apart) >= APART
        return Tick(place, f"{wall:{'%a %d' if wall.hour == 0 else '%H:%M'}}" if has_room else "", apart < NEAR)
