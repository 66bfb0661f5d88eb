"""When a line of a crontab fires: the five fields, as each cron daemon understands them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from itertools import islice, takewhile

from cronsim import CronSim, CronSimError

from remedy.jobs.dillon import dillon_fields
from remedy.jobs.fields import FIELDS, ScheduleError, UnclearError, vixie_field
from remedy.jobs.localtime import change, offset, reached, wall

__all__ = ["Dialect", "Schedule", "ScheduleError", "UnclearError", "parse"]


class Dialect(StrEnum):
    """The cron daemon that reads the line."""

    VIXIE = "vixie"  # Debian's and Ubuntu's cron
    CRONIE = "cronie"
    BUSYBOX = "busybox"
    DCRON = "dcron"


ALIASES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
DCRON_ALIASES = ("@noauto", "@hourly", "@daily", "@weekly", "@monthly", "@yearly")


@dataclass(frozen=True)
class Schedule:
    """The moments at which a job is due.

    `is_wildcard`: vixie and cronie never run it for a minute that the clock leapt over by more than five (FIELD I1).
    `expression` is what the daemon makes of the fields, for cronsim. `is_held`: in the nights when the zone's offset
    changes it runs once, as vixie and cronie have it for what is no wildcard; else as often as the clock shows its
    minute. `oddity` tells what the daemon misreads in the fields.
    """

    fields: str
    is_wildcard: bool = False
    is_reboot: bool = False
    expression: str = ""
    is_held: bool = False
    oddity: str = ""

    def minutes(self, start: float, end: float, zone: tzinfo, limit: int) -> Iterator[float]:
        """The matching minutes after `start` up to and including `end`, in Unix seconds; at most `limit` of them."""
        walk = self._held(start, zone) if self.is_held else self._plain(start, zone)
        due = takewhile(lambda moment: moment <= end, walk)
        return islice((moment for moment in due if moment > start), limit)

    def _held(self, start: float, zone: tzinfo) -> Iterator[float]:
        """A minute that the clock skips comes right after the skip, one that it shows twice the first time."""
        shown = datetime.fromtimestamp(wall(start, zone), UTC).replace(tzinfo=None)
        return (float(reached(due, zone)) for due in self._walk(shown))

    def _plain(self, start: float, zone: tzinfo) -> Iterator[float]:
        """By stretches of one offset from UTC; cronsim's own way over a change errs where that is no full hour."""
        last, ahead = int(start // 1), offset(start, zone)
        while True:
            for local in self._walk(datetime.fromtimestamp(last + ahead, UTC)):
                moment = int(local.timestamp()) - ahead
                if offset(moment, zone) != ahead:
                    changed = change(last, moment, zone)
                    last, ahead = changed - 1, offset(changed, zone)
                    break
                yield moment
                last = moment
            else:
                return

    def _walk(self, start: datetime) -> Iterator[datetime]:
        try:
            return CronSim(self.expression, start) if self.expression else iter(())
        except CronSimError:  # a date that no year has, as 30 February
            return iter(())


def parse(fields: str, dialect: Dialect) -> Schedule:
    """The schedule of five fields or an @alias. Raises ScheduleError."""
    if fields.startswith("@"):
        return _alias(fields, dialect)
    texts = fields.split()
    if len(texts) != len(FIELDS):
        raise ScheduleError(f"not five fields: {fields}")
    is_wildcard = texts[0].startswith("*") or texts[1].startswith("*")
    if dialect in (Dialect.VIXIE, Dialect.CRONIE):
        is_cronie = dialect is Dialect.CRONIE
        read = " ".join(vixie_field(text, field, is_cronie) for text, field in zip(texts, FIELDS, strict=True))
        return Schedule(fields, is_wildcard, expression=read, is_held=not is_wildcard)
    read, odd = dillon_fields(texts, is_dcron=dialect is Dialect.DCRON)
    oddity = f"{dialect} misreads {' and '.join(odd)}, and runs the job at {read}" if odd else ""
    return Schedule(fields, is_wildcard, expression=read, oddity=oddity)


def _alias(alias: str, dialect: Dialect) -> Schedule:
    if alias == "@reboot":
        return Schedule(alias, is_reboot=True)
    if dialect is Dialect.DCRON and alias in DCRON_ALIASES:
        raise UnclearError(f"{alias}: dcron runs it when that long has passed since its last run (@noauto: on demand)")
    if alias not in ALIASES or dialect is Dialect.DCRON:
        raise ScheduleError(f"bad time specifier: {alias}")
    schedule = parse(ALIASES[alias], dialect)
    return Schedule(alias, schedule.is_wildcard, expression=schedule.expression, is_held=schedule.is_held)
