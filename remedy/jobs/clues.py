"""What a host's own records and earlier runs show of time that it missed: steps of its clock, and the host being off.

They are asked where a run measured no gap itself: somebody, or a daemon, put the clock right before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from itertools import pairwise

from remedy.gap import Gap, GapKind
from remedy.jobs.log import MONTHS, Log, moment
from remedy.shell.answers import Answers

DAY = 86400.0
SECONDS = r"[-+]?\d{1,12}(?:\.\d+)?"
# By how many seconds a clock is stepped; forward is positive. ntpd says so right before it does: local_clock() of
# ntp 4.2.6 to 4.2.8 (ntpd/ntp_loopfilter.c) calls report_event(EVNT_CLOCKRESET), which logs at once, and then
# step_systime(). The others say what they have done: "time reset" is ntpd before 4.2.6, "time set" is ntpd -gq; then
# ntpdate and chronyd.
STEPPED = re.compile(
    rf"clock_step (?P<ahead>{SECONDS}) s"
    rf"|(?:time (?:re)?set|step time server \S+ offset|clock was stepped by) (?P<done>{SECONDS}) s"
)
EVENT = re.compile(r"(reboot|shutdown)\s.*?\s([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})\b")


@dataclass(frozen=True)
class Boot:
    """A boot in the last day. `down_since` None: nothing shows when the host went down before it."""

    moment: float
    down_since: float | None


def read_steps(answers: Answers, now: float, tz: tzinfo, remembered: tuple[Gap, ...] = ()) -> tuple[Gap, ...]:
    """By what the clock was stepped.

    What only an earlier run remembers is added: not every host notes that its clock was stepped.
    """
    in_logs = dict.fromkeys(_steps_in_log(answers, now, tz))  # once, though several files may have it
    shown = (*_steps_in_journal(answers), *in_logs)
    return (*shown, *(gap for gap in remembered if not any(map(gap.overlaps, shown))))


def read_boots(answers: Answers, now: float, log: Log, steps: tuple[Gap, ...]) -> tuple[Boot, ...]:
    """The boots of the last day: as the journal has them, else last(1), else as the uptime says.

    A journal without any proves nothing: many hosts keep theirs in /run, where it begins anew with each boot.
    """
    boots = (
        list(_boots_in_journal(answers))
        or list(_boots_in_wtmp(answers, log))
        or list(_boot_by_uptime(answers, now, log, steps))
    )
    return tuple(boot for boot in boots if now - DAY <= boot.moment <= now)


def read_gaps(now: float, steps: tuple[Gap, ...], boots: tuple[Boot, ...]) -> tuple[Gap, ...]:
    """What the clock leapt over and the host was off for, in the last day, in order."""
    downs = (Gap(GapKind.DOWN, boot.down_since, boot.moment, "boots") for boot in boots if boot.down_since is not None)
    gaps = (gap for gap in (*steps, *downs) if now - DAY <= gap.end <= now + gap.error + 1)
    return tuple(sorted(gaps, key=lambda gap: gap.end))


def understood(asked: Gap, boots: tuple[Boot, ...]) -> tuple[Gap, ...]:
    """Given what the user says was missed, return what it was: a step, or downtimes until each boot within it."""
    within = sorted((boot for boot in boots if asked.start < boot.moment <= asked.end), key=lambda boot: boot.moment)
    if not within:
        return (asked,)
    starts = (asked.start, *(boot.down_since or before.moment for before, boot in pairwise(within)))
    downs = zip(starts, within, strict=True)
    return tuple(replace(asked, kind=GapKind.DOWN, start=start, end=boot.moment) for start, boot in downs)


def _steps_in_journal(answers: Answers) -> Iterator[Gap]:
    """`jobs_step BY CLOCK UP`: by how much, the clock at the first line after it, the uptime since the line before.

    We take the step to have been right before the first line after it, for much happens at once then.
    """
    for by, clock, up in _numbers(answers, "jobs_step", 3):
        yield Gap(GapKind.STEP, clock - by, clock, "journal", max(up, 0.0) + 1)


def _steps_in_log(answers: Answers, now: float, tz: tzinfo) -> Iterator[Gap]:
    """`jobs_stepped STAMP LINE`: what a time daemon wrote when it stepped the clock, and what the clock said then."""
    for answer in answers:
        stamp, _, line = answer.output.partition(" ")
        match = STEPPED.search(line) if answer.name == "jobs_stepped" else None
        clock = moment(stamp, now, tz) if match else None
        if match and clock is not None:
            by = float(match["ahead"] or match["done"])
            start = clock if match["ahead"] else clock - by
            yield Gap(GapKind.STEP, start, start + by, "log", 2.0)


def _boots_in_journal(answers: Answers) -> Iterator[Boot]:
    """`jobs_boot LAST FIRST`: the last line of a boot and the first of the next."""
    for last, first in _numbers(answers, "jobs_boot", 2):
        if last < first:
            yield Boot(first, last)


def _boots_in_wtmp(answers: Answers, log: Log) -> Iterator[Boot]:
    """last(1) tells the latest first; it was asked for UTC."""
    events = [event for line in answers.text("jobs_last").splitlines() if (event := _event(line))]
    for (name, at), (name_before, at_before) in zip(events, [*events, ("", 0.0)][1:], strict=True):
        if name == "reboot":
            yield Boot(at, at_before if name_before == "shutdown" and at_before < at else log.last_before(at))


def _boot_by_uptime(answers: Answers, now: float, log: Log, steps: tuple[Gap, ...]) -> Iterator[Boot]:
    """By the uptime, which does not grow while the host is paused: what the clock leapt over since is not in it."""
    match = re.match(r"\d+(\.\d+)?", answers.text("jobs_uptime"))
    if match:
        booted = now - float(match[0])
        for step in sorted(steps, key=lambda step: step.end, reverse=True):
            if booted < step.end:
                booted -= max(step.seconds, 0.0)
        yield Boot(booted, log.last_before(booted))


def _event(line: str) -> tuple[str, float] | None:
    match = EVENT.match(line)
    if match is None or match[2] not in MONTHS:
        return None
    month, (day, hour, minute, second, year) = MONTHS.index(match[2]) + 1, map(int, match.groups()[2:])
    try:
        return match[1], datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _numbers(answers: Answers, name: str, count: int) -> Iterator[tuple[float, ...]]:
    for answer in answers:
        if answer.name == name and re.fullmatch(rf"-?\d{{1,12}}(?: -?\d{{1,12}}){{{count - 1}}}", answer.output):
            yield tuple(map(float, answer.output.split()))
