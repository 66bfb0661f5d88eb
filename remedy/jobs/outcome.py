"""What became of each job in the gaps: lost, made good by the daemon, or proved to have run."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from typing import NamedTuple

from remedy.gap import Gap, GapKind
from remedy.jobs.crontab import CronJob, logged_command
from remedy.jobs.daemon import stop_and_start
from remedy.jobs.facts import CaughtUp, JobsFacts
from remedy.jobs.idle import is_idle
from remedy.jobs.proof import proven
from remedy.jobs.replay import Fate, Firing, predict
from remedy.jobs.schedule import Dialect
from remedy.jobs.timers import Timer, predict_timer
from remedy.jobs.wake import Wake
from remedy.jobs.words import clock
from remedy.zones import named

DAY = 86400.0
HOURLY = 24  # times a day
RESTARTED_WITHIN = 120.0  # seconds after a step: later, cron has replayed what it replays
REPLAYED_WITHIN = 1200.0  # seconds after a step: it should have by then
MOST = 2000  # minutes looked at
AT_HAND = {"measured", "asked"}  # sources of a gap of this run


@dataclass(frozen=True)
class Outcome:
    """One job and its firings in the gaps, by what became of them. `evidence` is what that rests on, in words.

    `ran`: on time or after all, as logs prove. `repeated`: ran, and again after the clock was set back.

    `times_a_day`: how often it is due in the day before the last gap's end; what is due more often than hourly is
    frequent.
    """

    job: CronJob | Timer
    lost: tuple[Firing, ...] = ()
    replayed: tuple[Firing, ...] = ()
    ran: tuple[Firing, ...] = ()
    ask: tuple[Firing, ...] = ()
    repeated: tuple[Firing, ...] = ()
    evidence: str = ""
    times_a_day: int = 0

    @property
    def is_frequent(self) -> bool:
        """Whether it is due more often than hourly."""
        return self.times_a_day > HOURLY

    @property
    def command(self) -> str:
        """What it runs."""
        return self.job.unit if isinstance(self.job, Timer) else self.job.command

    @property
    def line(self) -> str:
        """A command line that does what it does."""
        return f"systemctl start {self.job.unit}" if isinstance(self.job, Timer) else self.job.command

    @property
    def source(self) -> str:
        """Where it stands."""
        return self.job.name if isinstance(self.job, Timer) else self.job.source

    @property
    def fate(self) -> str:
        """What became of it in one word: the worst; "" where no gap touched it."""
        fates = ("lost", "ask", "repeated", "replayed", "ran")
        return next((fate for fate in fates if getattr(self, fate)), "")


@lru_cache(maxsize=64)  # of each host it is asked several times in a row
def outcomes(facts: JobsFacts, gaps: tuple[Gap, ...]) -> tuple[Outcome, ...]:
    """What became of each job of a host that can be judged."""
    jobs = (job for job in facts.jobs if job.schedule and not job.schedule.is_reboot and not is_idle(job, facts))
    cron = (_cron_outcome(facts, job, gaps) for job in jobs)
    return (*cron, *(_timer_outcome(facts, timer, gaps) for timer in facts.timers if not timer.problem))


def is_ahead(gap: Gap, facts: JobsFacts) -> bool:
    """Whether the step is still to come: the host's clock is nearer to the gap's beginning than to its end.

    Records tell only of what is over, though a clock that was set back comes by the gap's beginning again.
    """
    return gap.source in AT_HAND and abs(gap.start - facts.now) < abs(gap.end - facts.now)


def is_awaited(gap: Gap, facts: JobsFacts, delay: float = 0.0) -> bool:
    """Whether what the host makes good for the gap may be yet to come; `delay` is by how much it may be late."""
    return is_ahead(gap, facts) or facts.now <= gap.end + REPLAYED_WITHIN + delay


def is_running_throughout(facts: JobsFacts, gap: Gap) -> bool:
    """Whether cron runs, or ran, from before a step until it has replayed what it replays."""
    daemon = facts.daemon
    if daemon.started is None:
        return False
    if is_ahead(gap, facts):
        return not (facts.is_ours and stop_and_start(daemon))
    earliest = gap.end - 5 - min(gap.error, 60.0)
    return not any(earliest <= start <= gap.end + RESTARTED_WITHIN for start in (daemon.started, *facts.log.starts))


def is_due(facts: JobsFacts, job: CronJob | Timer, start: float, end: float) -> bool:
    """Whether a job is due after `start`, up to `end`."""
    if isinstance(job, Timer):
        return job.next is not None and start < job.next <= end
    return job.schedule is not None and any(job.schedule.minutes(start, end, _zone(facts, job), 1))


def is_logged(job: CronJob | Timer) -> bool:
    """Whether cron tells its log of the job: in cronie's crontabs a dash before the schedule forbids it."""
    return isinstance(job, Timer) or not job.schedule_text.startswith("-")


def key(job: CronJob | Timer) -> str:
    """A name for a job that stays the same as long as the job does."""
    words = (job.name, job.unit) if isinstance(job, Timer) else (job.source, job.user, job.schedule_text, job.command)
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class _Judged(NamedTuple):
    """A firing, what became of it (a name of Outcome's), and what that rests on."""

    firing: Firing
    fate: str
    evidence: str = ""


def _outcome(job: CronJob | Timer, judged: Iterable[_Judged], times_a_day: int) -> Outcome:
    by_fate: dict[str, list[Firing]] = defaultdict(list)
    evidence: dict[str, None] = {}
    for firing, fate, words in judged:
        by_fate[fate].append(firing)
        evidence |= {words: None} if words else {}
    fates = {fate: tuple(firings) for fate, firings in by_fate.items()}
    return Outcome(job, evidence="; ".join(evidence), times_a_day=times_a_day, **fates)


