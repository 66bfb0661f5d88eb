"""What the days, times and lengths of a notice say."""

import re
from dataclasses import dataclass

from remedy.maintenance.notice.doubt import DoubtError

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KANJI_WEEKDAYS = "月火水木金土日"
ERAS = {"平成": 1988, "令和": 2018}  # the year before their first
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
UNITS = {"d": 1440, "日": 1440, "h": 60, "時": 60, "m": 1, "分": 1}  # minutes of a unit, by its first letter
HALVES = ("am", "pm")
NOON, DAY = 720, 1440  # minutes
LATEST = 30 * 60  # 30時 is six in the morning of the next day; nobody counts further


@dataclass(frozen=True)
class Day:
    """A date; None: it is not said. `weekday` is 0 on Mondays. `is_doubtful`: which number is the month?"""

    day: int
    month: int | None = None
    year: int | None = None
    weekday: int | None = None
    is_doubtful: bool = False


@dataclass(frozen=True)
class Time:
    """A time of day in minutes, which may be 24 hours or more.

    `half`: "am" or "pm" if it says so; "" where it is of 24 hours; None where it may be either, as 5:00 may be.
    `doubt` says what can't be known of it.
    """

    minutes: int
    half: str | None
    doubt: str = ""


def day(match: re.Match[str], japanese: bool) -> Day:
    """The day that a match of a D pattern says."""
    said = match.groupdict()
    of_week = weekday(said)
    if "a" in said:
        return _of_numbers(said, of_week, japanese)
    month = said.get("m") or ""
    year = int(said["y"]) if said.get("y") else None
    if said.get("era"):
        year = ERAS[said["era"]] + (1 if said["era_year"] == "元" else int(said["era_year"]))
    number = int(month) if month.isdecimal() else MONTHS.index(month[:3].lower()) + 1 if month else None
    return Day(int(said["d"]), number, year, of_week)


def _of_numbers(said: dict[str, str | None], of_week: int | None, japanese: bool) -> Day:
    """8/30, 8/30/2017, 30/8/2017 or 30.8.2017: dots stand after the day; Japanese has the month first."""
    first, second = int(said["a"] or 0), int(said["b"] or said["b_"] or 0)
    year = int(said["y"] or said["y_"] or 0) or None
    if said["b_"] or first > 12:
        first, second = second, first
    elif not japanese and second <= 12 and first != second:
        return Day(second, first, year, of_week, is_doubtful=True)
    return Day(second, first, year, of_week)


def weekday(said: dict[str, str | None]) -> int | None:
    """The weekday that the groups of a match name, 0 on Mondays."""
    if kanji := said.get("kanji") or said.get("kanji_"):
        return KANJI_WEEKDAYS.index(kanji)
    word = said.get("w") or said.get("w_")
    return WEEKDAYS.index(word[:3].lower()) if word else None


def time(match: re.Match[str], japanese: bool) -> Time:
    """The time of day that a match of a T pattern says."""
    said = match.groupdict()
    if said.get("h") is None:
        return Time(NOON, "")
    hour, minute = int(said["h"] or 0), 30 if said.get("half_hour") else int(said.get("min") or 0)
    part = (said.get("half") or said.get("part") or "").lower().replace(".", "")
    part = {"午前": "am", "午後": "pm"}.get(part, part)
    minutes = hour * 60 + minute
    if minute > 59 or minutes > (LATEST if japanese else DAY):
        return Time(minutes, "", f"{match[0]} is no time of day")
    if part in HALVES:
        return _of_half(hour, minute, part, match[0], japanese)
    if part:
        return _of_part(minutes, part, match[0])
    return Time(minutes, None if 1 <= hour <= 12 else "")


def _of_half(hour: int, minute: int, half: str, words: str, japanese: bool) -> Time:
    if hour == 12 and japanese:
        return Time(0, half, f"{words} may be noon or midnight")
    if hour > 12:
        return Time(hour * 60 + minute, half, "" if half == "pm" and hour < 24 else f"{words} is no time of day")
    return Time((hour % 12 + 12 * (half == "pm")) * 60 + minute, half)


def _of_part(minutes: int, part: str, words: str) -> Time:
    """未明 2:00 is in the morning; 深夜 2:00 may be of this night or the next, where 深夜 26:00 may not."""
    is_of_morning = part in ("未明", "早朝", "朝")
    if is_of_morning == (minutes < NOON):
        return Time(minutes, "")
    return Time(minutes, "", f"{words} may be meant in two ways")


def length(match: re.Match[str]) -> int:
    """The minutes that a match of the L pattern says."""
    amount, unit = match["amount"].lower(), UNITS[match["unit"][0].lower()]
    count = int(amount) if amount.isdecimal() else NUMBERS.index(amount) + 1 if amount in NUMBERS else 1
    return count * unit + (unit // 2 if match["half"] else 0) + int(match["more"] or 0)


def halves(first: Time, second: Time, is_one_day: bool) -> tuple[Time, Time]:
    """Both times, where one says its half of the day and the other doesn't: 2-5 AM, 午後1時～5時.

    The other's is the same where that puts the begin before the end on one day. Raises DoubtError where it is not.
    """
    if first.half in HALVES and second.half is None:
        second = _in_half(second, first.half)
    elif second.half in HALVES and first.half is None:
        first = _in_half(first, second.half)
    else:
        return first, second
    if not is_one_day or first.minutes >= second.minutes:
        raise DoubtError("one of the times doesn't say whether it is before or after noon")
    return first, second


def _in_half(time: Time, half: str | None) -> Time:
    return Time(time.minutes % NOON + (NOON if half == "pm" else 0), half)
