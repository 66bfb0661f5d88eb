"""Catching up by ourselves, where hosts.yaml says `cron: own`: which lost jobs are run, how often, and how.

Each job has a policy: skip (`ignore:` of hosts.yaml), once, or all (once for each time that was lost). Without one,
what is due less often than hourly is run once; the rest is skipped, for its next time is near. Nothing is run that the
daemon makes good, that may have run as far as we can know, that runs now, or that is due again in a moment; and no
backup of hosts.yaml, whose own topic knows better whether it is wanted.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from remedy.inventory.host import Jobs
from remedy.jobs.byhand import by_hand
from remedy.jobs.facts import JobsFacts
from remedy.jobs.judge import backup_of, matches
from remedy.jobs.outcome import HOURLY, Outcome, is_awaited, is_due, is_logged, key, outcomes
from remedy.jobs.timers import Timer
from remedy.jobs.words import count
from remedy.model import Repair
from remedy.shell.script import ACT, Script
from remedy.topic import Situation

SECTIONS = (ACT, Path(__file__).with_name("catchup.sh"))
NEAR = 300.0  # seconds: a job that is due again within them is left to cron
MOST_RUNS = 24  # of one job
FOLLOWED = 30  # seconds that the jobs are followed; what takes longer goes on without us
SLACK = 60  # seconds by which the clock may be short of the gap's end
SIMPLE = re.compile(r"[\w./@:,=+-]+( [\w./@:,=+-]+)*")


class Policy(StrEnum):
    """How often a lost job is run."""

    SKIP = "skip"
    ONCE = "once"
    ALL = "all"


def policy(outcome: Outcome, jobs: Jobs) -> Policy:
    """The policy for a job: the first of ignore, all and once that names it; else by how often it is due."""
    for patterns, chosen in ((jobs.ignore, Policy.SKIP), (jobs.all, Policy.ALL), (jobs.once, Policy.ONCE)):
        if matches(outcome.command, outcome.source, patterns):
            return chosen
    return Policy.ONCE if outcome.times_a_day < HOURLY else Policy.SKIP


@dataclass(frozen=True, order=True)
class _Run:
    """One run of a lost job, by the moment at which it was due."""

    moment: int
    job: str
    command: str
    line: str  # that does it


def repairs(facts: JobsFacts, situation: Situation) -> tuple[Repair, ...]:
    """One repair that runs what is to be caught up, one job after the other in the order in which they were due."""
    gaps = situation.gaps or facts.gaps
    if not (facts.is_ours and gaps):
        return ()
    is_measured = all(gap.source == "measured" for gap in gaps)
    found = [
        outcome
        for outcome in outcomes(facts, gaps)
        if _may_run(facts, situation, outcome) and (is_measured or (facts.log.source and is_logged(outcome.job)))
    ]
    runs = sorted(run for outcome in found for run in _runs(facts, situation.host.jobs, outcome))
    if not runs:
        return ()
    return (
        Repair(
            topic="jobs",
            summary=f"catch up with {count(len(runs), 'run')} of {count(len({run.job for run in runs}), 'job')}",
            commands=tuple(run.line for run in runs),
            script=_script(runs, max(gap.end for gap in gaps)),
            seconds=FOLLOWED + 60.0,
        ),
    )


def due(facts: JobsFacts, situation: Situation) -> tuple[str, ...]:
    """The lines of what cron or systemd runs or replays within minutes, and of what we catch up with."""
    now = situation.now
    gaps = tuple(gap for gap in situation.gaps or facts.gaps if is_awaited(gap, facts))
    return tuple(
        outcome.line
        for outcome in outcomes(facts, gaps)
        if _is_made_good(outcome) or is_due(facts, outcome.job, now, now + NEAR) or _is_ours(facts, outcome)
    )


def _is_made_good(outcome: Outcome) -> bool:
    """Whether the host itself runs it for the gap, or may."""
    return bool(outcome.replayed or outcome.ask or outcome.repeated)


def _is_ours(facts: JobsFacts, outcome: Outcome) -> bool:
    """Whether we began to catch up with it, and its end was not told yet."""
    return any(ours.job == key(outcome.job) and ours.status is None for ours in facts.caught_up)


def _may_run(facts: JobsFacts, situation: Situation, outcome: Outcome) -> bool:
    """Whether it is lost for sure, and ours to run."""
    job = outcome.job
    is_trusted = isinstance(job, Timer) or job.source in facts.trusted
    is_others = _is_made_good(outcome) or backup_of(outcome, situation.host)
    is_ours = bool(outcome.lost) and is_trusted and not is_others
    return is_ours and not is_due(facts, job, situation.now, situation.now + NEAR)


def _runs(facts: JobsFacts, jobs: Jobs, outcome: Outcome) -> Iterator[_Run]:
    """The runs of a lost job by its policy, but for those that we made already."""
    name, line, chosen = key(outcome.job), by_hand(outcome.job, facts.daemon), policy(outcome, jobs)
    lost = [int(firing.moment) + 60 * number for firing in outcome.lost for number in range(firing.count)]
    done = {ours.firing for ours in facts.caught_up if ours.job == name}
    if chosen is Policy.SKIP or not line:
        return
    if chosen is Policy.ONCE:
        lost = [] if any(firing >= lost[0] for firing in done) else lost[-1:]
    for moment in lost[-MOST_RUNS:]:
        if moment not in done:
            yield _Run(moment, name, outcome.command, line)


def _script(runs: Sequence[_Run], not_before: float) -> Script:
    calls = (("jobs_lost", f"{run.job}-{run.moment}", run.command, _program(run.command), run.line) for run in runs)
    return Script(
        sections=SECTIONS,
        entries=("jobs_catch_up",),
        values={
            "JOBS_LOST": "\n".join(map(shlex.join, calls)),
            "JOBS_NOT_BEFORE": str(int(not_before) - SLACK),
            "JOBS_FOLLOWED": str(FOLLOWED),
        },
        detached=True,
    )


def _program(command: str) -> str:
    """How a process of the command's would be called: its first plain words, if they say enough."""
    match = SIMPLE.match(command)
    words = match[0] if match else ""
    return words if " " in words or "/" in words else command
