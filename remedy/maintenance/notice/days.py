"""Which date a day of a notice is."""

from datetime import date

from remedy.maintenance.notice.doubt import DoubtError
from remedy.maintenance.notice.values import Day

JUST_PAST = 60  # days: a date without a year that is over since so few is not that of the next year
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def first_day(said: Day, today: date) -> date:
    """The date of a begin; without a year it is the nearest that comes. Raises DoubtError."""
    _refuse_two_readings(said)
    if said.month is None:
        raise DoubtError("the month is missing")
    if said.year is not None:
        return _checked(said, said.year, said.month)
    dates = [_date(today.year + years, said.month, said.day) for years in (-1, 0, 1)]
    coming = next((day for day in dates if day and day >= today), None)
    if coming is None:
        raise DoubtError("there is no such day in the year that comes")
    last = max((day for day in dates if day and day < today), default=None)
    if last and (today - last).days <= JUST_PAST:
        raise DoubtError(f"no year is said, and {last} is over since a short while: write the year into it")
    return _checked(said, coming.year, said.month)


def date_of(said: Day, today: date) -> date | None:
    """The date of a day by itself; None where it is not sure."""
    try:
        return first_day(said, today)
    except DoubtError:
        return None


def last_day(said: Day, first: date) -> date:
    """The date of an end; what it does not say is as near behind the first as can be. Raises DoubtError."""
    _refuse_two_readings(said)
    month = said.month or (first.month if said.day >= first.day else first.month % 12 + 1)
    is_in_next_year = (month, said.day) < (first.month, first.day)
    return _checked(said, said.year or first.year + is_in_next_year, month)


def _refuse_two_readings(said: Day) -> None:
    if said.is_doubtful:
        raise DoubtError("which of the numbers of the day is the month?")


def _checked(said: Day, year: int, month: int) -> date:
    day = _date(year, month, said.day)
    if day is None:
        raise DoubtError(f"there is no day {year}-{month:02}-{said.day:02}")
    if said.weekday not in (None, day.weekday()):
        raise DoubtError(f"{day} is a {WEEKDAYS[day.weekday()]}, not a {WEEKDAYS[said.weekday or 0]}")
    return day


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
