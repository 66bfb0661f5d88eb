"""The lines of a crontab, as the daemon at hand reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from remedy.jobs.dialect import Dialect
from remedy.jobs.schedule import Schedule


class Form(StrEnum):
    """Who a table is for."""

    SYSTEM = "system"  # /etc/crontab, /etc/cron.d/*: each line names a user after the schedule
    USER = "user"  # a user's own


@dataclass(frozen=True)
class CronJob:
    """One job. `command` is as written, `environment` what the lines above it set, `zone` the value of CRON_TZ there.

    `problem` says why it can't be judged, or can't be judged exactly; then `schedule` may be None.
    """

    schedule_text: str
    schedule: Schedule | None
    user: str
    command: str
    source: str
    line: int
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    zone: str | None = None
    problem: str = ""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a table: `reason` says what, and what the daemon does about it. `line` 0: the whole of it."""

    source: str
    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Crontab:
    """What a table says. On Debian one bad line spoils it all: no jobs are left then."""

    jobs: tuple[CronJob, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse_crontab(text: str, form: Form, dialect: Dialect, source: str, user: str) -> Crontab:
    """Given a table's text, return its jobs and problems; `user` is whose it is, where the lines don't say."""
    raise NotImplementedError


def logged_command(job: CronJob, dialect: Dialect) -> str:
    """The job's command as the daemon writes it to its log: between the parentheses of CMD (...), or after `cmd `."""
    raise NotImplementedError