def _cron_outcome(facts: JobsFacts, job: CronJob, gaps: Sequence[Gap]) -> Outcome:
    judged = [judged for gap in gaps for judged in _judge_firings(facts, job, gap)]
    hours = sum(abs(gap.seconds) for gap in gaps) / 3600
    is_surely_frequent = sum(one.firing.count for one in judged) > hours + len(gaps)
    often = HOURLY + 1 if is_surely_frequent else _times_a_day(facts, job, gaps) if judged else 0
    return _outcome(job, judged, often)


def _judge_firings(facts: JobsFacts, job: CronJob, gap: Gap) -> Iterator[_Judged]:
    dialect, schedule = facts.daemon.dialect, job.schedule
    if dialect is None or schedule is None:
        return
    firings = predict(job, gap, dialect, facts.tz, is_running_throughout(facts, gap))
    runs = facts.log.moments(job.user, logged_command(job, dialect))
    regular = schedule.minutes(_on_time_after(facts, gap), facts.now, _zone(facts, job), MOST) if runs else ()
    for firing, run in zip(firings, proven(firings, runs, regular, gap, job.delay * 60.0), strict=True):
        yield _judge_firing(facts, gap, job, firing, run)


def _on_time_after(facts: JobsFacts, gap: Gap) -> float:
    """After when what is due may run on time, for itself alone: even in the minute in which the gap ends.

    But busybox and dcron start what a leap swallowed together with what is due in the minute in which they wake.
    """
    dialect = facts.daemon.dialect
    if gap.kind is not GapKind.STEP or gap.seconds < 0 or dialect is None:
        return gap.end
    if dialect in (Dialect.BUSYBOX, Dialect.DCRON):
        return Wake(gap, dialect, facts.tz).moment + gap.error + 1
    return gap.end - 60


def _judge_firing(facts: JobsFacts, gap: Gap, job: CronJob, firing: Firing, run: float | None) -> _Judged:
    ours = next((ours for ours in facts.caught_up if ours.job == key(job) and _is_for(ours, firing, gap)), None)
    if firing.fate is Fate.REPEATED:
        return _Judged(firing, "repeated")
    if run is not None:
        return _Judged(firing, "ran", f"the log shows that it ran at {clock(run, facts.tz)}")
    if ours:
        return _by_us(facts, firing, ours)
    if firing.fate is Fate.LOST:
        return _Judged(firing, "lost", "" if is_ahead(gap, facts) or firing.count > 1 else _no_run(facts, job))
    is_one_run = firing.count == 1 or firing.fate is Fate.COLLAPSED
    if not is_awaited(gap, facts) and is_logged(job) and _tells(facts, gap) and is_one_run:
        is_ask = firing.fate is Fate.ASK
        return _Judged(firing, "lost", _no_run(facts, job) if is_ask else "cron should have made it good, and has not")
    return _Judged(firing, "ask" if firing.fate is Fate.ASK else "replayed")


def _by_us(facts: JobsFacts, firing: Firing, ours: CaughtUp) -> _Judged:
    begun = f"post-mainte ran it at {clock(ours.began, facts.tz)}"
    if ours.status is None:
        return _Judged(firing, "ran", f"{begun}; its end was not told yet")
    return _Judged(firing, "lost" if ours.status else "ran", f"{begun}: exit status {ours.status}")


def _is_for(ours: CaughtUp, firing: Firing, gap: Gap) -> bool:
    """Whether we made that firing good, or the last of the same gap for all of them."""
    return ours.firing == int(firing.moment) or (firing.moment < ours.firing <= gap.end + gap.error)


def _no_run(facts: JobsFacts, job: CronJob) -> str:
    if not is_logged(job):
        return "its crontab says that it is not to be logged"
    source = "the journal" if facts.log.source == "journal" else facts.log.source
    return f"{source} shows no run" if source else "no log could be read"


def _tells(facts: JobsFacts, gap: Gap) -> bool:
    """Whether the log has lines of jobs from after the gap: then one that it does not show did not run."""
    return any(moment > gap.end for moments in facts.log.runs.values() for moment in moments)


def _times_a_day(facts: JobsFacts, job: CronJob, gaps: Sequence[Gap]) -> int:
    if job.schedule is None or not gaps:
        return 0
    end = max(max(gap.start, gap.end) for gap in gaps)
    return sum(1 for _ in job.schedule.minutes(end - DAY, end, _zone(facts, job), HOURLY + 1))


def _zone(facts: JobsFacts, job: CronJob) -> tzinfo:
    return (named(job.zone) if job.zone else None) or facts.tz


def _timer_outcome(facts: JobsFacts, timer: Timer, gaps: Sequence[Gap]) -> Outcome:
    judged = [
        _judge_elapse(facts, timer, gap, firing) for gap in gaps for firing in predict_timer(timer, gap, facts.tz)
    ]
    end = max((gap.end for gap in gaps), default=facts.now)
    return _outcome(timer, judged, len(timer.moments(end - DAY, end, facts.tz)) if judged else 0)


def _judge_elapse(facts: JobsFacts, timer: Timer, gap: Gap, firing: Firing) -> _Judged:
    ours = next((ours for ours in facts.caught_up if ours.job == key(timer) and _is_for(ours, firing, gap)), None)
    if ours:
        return _by_us(facts, firing, ours)
    if firing.fate is Fate.LOST:
        return _Judged(firing, "lost", "its timer is not persistent, and the host was down")
    if timer.last is not None and timer.last >= firing.moment:
        return _Judged(firing, "ran", f"the timer ran at {clock(timer.last, facts.tz)}")
    if not is_awaited(gap, facts, timer.delay):
        return _Judged(firing, "lost", "systemd should have started it at once, and has not")
    return _Judged(firing, "replayed")
