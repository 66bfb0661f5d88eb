"""Which jobs did not run, which of them cron makes good, and what could not be judged."""

import shlex
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from remedy.commandline import does
from remedy.gap import Gap
from remedy.inventory.host import Host, Jobs
from remedy.jobs.byhand import by_hand
from remedy.jobs.daemon import SYSTEMD_CRON, start, stop_and_start
from remedy.jobs.facts import JobsFacts
from remedy.jobs.idle import folder_of_parts, is_idle
from remedy.jobs.outcome import Outcome, is_ahead, key, outcomes
from remedy.jobs.timers import Timer
from remedy.jobs.words import clock, count, times
from remedy.model import Finding, Level
from remedy.topic import Situation

MOST_PROBLEMS = 10  # lines named; the rest is counted
MOST_NAMED = 5
ANACRONTAB = "/etc/anacrontab"  # the source of anacron's jobs
LONG = 120  # characters of a command in a sentence


def judge(facts: JobsFacts, situation: Situation) -> tuple[Finding, ...]:
    """The findings on a host's jobs."""
    gaps = situation.gaps or facts.gaps
    found = [outcome for outcome in outcomes(facts, gaps) if not may_be_missed(outcome, situation.host.jobs)]
    findings = (
        *_daemon(facts),
        *(_lost(facts, gaps, outcome, situation.host) for outcome in found if outcome.lost and not outcome.is_frequent),
        *(_to_ask(facts, outcome) for outcome in found if outcome.ask and not outcome.is_frequent),
        *(_repeated(facts, outcome) for outcome in found if outcome.repeated and not outcome.is_frequent),
        *_made_good(facts, found),
        *_frequent(found),
        *_anacron(facts, situation.host.jobs),
        *_not_judged(facts, gaps),
    )
    if all(finding.level is Level.OK for finding in findings):
        return (_finding(Level.OK, _all_well(facts, gaps)), *findings)
    return findings


def may_be_missed(outcome: Outcome, jobs: Jobs) -> bool:
    """Whether hosts.yaml says that it may."""
    return matches(outcome.command, outcome.source, jobs.ignore)


def matches(command: str, source: str, patterns: Sequence[str]) -> bool:
    """Whether a pattern with * fits a job's command or its source."""
    return any(fnmatchcase(text, pattern) for pattern in patterns for text in (command, source))


def backup_of(outcome: Outcome, host: Host) -> str:
    """The backup of hosts.yaml that the job makes, by its name; "" for none."""
    return next((backup.name for backup in host.backups if backup.run and does(outcome.line, backup.run)), "")


def _daemon(facts: JobsFacts) -> Iterator[Finding]:
    daemon = facts.daemon
    jobs = [job for job in facts.jobs if not is_idle(job, facts)]
    if daemon.started is None and daemon.kind != SYSTEMD_CRON and jobs:
        level = Level.WARN if daemon.enabled is False else Level.BAD
        detail = "it is switched off" if daemon.enabled is False else ""
        command = shlex.join(start(daemon)) if daemon.service else ""
        yield _finding(level, f"cron is not running, and has {count(len(jobs), 'job')} to run", detail, command)
    if facts.is_ours and daemon.started is not None and stop_and_start(daemon) is None:
        summary = "cron: own can't be had here: cron can't be stopped by a service, so what it makes good stays its own"
        yield _finding(Level.WARN, summary)
    if daemon.kind == "fcron":
        yield _finding(Level.OK, "fcron's tables are not read: it runs by itself, once each, what it missed")


def _lost(facts: JobsFacts, gaps: Sequence[Gap], outcome: Outcome, host: Host) -> Finding:
    is_to_come = any(is_ahead(gap, facts) and _is_in(outcome, gap) for gap in gaps)
    verb = "will be skipped" if is_to_come else "did not run"
    detail = [outcome.evidence, _origin(outcome), _contents(facts, outcome)]
    if outcome.replayed:
        detail.append(f"made good by itself: {times(outcome.replayed, facts.tz)}")
    if outcome.ran:
        detail.append(f"ran: {times(outcome.ran, facts.tz)}")
    if backup := backup_of(outcome, host):  # it must not run twice: run-backups knows whether it has
        detail.append(f"it makes the backup {backup}, which is looked at by itself")
    command = "" if backup else by_hand(outcome.job, facts.daemon)
    summary = f"{verb} at {times(outcome.lost, facts.tz)}: {_short(outcome.command)}"
    return _finding(Level.WARN, summary, "; ".join(filter(None, detail)), command, key(outcome.job))


def _to_ask(facts: JobsFacts, outcome: Outcome) -> Finding:
    summary = f"may or may not run for {times(outcome.ask, facts.tz)}: {_short(outcome.command)}"
    detail = f"the gap is too near to the longest that cron makes good: its log will tell; {_origin(outcome)}"
    return _finding(Level.WARN, summary, detail, entry=key(outcome.job))


def _repeated(facts: JobsFacts, outcome: Outcome) -> Finding:
    summary = f"runs a second time for {times(outcome.repeated, facts.tz)}: {_short(outcome.command)}"
    return _finding(Level.WARN, summary, f"the clock was set back; {_origin(outcome)}", entry=key(outcome.job))


