"""When a line of a crontab fires, as the daemon at hand reads it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

from remedy.jobs.dialect import Dialect


class ScheduleError(ValueError):
    """The schedule can't be judged; says what is wrong with it and what the daemon does with it."""


@dataclass(frozen=True)
class Schedule:
    """The first five fields of a line, or its @alias.

    `is_wildcard`: Vixie cron and cronie replay it for no gap of more than five minutes, since the field of minutes or
    of hours begins with a star. `is_reboot`: it is run when the host starts, and at no time.
    """

    fields: str
    is_wildcard: bool = False
    is_reboot: bool = False

    def minutes(self, start: float, end: float, zone: tzinfo, limit: int) -> Iterator[float]:
        """The moments in (start, end] at which it fires by a clock in this zone, in Unix seconds; at most `limit`."""
        raise NotImplementedError


def parse(fields: str, dialect: Dialect) -> Schedule:
    """Given five fields or an @alias, return the schedule; raise ScheduleError if the daemon at hand refuses it."""
    raise NotImplementedError
