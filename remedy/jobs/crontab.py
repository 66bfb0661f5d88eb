"""The lines of a crontab, as the cron daemon at hand reads them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from remedy.jobs.entry import Entry, split_entry
from remedy.jobs.lines import Line, busybox_lines, busybox_setting, vixie_lines, vixie_setting
from remedy.jobs.schedule import Dialect, Schedule, ScheduleError, UnclearError, parse

LONGEST_REASON = 200  # characters
LONGEST_DELAY = 24 * 60  # minutes; cronie ignores a longer RANDOM_DELAY


class Form(StrEnum):
    """The two forms of a crontab."""

    SYSTEM = "system"  # /etc/crontab, /etc/cron.d: a user before the command
    USER = "user"


@dataclass(frozen=True)
class CronJob:
    """One line. `environment` is what the lines before it set; `zone` is the job's own (cronie's CRON_TZ), by name.

    `problem` says why it can't be judged (`schedule` is None then), or why not exactly: up to `delay` minutes late.
    """

    schedule_text: str
    schedule: Schedule | None
    user: str
    command: str  # as written
    source: str
    line: int
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    zone: str | None = None
    delay: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a line, and what the daemon does about it. `line` counts from 1."""

    source: str
    line: int
    text: str


@dataclass(frozen=True)
class Crontab:
    """What the daemon makes of a file. A file that it ignores whole has no jobs and says why in `problems`."""

    jobs: tuple[CronJob, ...]
    problems: tuple[Problem, ...]


def parse_crontab(text: str, form: Form, dialect: Dialect, source: str, user: str = "") -> Crontab:
    """The jobs of a crontab. `user` is its owner in the user form. Raises nothing."""
    jobs, problems, environment = list[CronJob](), list[Problem](), dict[str, str]()
    owner = user if form is Form.USER else ""
    for line in busybox_lines(text) if dialect is Dialect.BUSYBOX else vixie_lines(text):
        try:
            _check_end(line, text, dialect)
            if setting := _setting(line.text, dialect):
                environment[setting[0]] = setting[1]
                continue
            job = _job(split_entry(line.text, dialect, owner), dialect, environment, source, line.number)
        except ScheduleError as error:
            if dialect is Dialect.VIXIE:
                return Crontab((), (Problem(source, line.number, f"{_said(error)}; cron ignores the whole file"),))
            problems.append(Problem(source, line.number, f"{_said(error)}; cron ignores the line"))
        else:
            jobs.append(job)
            if job.schedule and job.schedule.oddity:
                problems.append(Problem(source, line.number, job.schedule.oddity))
    return Crontab(tuple(jobs), tuple(problems))


def _check_end(line: Line, text: str, dialect: Dialect) -> None:
    """Vixie cron and cronie take no line without a newline at its end."""
    is_last = not text.endswith("\n") and line.number == text.count("\n") + 1
    if is_last and dialect in (Dialect.VIXIE, Dialect.CRONIE):
        raise ScheduleError("no newline at the end of the file")


def _setting(text: str, dialect: Dialect) -> tuple[str, str] | None:
    if dialect is Dialect.BUSYBOX:
        return busybox_setting(text)
    found = vixie_setting(text) if dialect is not Dialect.DCRON else None
    if found is None:
        return None
    name, value = found
    if value is None and dialect is Dialect.VIXIE:  # it reads that as a job's line
        raise ScheduleError(f'{name}= needs a value, as in {name}=""')
    return name, value or ""


def _job(entry: Entry, dialect: Dialect, environment: Mapping[str, str], source: str, line: int) -> CronJob:
    settings = MappingProxyType(dict(environment))
    job = CronJob(entry.text, None, entry.user, entry.command, source, line, settings)
    try:
        schedule = parse(entry.fields, dialect)
        if entry.unclear:
            return replace(job, problem=entry.unclear)
        job = replace(job, schedule=schedule)
        return _as_cronie(job) if dialect is Dialect.CRONIE else job
    except UnclearError as error:
        return replace(job, schedule=None, problem=_said(error))


def _as_cronie(job: CronJob) -> CronJob:
    """The job with cronie's own variables in force: a zone of its own, in which no change of offset is seen to."""
    if job.schedule and (name := job.environment.get("CRON_TZ", "").removeprefix(":")):
        if not _is_zone(name):
            raise UnclearError(f"CRON_TZ={name}: no zone of that name is known here")
        job = replace(job, zone=name, schedule=replace(job.schedule, is_held=False))
    delay = re.match(r"\s*\+?(\d{1,4})", job.environment.get("RANDOM_DELAY", ""), re.ASCII)
    if delay and 0 < int(delay[1]) <= LONGEST_DELAY:
        late = f"RANDOM_DELAY={delay[1]}: up to {delay[1]} minutes late, by a share that cron draws when it starts"
        job = replace(job, delay=int(delay[1]), problem=late)
    return job


def _said(error: ScheduleError) -> str:
    """What it says, without the length that a hostile line gives it."""
    text = str(error)
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 3]}..."


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (KeyError, ValueError, OSError):  # not found; no name; a folder of the database
        return False


def logged_command(job: CronJob, dialect: Dialect) -> str:
    """The command as the daemon's log shows it when the job is started (FIELD C5), without blanks at its ends."""
    if dialect is Dialect.DCRON:
        name = re.search(r" ID=(\S+)", job.schedule_text)
        return f"job {name[1]}" if name else job.command.strip()
    if dialect is Dialect.BUSYBOX:
        return job.command.strip()
    command = re.sub(r"^(?:-n[ \t]+)+", "", job.command) if dialect is Dialect.CRONIE else job.command
    unescaped = r"\\([%\\])" if dialect is Dialect.VIXIE else r"\\(%)"
    before_input = re.match(r"(?:[^\\%]|\\.?)*", command)
    return _visible(re.sub(unescaped, r"\1", before_input[0] if before_input else "")).strip()


def _visible(text: str) -> str:
    r"""What mkprint() of vixie cron makes of it: control characters as ^X, other than ASCII as \ooo a byte."""
    bytes_ = text.encode("utf-8", "backslashreplace")
    return "".join(
        f"^{chr(byte ^ 64)}" if byte < 32 or byte == 127 else chr(byte) if byte < 127 else f"\\{byte:03o}"
        for byte in bytes_
    )
