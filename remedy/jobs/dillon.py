"""The five fields of a schedule as Dillon's cron reads them: dcron, and busybox's crond, which began as a copy of it.

Sources: ParseField() and FixDayDow() in crond.c of busybox 1.37 and in database.c of dcron 4.6.
"""

import re
from dataclasses import dataclass

from remedy.jobs.fields import DAYS, LONGEST, MONTHS, ScheduleError, UnclearError

DAY_PLACES = 32  # days of a month count from 0 there
TRIES = 1024  # after so many values the daemon gives up filling a range
_NUMBER = re.compile(r"[0-9]+")
_STEP = re.compile(r"/([+-]?[0-9]*)")


@dataclass(frozen=True)
class Dial:
    """A field as an array of `size` values, those in the table being `shift` above; dcron turns the end of a range."""

    name: str
    size: int
    shift: int = 0
    names: tuple[str, ...] = ()


DIALS = (
    Dial("minute", 60),
    Dial("hour", 24),
    Dial("day of month", DAY_PLACES),
    Dial("month", 12, 1, MONTHS),
    Dial("day of week", 7, 0, DAYS),
)


@dataclass(frozen=True)
class Values:
    """What stands in the array, and whether the daemon met something that it could not read."""

    values: frozenset[int]
    is_clean: bool


def dillon_fields(texts: list[str], is_dcron: bool) -> tuple[str, tuple[str, ...]]:
    """Given the fields as written, return them as cronsim takes them and the names of those that the daemon misreads.

    Raise ScheduleError if the daemon refuses the line or never runs it.
    """
    read = [read_dial(text, dial, is_dcron) for text, dial in zip(texts, DIALS, strict=True)]
    odd = tuple(dial.name for dial, values in zip(DIALS, read, strict=True) if not values.is_clean)
    if odd and is_dcron:
        raise ScheduleError(f"bad {odd[0]}")
    minutes, hours, days, months, weekdays = (values.values for values in read)
    dates = _dates(days, weekdays, is_dcron)
    if not (minutes and hours and months and dates):
        raise ScheduleError(f"bad {(odd or ('schedule',))[0]}: it never fires")
    month_list = _listed(frozenset(month + 1 for month in months), 12)
    return f"{_listed(minutes, 60)} {_listed(hours, 24)} {dates[0]} {month_list} {dates[1]}", odd


def read_dial(text: str, dial: Dial, is_dcron: bool) -> Values:
    """Read one field into its array, step by step as the daemon does."""
    values: set[int] = set()
    rest = f",{text}"
    while rest.startswith(","):
        found = _range(rest[1:], dial, is_dcron)
        if found is None:
            return Values(frozenset(values), is_clean=False)
        first, last, step, rest = found
        if first < 0:
            raise UnclearError(f"{dial.name} {text}: the daemon writes beside its table")
        if not _fill(values, first, last % dial.size if is_dcron else last, step, dial.size):
            return Values(frozenset(values), is_clean=False)
    return Values(frozenset(values), is_clean=not rest)


def _range(text: str, dial: Dial, is_dcron: bool) -> tuple[int, int, int, str] | None:
    """The first value, the last, the step, and the rest of the text; None where it can't be read."""
    first, last, step = -1, -1, 1
    if text.startswith("*"):
        first, last, text = 0, dial.size - 1, text[1:]
    else:
        start = _value(text, dial, is_dcron)
        if start is None:
            return None
        first, text = start
        if text.startswith("-"):
            end = _value(text[1:], dial, is_dcron)
            if end is None:
                return None
            last, text = end
            if first < 0:
                first, last = last, -1
    if match := _STEP.match(text):
        step, text = int(match[1][: LONGEST + 1] if match[1].strip("+-") else 0), text[match.end() :]
    return first, first if last < 0 else last, step, text


def _value(text: str, dial: Dial, is_dcron: bool) -> tuple[int, str] | None:
    if match := _NUMBER.match(text):
        return int(match[0].lstrip("0")[:LONGEST] or 0) - dial.shift, text[match.end() :]
    word = text[:3]
    if word.lower() not in dial.names or (is_dcron and word not in (word.lower(), word.capitalize())):
        return None
    return dial.names.index(word.lower()), text[3:]


def _fill(values: set[int], first: int, last: int, step: int, size: int) -> bool:
    """Fill the range, round the dial; False where the daemon gives up since it never meets the range's end."""
    value, wait = first - 1, 1
    for left in reversed(range(TRIES)):
        value = (value + 1) % size
        wait -= 1
        if wait == 0:
            values.add(value)
            wait = step
        if value == last:
            return left > 0
    return False


def _dates(days: frozenset[int], weekdays: frozenset[int], is_dcron: bool) -> tuple[str, str] | None:
    """Day of month and day of week for cronsim, which takes two lists as either of them; None: it never fires."""
    are_days, are_weekdays = len(days) < DAY_PLACES, len(weekdays) < 7
    dates, week = days - {0}, weekdays
    if are_days and are_weekdays and is_dcron:
        raise UnclearError("day of month with day of week: dcron's versions differ on what the two mean together")
    if are_days and are_weekdays and len(dates) == 31:
        return "*", "*"
    if (are_days or are_weekdays) and not (are_days and dates) and not (are_weekdays and week):
        return None
    return _listed(dates, 31) if are_days and dates else "*", _listed(week, 7) if week else "*"


def _listed(values: frozenset[int], size: int) -> str:
    return "*" if len(values) == size else ",".join(str(value) for value in sorted(values))
