"""The five fields of a schedule as vixie cron and cronie read them, in words that cronsim takes.

Sources: entry.c of Debian's cron 3.0pl1-162 (get_list, get_range, get_number) and of cronie.
"""

import re
from dataclasses import dataclass


class ScheduleError(ValueError):
    """A schedule that can't be judged: what is wrong, and what the daemon does with it."""


class UnclearError(ScheduleError):
    """The daemon takes the schedule, but nobody can say from outside when it fires."""


@dataclass(frozen=True)
class Field:
    """One of the five; `names` stand for its values from `low` on."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day of week", 0, 7, DAYS),
)
LONGEST = 9  # digits; a longer number is out of every range

_ITEM = re.compile(r"(?:\*|(?P<first>[A-Za-z0-9]+)(?:-(?P<last>[A-Za-z0-9]+))?)(?:/(?P<step>[A-Za-z0-9]+))?")


def vixie_field(text: str, field: Field, is_cronie: bool) -> str:
    """Given a field as written, return it as cronsim takes it; raise ScheduleError if the daemon refuses it."""
    if is_cronie and "~" in text:
        raise UnclearError(f"{field.name} {text}: cronie draws it at random each time it reads the file")
    parts, rest = [], f",{text}"
    while rest.startswith(","):
        match = _ITEM.match(rest, 1)
        if match is None:
            raise ScheduleError(f"bad {field.name}: {text}")
        rest = rest[match.end() :]
        if _is_unfinished(match, rest) or (is_cronie and rest and not rest.startswith(",")):
            raise ScheduleError(f"bad {field.name}: {text}")
        parts.append(_part(match, field, is_cronie, text))
    return ",".join(parts)  # Debian's cron passes over what follows a list up to the next blank


def _is_unfinished(match: re.Match[str], rest: str) -> bool:
    """Whether an item stops at the dash or the slash of a range or a step that isn't one."""
    is_number = match["first"] is not None and match["last"] is None
    if match["step"] is not None:
        return is_number  # 5/15: a step needs a range
    return rest.startswith("/") or (is_number and rest.startswith("-"))


def _part(match: re.Match[str], field: Field, is_cronie: bool, text: str) -> str:
    """An item of a list: with its star, as its first character decides much, or as the values in it."""
    bad = ScheduleError(f"bad {field.name}: {text}")
    step = _number(match["step"], bad) if match["step"] is not None else 1
    if step == 0:
        raise bad
    if match["first"] is None:
        return "*" if step == 1 else f"*/{step}"
    first = _value(match["first"], field, bad)
    last = first if match["last"] is None else _value(match["last"], field, bad)
    values = range(first, last + 1, step)
    if any(value < field.low or value > field.high for value in values or (first, last)):
        raise bad
    if not is_cronie and last > field.high:
        raise bad
    if not values:
        raise UnclearError(f"{field.name} {text} runs backwards: by its version cron takes it as never, or refuses it")
    return ",".join(str(value % 7 if field.high == 7 else value) for value in values)


def _value(word: str, field: Field, bad: ScheduleError) -> int:
    if word.lower() in field.names:
        return field.names.index(word.lower()) + field.low
    return _number(word, bad)


def _number(word: str, bad: ScheduleError) -> int:
    if not word.isdigit() or len(word.lstrip("0")) > LONGEST:
        raise bad
    return int(word)