def _made_good(facts: JobsFacts, found: Sequence[Outcome]) -> Iterator[Finding]:
    replayed = [outcome for outcome in found if outcome.fate == "replayed"]
    ran = [outcome for outcome in found if outcome.fate == "ran"]
    if replayed:
        summary = f"the host itself makes good for {count(len(replayed), 'job')} that fell into a gap"
        yield _finding(Level.OK, summary, _named(facts, replayed))
    if ran:
        summary = f"{count(len(ran), 'job')} fell into a gap and ran all the same"
        yield _finding(Level.OK, summary, _named(facts, ran))


def _named(facts: JobsFacts, chosen: Sequence[Outcome]) -> str:
    named = [
        f"{_short(o.command)}, {times(o.replayed or o.ran, facts.tz)}{f': {o.evidence}' if o.evidence else ''}"
        for o in chosen[:MOST_NAMED]
    ]
    return "; ".join(named + ([f"{len(chosen) - MOST_NAMED} more"] if len(chosen) > MOST_NAMED else []))


def _frequent(found: Sequence[Outcome]) -> Iterator[Finding]:
    chosen = [outcome for outcome in found if outcome.is_frequent and (outcome.lost or outcome.ask)]
    if chosen:
        firings = sum(firing.count for outcome in chosen for firing in (*outcome.lost, *outcome.ask))
        named = "; ".join(_short(outcome.command) for outcome in chosen[:MOST_NAMED])
        summary = f"{count(len(chosen), 'job')} due more often than hourly missed {count(firings, 'time')}"
        yield _finding(Level.OK, summary, f"the next time is near: {named}")


def _anacron(facts: JobsFacts, jobs: Jobs) -> Iterator[Finding]:
    for job in facts.anacron:
        if job.is_overdue(facts.today) and not matches(job.command, ANACRONTAB, jobs.ignore):
            detail = f"it is to run every {count(job.period, 'day')}: {_short(job.command)}"
            command = f"anacron -f -n {shlex.quote(job.name)}"
            yield _finding(Level.WARN, f"anacron last ran {job.name} on {job.last}", detail, command)


def _not_judged(facts: JobsFacts, gaps: Sequence[Gap]) -> Iterator[Finding]:
    for problem in facts.problems[:MOST_PROBLEMS]:
        where = f"{problem.source}, line {problem.line}" if problem.line else problem.source
        yield _finding(Level.WARN, f"{where}: {problem.text}")
    if len(facts.problems) > MOST_PROBLEMS:
        yield _finding(Level.WARN, f"{len(facts.problems) - MOST_PROBLEMS} more lines that cron refuses")
    for what in facts.unread:
        yield _finding(Level.WARN, f"can't be read, so the jobs in it are not judged: {what}")
    for what in facts.cut:
        yield _finding(Level.WARN, f"not all of it was read, so some jobs are not judged: {what}")
    if facts.booted is not None and not gaps:
        summary = f"the host booted at {clock(facts.booted, facts.tz)}, and nothing shows when it went down"
        yield _finding(Level.WARN, summary, "--since says from when on it was down")
    if gaps:
        yield from _not_judged_in_gaps(facts)


def _not_judged_in_gaps(facts: JobsFacts) -> Iterator[Finding]:
    for job in facts.jobs:
        if job.problem and (job.schedule is None or job.delay):
            yield _finding(Level.WARN, f"can't be judged: {_short(job.command)}", f"{job.source}: {job.problem}")
    for timer in facts.timers:
        if timer.problem:
            yield _finding(Level.WARN, f"can't be judged: {timer.name}", timer.problem)
    if not facts.zone.is_known:
        offset = clock(facts.now, facts.tz).rpartition(" ")[2]
        yield _finding(Level.WARN, f"the host's time zone is not known: its offset now, {offset}, is taken for it")


def _all_well(facts: JobsFacts, gaps: Sequence[Gap]) -> str:
    jobs = f"{count(len(facts.jobs), 'cron job')} and {count(len(facts.timers), 'timer')}"
    if not gaps:
        return f"{jobs}, and no gap in the last day"
    return f"{jobs}, and nothing is lost"


def _is_in(outcome: Outcome, gap: Gap) -> bool:
    return any(gap.start < firing.moment <= gap.end for firing in outcome.lost)


def _origin(outcome: Outcome) -> str:
    if isinstance(outcome.job, Timer):
        return f"{outcome.job.name}, {outcome.job.schedule}"
    return f"{outcome.source}, {outcome.job.schedule_text}, {outcome.job.user}"


def _contents(facts: JobsFacts, outcome: Outcome) -> str:
    """What is in the folder that the job runs, which its command does not say."""
    programs = facts.parts.get(folder_of_parts(outcome.command), ())
    more = f" and {len(programs) - MOST_NAMED} more" if len(programs) > MOST_NAMED else ""
    return f"it runs {', '.join(programs[:MOST_NAMED])}{more}" if programs else ""


def _short(text: str) -> str:
    return text if len(text) <= LONG else f"{text[:LONG]}..."


def _finding(level: Level, summary: str, detail: str = "", command: str = "", entry: str = "") -> Finding:
    return Finding("jobs", level, summary, detail, command, entry)
