"""From days, times and zones of a notice to moments."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from remedy.maintenance.notice import zones
from remedy.maintenance.notice.beside import BEHIND_ALL
from remedy.maintenance.notice.days import first_day, last_day
from remedy.maintenance.notice.doubt import DoubtError
from remedy.maintenance.notice.forms import Found, zones_of
from remedy.maintenance.notice.parsed import Parsed
from remedy.maintenance.notice.tokens import Token, is_japanese, is_of_japan
from remedy.maintenance.notice.values import DAY, Day, Time, halves

OF_TIMES = re.compile(r"\btimes?\b|\bzone\b|時刻|時間|タイムゾーン", re.IGNORECASE)


@dataclass(frozen=True)
class Reader:
    """Who reads a notice, and when: `now` has a zone; `here` is the name of the controller's ("": nobody knows).

    `zone` is what the user says instead of what the notice leaves open.
    """

    now: datetime
    here: str
    zone: str


@dataclass(frozen=True)
class Wall:
    """A day, a time from its begin on, and the zones that were said beside them."""

    day: date
    time: Time
    zones: tuple[str, ...]

    @property
    def shown(self) -> datetime:
        """What a clock on the wall shows then."""
        return datetime.combine(self.day, datetime.min.time()) + timedelta(minutes=self.time.minutes)


class Moments:
    """Makes the moments of one window; `remarks` are what was added to the notice's words for them.

    All of it raises DoubtError where a moment is not sure, and OverflowError where it is beyond all calendars.
    """

    def __init__(self, notice: Parsed, reader: Reader) -> None:
        self.notice, self.reader = notice, reader
        self.remarks: list[str] = []

    def span(self, found: Found) -> tuple[datetime, datetime]:
        """Begin and end of a pair."""
        days = [token.value for token in found.tokens if isinstance(token.value, Day)]
        times = [token.value for token in found.tokens if isinstance(token.value, Time)]
        for doubt in (time.doubt for time in times if time.doubt):
            raise DoubtError(doubt)
        day = self._first_day(days[0])
        before, behind = _parts(found.tokens)
        if found.form == "length":
            minutes = next(token.value for token in found.tokens if token.kind == "L" and isinstance(token.value, int))
            start = self._moment(*self._zoned(Wall(day, times[0], zones_of(before))))
            return start, (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(start.tzinfo)
        is_next = any(token.kind == "N" for token in found.tokens)
        first, second = halves(times[0], times[1], is_one_day=found.form != "dated" and not is_next)
        last = last_day(days[1], day) if found.form == "dated" else self._day_of_end(found, day, first, second, is_next)
        walls = self._zoned(Wall(day, first, zones_of(before)), Wall(last, second, zones_of(behind)))
        return self._moment(walls[0]), self._moment(walls[1])

    def single(self, found: Found) -> datetime:
        """The moment of a day and a time without an end."""
        (day,) = [token.value for token in found.tokens if isinstance(token.value, Day)]
        (time,) = [token.value for token in found.tokens if isinstance(token.value, Time)]
        wall = Wall(first_day(day, self.reader.now.date()), time, zones_of(found.tokens))
        return self._moment(*self._zoned(wall))

    def _first_day(self, said: Day) -> date:
        day = first_day(said, self.reader.now.date())
        if said.year is None:
            self.remarks.append(f"no year is said: taken as the nearest that comes, {day.year}")
        return day

    def _day_of_end(self, found: Found, day: date, first: Time, second: Time, is_next: bool) -> date:
        """The day of an end that has none of its own."""
        if found.kinds.rfind("N") > found.kinds.rfind("T") and second.minutes > first.minutes:
            raise DoubtError(f"is the end on {day}, or on the next day?")
        if is_next:
            return day if second.minutes >= DAY else day + timedelta(days=1)
        if second.minutes > first.minutes:
            return day
        if found.form == "day_last":
            raise DoubtError(f"is {day} the day of the begin, or of the end?")
        self.remarks.append("the end is on the next day")
        return day + timedelta(days=1)

    def _zoned(self, *walls: Wall) -> tuple[Wall, ...]:
        """The same, each with a zone: its own, the other's, or the one that is taken where none is said."""
        said = next((wall.zones for wall in walls if wall.zones), ()) or (self._zone_of_all(),)
        return tuple(wall if wall.zones else replace(wall, zones=said) for wall in walls)

    def _zone_of_all(self) -> str:
        if self.reader.zone:
            self.remarks.append(f"no zone is said beside it: taken as {self.reader.zone}, as --zone says")
            return self.reader.zone
        if elsewhere := zones_of(self.notice.zones_elsewhere):
            if len(elsewhere) > 1 or not all(map(self._is_of_all, self.notice.zones_elsewhere)):
                raise DoubtError(f"which zone is it, {' or '.join(elsewhere)}? Say it by --zone")
            self.remarks.append(f"no zone is said beside it: taken as {elsewhere[0]}, which is said elsewhere")
            return elsewhere[0]
        if beside := zones_of(token for each in self.notice.pairs for token in each.tokens):
            raise DoubtError(f"no zone is said beside it, but {beside[0]} beside other times: say it by --zone")
        return self._zone_of_language()

    def _zone_of_language(self) -> str:
        if is_of_japan(self.notice.text):
            taken, whose = zones.JAPAN, "Japan's, as the notice is Japanese"
        elif is_japanese(self.notice.text):
            raise DoubtError("no zone is said, and it may be Japanese or Chinese: say it by --zone")
        else:
            taken, whose = self.reader.here, "this machine's"
        if not taken:
            raise DoubtError("no zone is said: say it by --zone")
        self.remarks.append(f"no zone is said: taken as {taken}, {whose}")
        return taken

    def _is_of_all(self, zone: Token) -> bool:
        """Whether a zone that stands by itself is said to be that of the times, and no sign behind it changes it."""
        text = self.notice.text
        line = text[self.notice.line_begin(zone.start) : self.notice.line_end(zone.end)]
        return OF_TIMES.search(line) is not None and BEHIND_ALL.match(text, zone.end) is None

    def _moment(self, wall: Wall) -> datetime:
        try:
            said = [zones.moment(wall.shown, zone) for zone in wall.zones]
        except ValueError as error:
            if not self.reader.zone or self.reader.zone in wall.zones:
                raise DoubtError(str(error)) from None
            self.remarks.append(f"{wall.zones[0]} is taken as {self.reader.zone}, as --zone says")
            return self._moment(replace(wall, zones=(self.reader.zone,)))
        if len({moment.timestamp() for moment in said}) > 1:
            raise DoubtError(f"{' and '.join(wall.zones)} are two zones: which is it?")
        return said[0]


def _parts(found: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token]]:
    """The tokens of the begin, and those of the end: what comes after "until", "end:" and the like."""
    times = [place for place, token in enumerate(found) if token.kind == "T"]
    if len(times) == 1:
        return found, ()
    border = times[0] + 1
    while found[border].kind in "ZD":
        border += 1
    return found[:border], found[border:]
