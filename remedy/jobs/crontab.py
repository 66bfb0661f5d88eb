"""The lines of a crontab, as the cron daemon at hand reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from remedy.jobs.schedule import Dialect, Schedule


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
    environment: Mapping[str, str] = field(default_factory=dict)
    zone: str | None = None
    delay: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Problem:
    """A line that the daemon refuses, or that makes it refuse the whole file. `line` counts from 1."""

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
    raise NotImplementedError


def logged_command(job: CronJob, dialect: Dialect) -> str:
    """The command as the daemon's log shows it when the job is started (FIELD C5)."""
    raise NotImplementedError
