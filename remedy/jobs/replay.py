"""What becomes of the firings in a gap: which the daemon makes good by itself, and which are lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from remedy.gap import Gap, GapKind
from remedy.jobs.crontab import CronJob
from remedy.jobs.localtime import wall
from remedy.jobs.schedule import Dialect
from remedy.jobs.wake import Answer, Wake

LIMIT = 11_000  # firings of a job that are looked at: those of a week, each minute
FEW = 4  # so many are told one by one, however close
MOST = 24  # more are told as one entry
LATE = 2.0  # seconds after the full minute within which the daemon has started a minute's jobs


class Fate(StrEnum):
    """What the daemon does about a firing in a gap."""

    LOST = "lost"
    REPLAYED = "replayed"  # run by the daemon itself, once for each
    COLLAPSED = "collapsed"  # several firings become one run by the daemon
    REPEATED = "repeated"  # ran before the step back, and runs again when the clock passes it again
    ASK = "ask"  # too near to a threshold: the log must say


@dataclass(frozen=True)
class Firing:
    """A moment at which the job was due, in Unix seconds; with `count` > 1 the first of so many alike, up to `last`."""

    moment: float
    fate: Fate
    count: int = 1
    last: float = 0.0

    @classmethod
    def of_many(cls, moments: Sequence[float], fate: Fate) -> "Firing":
        """All of them as one."""
        return cls(moments[0], fate, len(moments), moments[-1])


Found = Iterator[tuple[float, Fate]]


def predict(job: CronJob, gap: Gap, dialect: Dialect, zone: tzinfo, is_running_throughout: bool) -> tuple[Firing, ...]:
    """The firings of `job` that the gap touched, in order, and what becomes of each.

    `zone` is the host's. `is_running_throughout` False: cron was stopped around the step or restarted after it.
    """
    if job.schedule is None or job.schedule.is_reboot:
        return ()
    wake = Wake(gap, dialect, zone) if is_running_throughout and gap.kind is GapKind.STEP else None
    due = _Due(job, gap, zone)
    if gap.seconds < 0:
        return _gathered(list(_repeated(due, wake)))
    return _gathered(list(_forward(due, wake) if wake else due.swallowed(gap.end - gap.error, gap.end + gap.error)))


@dataclass(frozen=True)
class _Due:
    """When a job is due about a gap."""

    job: CronJob
    gap: Gap
    zone: tzinfo

    def moments(self, start: float, end: float) -> Iterator[float]:
        zone = ZoneInfo(self.job.zone) if self.job.zone else self.zone
        return self.job.schedule.minutes(start, end, zone, LIMIT) if self.job.schedule else iter(())

    def swallowed(self, surely_until: float, until: float, early: float = 0.0) -> Found:
        """Lost, where it is sure that the firing lay in the gap; `early`: seconds by which the gap may begin sooner."""
        start, error, delay = self.gap.start, self.gap.error, self.job.delay * 60
        for moment in self.moments(start - error - early - delay, until):
            is_sure = moment > start + error and moment + delay <= surely_until and not self._comes_again(moment)
            yield moment, Fate.LOST if is_sure else Fate.ASK

    def _comes_again(self, moment: float) -> bool:
        """Whether the zone's clock, set back in the gap, will yet come to a minute for which the job is run once."""
        is_held = self.job.schedule is not None and self.job.schedule.is_held
        return is_held and wall(moment, self.zone) > wall(self.gap.end, self.zone)

    def perhaps(self, until: float, early: float) -> Found:
        """All to be asked for, with what the gap may have swallowed at its ends besides."""
        return ((moment, Fate.ASK) for moment in self.moments(self.gap.start - self.gap.error - early, until))

    def all(self, fate: Fate) -> Found:
        return ((moment, fate) for moment in self.moments(self.gap.start, self.gap.end))


def _forward(due: _Due, wake: Wake) -> Found:
    """What a daemon that runs throughout does about a leap forward."""
    answer = wake.forward(due.job)
    if answer is Answer.EACH:
        return due.all(Fate.REPLAYED)
    if answer is Answer.ONE:
        is_several = len(list(due.moments(due.gap.start, due.gap.end))) > 1
        return due.all(Fate.COLLAPSED if is_several else Fate.REPLAYED)
    if answer is Answer.UNSURE:
        return due.perhaps(wake.skipped_until, LATE)
    found = due.swallowed(wake.surely_skipped_until, wake.skipped_until, LATE)
    return ((moment, Fate.REPLAYED if _is_now(moment, due, wake) else fate) for moment, fate in found)


def _is_now(moment: float, due: _Due, wake: Wake) -> bool:
    """Whether it is the minute in which the daemon wakes: of all that it leapt over, that one it still runs."""
    return wake.now is not None and moment == wake.now and due.job.delay == 0 and moment < due.gap.end - due.gap.error


def _repeated(due: _Due, wake: Wake | None) -> Found:
    """What runs a second time after a step back."""
    answer = wake.backward(due.job) if wake else Answer.EACH
    if answer is not Answer.NONE:
        fate = Fate.REPEATED if answer is Answer.EACH else Fate.ASK
        for moment in due.moments(wake.repeated_since if wake else due.gap.end, due.gap.start):
            yield moment, fate


def _gathered(found: Sequence[tuple[float, Fate]]) -> tuple[Firing, ...]:
    """One entry for each firing, or for each row of equal ones where they are many and mostly within an hour."""
    close = sum(later - moment < 3600 for (moment, _), (later, _) in pairwise(found))
    is_dense = len(found) > FEW and close * 2 > len(found)
    firings = list[Firing]()
    for fate, group in groupby(found, key=lambda firing: firing[1]):
        moments = [moment for moment, _ in group]
        if fate is Fate.COLLAPSED or is_dense or len(found) > MOST:
            firings.append(Firing.of_many(moments, fate))
        else:
            firings += [Firing(moment, fate) for moment in moments]
    return tuple(firings)
