"""What a host does at set times, and what is known of the time that it missed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from remedy.errors import ProbeError
from remedy.gap import Gap
from remedy.jobs.anacron import AnacronJob, read_anacron
from remedy.jobs.clues import Boot, read_boots, read_gaps, read_steps, understood
from remedy.jobs.crontab import CronJob, Problem
from remedy.jobs.daemon import Daemon, read_daemon
from remedy.jobs.log import Log, read_log
from remedy.jobs.tables import read_tables
from remedy.jobs.timers import Timer, read_timers
from remedy.jobs.zone import Zone, read_zone
from remedy.shell.answers import Answers
from remedy.topic import Situation


@dataclass(frozen=True)
class CaughtUp:
    """A firing that we made good ourselves, at `began`; `status` None: its end was not told yet."""

    job: str  # as catchup.key() has it
    firing: int  # Unix seconds
    began: float
    status: int | None = None


@dataclass(frozen=True, eq=False)  # each look at a host is one of its own
class JobsFacts:
    """A host's jobs. Moments are Unix seconds by the host's clock; `now` is when it was asked.

    `gaps` is what the host missed, as far as known when it was read. `booted` is a boot of the last day of which
    nothing shows how long the host was down before it. `trusted` are the sources that the daemon believes. `parts`
    are the programs in folders for run-parts. `unread` and `cut` name what could not be read, and not to its end.
    `is_ours`: we stop cron around a step, and catch up ourselves.
    """

    now: float
    zone: Zone
    daemon: Daemon
    jobs: tuple[CronJob, ...] = ()
    problems: tuple[Problem, ...] = ()
    trusted: frozenset[str] = frozenset()
    timers: tuple[Timer, ...] = ()
    anacron: tuple[AnacronJob, ...] = ()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    log: Log = field(default_factory=Log)
    gaps: tuple[Gap, ...] = ()
    booted: float | None = None
    caught_up: tuple[CaughtUp, ...] = ()
    unread: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    is_ours: bool = False

    @property
    def tz(self) -> tzinfo:
        """The zone to reckon with."""
        return self.zone.tz

    @property
    def today(self) -> date:
        """The day at the host."""
        return datetime.fromtimestamp(self.now, self.tz).date()


def read(answers: Answers, situation: Situation) -> JobsFacts:
    """Given the answers of the probe, return the facts; raise ProbeError if they don't say."""
    now, offset = _now(answers)
    daemon = read_daemon(answers, now)
    zone = read_zone(answers, now, offset, daemon.environment.get("TZ", ""))
    log = read_log(answers, now, zone.tz)
    steps = read_steps(answers, now, zone.tz, situation.remembered)
    boots = read_boots(answers, now, log, steps)
    tables = read_tables(answers, daemon)
    units = answers.get("jobs_units")
    return JobsFacts(
        now=now,
        zone=zone,
        daemon=daemon,
        jobs=tables.jobs,
        problems=tables.problems,
        trusted=tables.trusted,
        timers=read_timers(answers),
        anacron=read_anacron(answers, tables.anacrontab),
        parts=dict(_parts(answers)),
        log=log,
        gaps=_given(situation.gaps, boots) or read_gaps(now, steps, boots),
        booted=next((boot.moment for boot in boots if boot.down_since is None), None),
        caught_up=tuple(_caught_up(answers)),
        unread=(*_outputs(answers, "jobs_unread"), *(("systemd's timers",) if units and units.status else ())),
        is_ours=situation.host.cron == "own" and not situation.leaves_jobs,
        cut=(*_outputs(answers, "jobs_cut"), *tables.cut, *(("timers",) if units and units.truncated else ())),
    )


def _now(answers: Answers) -> tuple[float, str]:
    seconds, _, offset = answers.text("jobs_now").partition(" ")
    if not re.fullmatch(r"\d{1,12}", seconds):
        raise ProbeError(f"the host's date said {answers.text('jobs_now')[:80]!r} instead of a time")
    return float(seconds), offset


def _given(gaps: tuple[Gap, ...], boots: tuple[Boot, ...]) -> tuple[Gap, ...]:
    """What is known without the records of the host, but for what they say of it."""
    return tuple(part for gap in gaps for part in (understood(gap, boots) if gap.source == "asked" else (gap,)))


def _outputs(answers: Answers, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(answer.output for answer in answers if answer.name == name))


def _parts(answers: Answers) -> Iterator[tuple[str, tuple[str, ...]]]:
    for output in _outputs(answers, "jobs_parts"):
        folder, _, names = output.partition(" ")
        yield folder, tuple(names.split())


def _caught_up(answers: Answers) -> Iterator[CaughtUp]:
    """`jobs_marker JOB-FIRING BEGAN [STATUS]`."""
    for output in _outputs(answers, "jobs_marker"):
        match = re.fullmatch(r"([0-9a-f]{16})-(\d{1,12}) (\d{1,12})(?: (\d{1,3}))?", output)
        if match:
            yield CaughtUp(match[1], int(match[2]), float(match[3]), int(match[4]) if match[4] else None)
