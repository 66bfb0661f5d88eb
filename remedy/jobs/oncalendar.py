"""When a systemd timer elapses: OnCalendar= as systemd itself writes it, for example "Mon..Fri *-*-* 06,18:00:00".

Source: systemd.time(7), CALENDAR EVENTS. Only the written-out form is read, which `systemctl show` has.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import product

from remedy.zones import named

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SPEC = re.compile(
    r"(?:(?P<days>[A-Z][A-Za-z.,]*) )?(?P<year>[^ :-]+)-(?P<month>[^ :~-]+)(?P<from>[-~])(?P<day>[^ :-]+)"
    r" (?P<hour>[^ :]+):(?P<minute>[^ :]+):(?P<second>[^ :]+)(?: (?P<zone>\S+))?"
)
MOST_DAYS = 400  # that a gap is looked at


@dataclass(frozen=True)
class Calendar:
    """An OnCalendar= in sets of numbers. `from_end`: days count from the end of the month."""

    days: frozenset[int]
    year: frozenset[int]
    month: frozenset[int]
    day: frozenset[int]
    from_end: bool
    hour: frozenset[int]
    minute: frozenset[int]
    second: int
    zone: tzinfo | None

    def moments(self, start: float, end: float, zone: tzinfo, limit: int) -> list[float]:
        """When it elapses after `start` up to and including `end`, in Unix seconds; at most `limit` of them."""
        tz, found = self.zone or zone, list[float]()
        first = datetime.fromtimestamp(start, tz).date()
        for number in range(min(MOST_DAYS, (datetime.fromtimestamp(end, tz).date() - first).days + 1)):
            day = first + timedelta(days=number)
            for hour, minute in product(sorted(self.hour), sorted(self.minute)) if self._has(day) else ():
                at = datetime(day.year, day.month, day.day, hour, minute, self.second, tzinfo=tz).timestamp()
                is_told = datetime.fromtimestamp(at, tz).hour == hour  # not in spring, when the hour is left out
                if start < at <= end and is_told:
                    found.append(at)
                if len(found) >= limit:
                    return found
        return found

    def _has(self, day: date) -> bool:
        number = monthrange(day.year, day.month)[1] - day.day + 1 if self.from_end else day.day
        is_month = day.year in self.year and day.month in self.month
        return is_month and number in self.day and day.weekday() in self.days


def parse(text: str) -> Calendar:
    """The calendar of a written-out OnCalendar=. Raises ValueError for what is not understood."""
    match = SPEC.fullmatch(text)
    zone = named(match["zone"]) if match and match["zone"] else None
    if match is None or (match["zone"] and zone is None):
        raise ValueError(text)
    return Calendar(
        days=_weekdays(match["days"]),
        year=_numbers(match["year"], 1970, 2199),
        month=_numbers(match["month"], 1, 12),
        day=_numbers(match["day"], 1, 31),
        from_end=match["from"] == "~",
        hour=_numbers(match["hour"], 0, 23),
        minute=_numbers(match["minute"], 0, 59),
        second=min(_numbers(re.sub(r"\.\d+", "", match["second"]), 0, 59)),
        zone=zone,
    )


def _numbers(text: str, least: int, most: int) -> frozenset[int]:
    """A component: *, 5, 1..5, 0/15, 0..30/10, and lists of these."""
    found: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"(\*|\d{1,4})(?:\.\.(\d{1,4}))?(?:/(\d{1,4}))?", part)
        if match is None:
            raise ValueError(text)
        first = least if match[1] == "*" else int(match[1])
        last = int(match[2]) if match[2] else most if match[3] or match[1] == "*" else first
        found.update(range(first, last + 1, int(match[3] or 1) or 1))
    if not found or min(found) < least or max(found) > most:
        raise ValueError(text)
    return frozenset(found)


def _weekdays(text: str | None) -> frozenset[int]:
    found: set[int] = set()
    for part in (text or "Mon..Sun").split(","):
        first, _, last = part.partition("..")
        if first not in DAYS or (last or first) not in DAYS:
            raise ValueError(text)
        found.update(range(DAYS.index(first), DAYS.index(last or first) + 1))
    return frozenset(found)
