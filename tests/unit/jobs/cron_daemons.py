"""The cron daemons' main loops, written down from their sources, to be run minute by minute with a clock that leaps.

Sources: cron.c of Debian's cron 3.0pl1-162 and of cronie, crond.c of busybox 1.37, main.c and database.c of dcron 4.6.
Nothing here knows cronsim or the code under test, but for the names of the daemons.
"""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache

from written_schedules import Written

from remedy.jobs.schedule import Dialect

HOUR = 3600


@dataclass(frozen=True)
class Clock:
    """A clock that leaps by `step` seconds when it shows `at`; `read` takes the seconds that really passed."""

    at: float
    step: float

    def read(self, real: float) -> float:
        """What it shows."""
        return real + self.step if real >= self.at else real


@dataclass(frozen=True)
class Run:
    """A start of the job: `at` by the clock, for the minutes `due`: of the wall's clock if vixie cron holds it."""

    at: int
    due: tuple[int, ...]


@dataclass
class Table:
    """The job's line in the daemon's memory."""

    written: Written
    dialect: Dialect
    sets: tuple[set[int], ...] = ()
    is_wild: bool = False
    is_either: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        get = self.written.values
        if self.dialect in (Dialect.VIXIE, Dialect.CRONIE):
            days, week = get(2, 1, 31), get(4, 0, 7)
            self.is_wild = self.written.starts_with_star(0) or self.written.starts_with_star(1)
            self.is_either = not self.written.starts_with_star(2) and not self.written.starts_with_star(4)
        else:
            days, week = get(2, 0, 31), get(4, 0, 6)
            if (len(days) < 32) != (len(week) < 7):
                days, week = (days, set()) if len(days) < 32 else (set(), week)
            self.is_either = True
        self.sets = (get(0, 0, 59), get(1, 0, 23), days, get(3, 1, 12), {day % 7 for day in week})

    def matches(self, local_minute: int) -> bool:
        """Whether the job is due when the clock on the wall shows that minute."""
        minutes, hours, days, months, week = self.sets
        if local_minute % 60 not in minutes or local_minute // 60 % 24 not in hours:
            return False
        tm = time.gmtime(local_minute * 60)
        if tm.tm_mon not in months:
            return False
        is_day, is_weekday = tm.tm_mday in days, (tm.tm_wday + 1) % 7 in week
        return is_day or is_weekday if self.is_either else is_day and is_weekday


def is_read_alike(written: Written, dialect: Dialect) -> bool:
    """Whether the daemon sees in it what is written there; busybox and dcron read some fields in ways of their own."""
    if dialect in (Dialect.VIXIE, Dialect.CRONIE):
        return True
    are_dates = all(len(written.values(field, 0, high)) <= high for field, high in ((2, 31), (4, 6)))
    return all(item.last < 7 for item in written.fields[4]) and not (dialect is Dialect.DCRON and are_dates)


def gmtoff(moment: float, zone: tzinfo) -> int:
    """Seconds that the zone is ahead of UTC."""
    return _gmtoff(int(moment) // 900, zone)


@lru_cache(maxsize=100_000)
def _gmtoff(quarter: int, zone: tzinfo) -> int:
    """Offsets change at quarters of an hour only."""
    ahead = datetime.fromtimestamp(quarter * 900, zone).utcoffset()
    assert ahead is not None
    return int(ahead.total_seconds())


@dataclass
class Vixie:
    """Debian's cron, and cronie. `early` is the share of its sleep after which a job's end wakes it after the step."""

    table: Table
    zone: tzinfo
    clock: Clock
    early: float = 1.0

    def runs(self, begin: float, end: float) -> Iterator[Run]:
        """What it runs from one real moment to another, if jobs are short."""
        real = begin
        virtual = running = self._minute(real)
        while real < end:
            real = self._sleep(real, running + 1)
            if self._minute(real) == running:
                continue
            running = self._minute(real)
            virtual = yield from self._catch_up(virtual, running, int(self.clock.read(real)))

    def _catch_up(self, virtual: int, running: int, at: int) -> Generator[Run, None, int]:
        diff, held = running - virtual, 180 if self.table.dialect is Dialect.CRONIE else 179
        if diff > 180 or diff < -held:
            yield from self._find(running, at, wild=True, fixed=True)
            return running
        if diff > 5 or diff < 1:
            yield from self._find(running, at, wild=True, fixed=False)
        for missed in range(virtual + 1, running + 1):
            yield from self._find(missed, at, wild=diff <= 5, fixed=True)
        return max(virtual, running)

    def _minute(self, real: float) -> int:
        now = int(self.clock.read(real))
        return (now + gmtoff(now, self.zone)) // 60

    def _sleep(self, real: float, target: int) -> float:
        now = int(self.clock.read(real))
        wait = target * 60 - (now + gmtoff(now, self.zone))
        wait = wait + 1 if self.table.dialect is Dialect.VIXIE else wait or 1
        until = real + wait if 0 < wait < 65 else real
        if real < self.clock.at < until:
            return self.clock.at + self.early * (until - self.clock.at)
        return until

    def _find(self, virtual: int, at: int, *, wild: bool, fixed: bool) -> Iterator[Run]:
        if self.table.matches(virtual) and (wild if self.table.is_wild else fixed):
            yield Run(at, (virtual - gmtoff(at, self.zone) // 60 if self.table.is_wild else virtual,))


@dataclass
class Dillon:
    """Busybox's crond, and dcron; each wakes every `tick` seconds: 10 while jobs run, else 60."""

    table: Table
    zone: tzinfo
    clock: Clock
    tick: int = 60

    def runs(self, begin: float, end: float) -> Iterator[Run]:
        """What it runs from one real moment to another."""
        is_dcron = self.table.dialect is Dialect.DCRON
        real, before = begin, int(self.clock.read(begin))
        while real < end:
            real += self.tick - int(self.clock.read(real)) % self.tick + (1 if is_dcron else 0)
            now = int(self.clock.read(real))
            passed = now - before
            if -HOUR <= passed <= HOUR and passed > 0:
                yield from self._flag(before, now)
                real += 5 if is_dcron else 0
            if not is_dcron or passed > 0 or passed < -HOUR:
                before = now

    def _flag(self, before: int, now: int) -> Iterator[Run]:
        minutes = range(before // 60 + 1, now // 60 + 1)
        due = tuple(m for m in minutes if self.table.matches(m + gmtoff(m * 60, self.zone) // 60))
        if due:
            yield Run(now, due)
