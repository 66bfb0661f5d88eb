"""When a line of a crontab fires: the five fields, as each cron daemon understands them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum


class Dialect(StrEnum):
    """The cron daemon that reads the line."""

    VIXIE = "vixie"  # Debian's and Ubuntu's cron
    CRONIE = "cronie"
    BUSYBOX = "busybox"
    DCRON = "dcron"


class ScheduleError(ValueError):
    """A schedule that can't be judged: what is wrong, and what the daemon does with it."""


@dataclass(frozen=True)
class Schedule:
    """The moments at which a job is due.

    `is_wildcard`: vixie and cronie never run it for a minute that the clock leapt over by more than five (FIELD I1).
    """

    fields: str
    dialect: Dialect
    is_wildcard: bool = False
    is_reboot: bool = False

    def minutes(self, start: float, end: float, zone: tzinfo, limit: int) -> Iterator[float]:
        """The matching minutes after `start` up to and including `end`, in Unix seconds; at most `limit` of them."""
        raise NotImplementedError


def parse(fields: str, dialect: Dialect) -> Schedule:
    """The schedule of five fields or an @alias. Raises ScheduleError."""
    raise NotImplementedError
