"""What becomes of the firings in a gap: lost, or made up for by the daemon itself."""

from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum

from remedy.gap import Gap
from remedy.jobs.crontab import CronJob
from remedy.jobs.dialect import Dialect


class Fate(StrEnum):
    """What the daemon does about a firing that the gap swallowed."""

    LOST = "lost"
    REPLAYED = "replayed"  # it runs it by itself, within minutes of the step
    COLLAPSED = "collapsed"  # several firings become one run, soon after the step
    ASK = "ask"  # too near to a threshold: the log must say


@dataclass(frozen=True)
class Firing:
    """A swallowed firing, due at `moment` (Unix seconds); `count` firings from it on, where they are many."""

    moment: float
    fate: Fate
    count: int = 1


def predict(job: CronJob, gap: Gap, dialect: Dialect, zone: tzinfo, is_running_throughout: bool) -> tuple[Firing, ...]:
    """The firings of a job that the gap swallowed, and what the daemon does about each.

    `is_running_throughout` False: cron was stopped around the gap or started since; nothing is made up for then.
    """
    raise NotImplementedError
