"""What becomes of the firings in a gap: which the daemon makes good by itself, and which are lost."""

from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum

from remedy.gap import Gap
from remedy.jobs.crontab import CronJob
from remedy.jobs.schedule import Dialect


class Fate(StrEnum):
    """What the daemon does about a firing in a gap."""

    LOST = "lost"
    REPLAYED = "replayed"  # run by the daemon itself, once for each
    COLLAPSED = "collapsed"  # several firings become one run by the daemon
    REPEATED = "repeated"  # ran before the step back, and runs again when the clock passes it again
    ASK = "ask"  # too near to a threshold: the log must say


@dataclass(frozen=True)
class Firing:
    """A moment at which the job was due, in Unix seconds; with `count` > 1 the first of so many alike."""

    moment: float
    fate: Fate
    count: int = 1


def predict(job: CronJob, gap: Gap, dialect: Dialect, zone: tzinfo, is_running_throughout: bool) -> tuple[Firing, ...]:
    """The firings of `job` that the gap touched, in order, and what becomes of each.

    `zone` is the host's. `is_running_throughout` False: cron was stopped around the step or restarted after it.
    """
    raise NotImplementedError
