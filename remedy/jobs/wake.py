"""How a cron daemon that runs throughout takes a step of the clock, when it wakes next (FIELD B1, I1).

Sources: main() in cron.c of Debian's cron 3.0pl1-162 and of cronie, crond.c of busybox 1.37, main.c of dcron 4.6.
"""

from dataclasses import dataclass
from datetime import tzinfo
from enum import Enum, auto

from remedy.gap import Gap
from remedy.jobs.crontab import CronJob
from remedy.jobs.localtime import change, offset, wall
from remedy.jobs.schedule import Dialect

HOUR = 3600.0
NEAR = 120.0  # seconds from a threshold within which only the log can say
SMALL, LARGE = 5, 180  # minutes: up to SMALL every minute is made up for, up to LARGE those of jobs at fixed times
SLOW = 2.0  # seconds by which the daemon may wake later than it means to
TICK = {Dialect.VIXIE: 1, Dialect.CRONIE: 0, Dialect.BUSYBOX: 0, Dialect.DCRON: 1}  # wakes so late in the minute


class Answer(Enum):
    """What the daemon does about a job's firings in the gap."""

    NONE = auto()
    ONE = auto()  # one run, however many
    EACH = auto()
    UNSURE = auto()  # too near to a threshold


@dataclass(frozen=True)
class Wake:
    """The daemon's first look at the clock after a step; it slept to the next full minute of the clock as it was."""

    gap: Gap
    dialect: Dialect
    zone: tzinfo

    @property
    def moment(self) -> float:
        """When that is, by the clock as it is now, if no job's end wakes the daemon sooner."""
        return self.gap.end + 60 - self.gap.start % 60 + TICK[self.dialect]

    @property
    def now(self) -> float | None:
        """The minute in which the gap ends, if the daemon surely wakes in it too; vixie cron and cronie run it."""
        minute = self.gap.end // 60 * 60
        is_sure = minute <= self.moment - self._slack and self.moment + self._slack < minute + 60
        return minute if is_sure and self._is_vixie else None

    @property
    def surely_skipped_until(self) -> float:
        """Up to when all is lost if the daemon makes up for nothing, however early it wakes."""
        end = self.gap.end - self.gap.error
        return end // 60 * 60 - 1 if self._is_vixie else end

    @property
    def skipped_until(self) -> float:
        """Up to when something may be lost: busybox and dcron start nothing at all when they find such a leap."""
        return self.gap.end + self.gap.error if self._is_vixie else self.moment + self.gap.error

    @property
    def repeated_since(self) -> float:
        """After when the clock surely is passed a second time with the daemon awake."""
        latest = self.moment + self._slack
        return latest // 60 * 60 - 1 if self._is_vixie else latest

    def forward(self, job: CronJob) -> Answer:
        """What it does about the firings that a leap forward swallowed."""
        if not self._is_vixie:
            return self._dillon_forward()
        leap, near = self._leap, self._near
        nearest = max(leap - near, 1) if leap >= 1 else leap - near
        answers = {_forward(minutes, _is_wild(job)) for minutes in (nearest, leap, leap + near)}
        if self._crosses_change and (_is_wild(job) or job.zone) and answers != {Answer.NONE}:
            return Answer.UNSURE
        return answers.pop() if len(answers) == 1 else Answer.UNSURE

    def backward(self, job: CronJob) -> Answer:
        """Whether what ran in the time that comes again runs again."""
        if self.dialect is Dialect.BUSYBOX:
            return Answer.EACH
        if self.dialect is Dialect.DCRON:
            return _by_margin(-self.gap.seconds, HOUR, HOUR + 60, self.gap.error, below=Answer.NONE, above=Answer.EACH)
        leap, last_held = self._leap, LARGE - 1 if self.dialect is Dialect.VIXIE else LARGE
        if leap >= 0:
            return Answer.NONE
        if _is_wild(job):
            return Answer.EACH
        answers = {-minutes > last_held for minutes in (leap - self._near, leap + self._near)}
        return Answer.UNSURE if len(answers) > 1 else Answer.EACH if answers.pop() else Answer.NONE

    def _dillon_forward(self) -> Answer:
        """The daemon counts the time that it slept, up to a minute, to the leap."""
        return _by_margin(self.gap.seconds, HOUR - 60, HOUR, self.gap.error, below=Answer.ONE, above=Answer.NONE)

    @property
    def _leap(self) -> int:
        """Whole minutes by the zone's clock between the last minute that was run and the one at waking."""
        return int(wall(self.moment, self.zone) // 60 - self._reached // 60)

    @property
    def _reached(self) -> float:
        """What the zone's clock had come to; while it shows an hour again, vixie cron's own time stands at its end."""
        start, earlier = self.gap.start, self.gap.start - LARGE * 60
        now = wall(start, self.zone)
        if offset(earlier, self.zone) <= offset(start, self.zone):
            return now
        return max(now, wall(change(int(earlier), int(start), self.zone) - 1, self.zone))

    @property
    def _slack(self) -> float:
        return SLOW + self.gap.error

    @property
    def _near(self) -> int:
        return int((NEAR + self.gap.error + 59) // 60)

    @property
    def _crosses_change(self) -> bool:
        return offset(self.moment, self.zone) != offset(self.gap.start, self.zone)

    @property
    def _is_vixie(self) -> bool:
        return self.dialect in (Dialect.VIXIE, Dialect.CRONIE)


def _is_wild(job: CronJob) -> bool:
    return job.schedule is not None and job.schedule.is_wildcard


def _forward(minutes: int, is_wild: bool) -> Answer:
    if minutes > LARGE or (is_wild and (minutes > SMALL or minutes < 1)):
        return Answer.NONE
    return Answer.EACH  # at less than one minute what is due at fixed times waits until the clock is there again


def _by_margin(seconds: float, low: float, high: float, error: float, *, below: Answer, above: Answer) -> Answer:
    """`below` or `above` a threshold that lies between `low` and `high`, if the gap is far enough from it."""
    if seconds + NEAR + error <= low:
        return below
    return above if seconds - NEAR - error > high else Answer.UNSURE
