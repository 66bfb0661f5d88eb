"""From the tokens of a notice to the windows that it announces."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from remedy.maintenance.announced import LONGEST
from remedy.maintenance.notice import zones
from remedy.maintenance.notice.days import first_day, last_day
from remedy.maintenance.notice.doubt import DoubtError
from remedy.maintenance.notice.forms import Found, find
from remedy.maintenance.notice.tokens import Token, is_japanese, plain, tokens
from remedy.maintenance.notice.values import DAY, Day, Time, halves

SHOWN = 120  # characters of a line that is shown


@dataclass(frozen=True)
class Proposed:
    """A window that a notice announces; `words` say it there, `remarks` what was added to them."""

    start: datetime
    end: datetime
    words: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Doubt:
    """Words of a notice that may be about a window, and why none is made of them."""

    words: str
    why: str


@dataclass(frozen=True)
class Reading:
    """What a notice says, as far as it was understood."""

    windows: tuple[Proposed, ...]
    doubts: tuple[Doubt, ...]


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


def read_notice(text: str, now: datetime, here: str, zone: str = "") -> Reading:
    """The windows that a notice announces, each once, and what in it can't be understood.

    `here` is the name of the controller's zone ("": nobody knows), which holds where an English notice says none; where
    a Japanese one says none it is Japan's. `zone` is what the user says instead, also where the notice's own is not
    clear. `now` has a zone.
    """
    return _Notice(plain(text), now, here, zone).read()


class _Notice:
    """A notice while it is read; `remarks` are those on the window that is made."""

    def __init__(self, text: str, now: datetime, here: str, zone: str) -> None:
        self.text, self.now, self.here, self.zone = text, now, here, zone
        self.tokens = tokens(text)
        self.found = list(find(self.tokens))
        attached = {token for each in self.found for token in each.tokens}
        self.zones_elsewhere = _zones(token for token in self.tokens if token not in attached)
        self.windows: list[Proposed] = []
        self.doubts: list[Doubt] = []
        self.remarks: list[str] = []

    def read(self) -> Reading:
        for each in self.found:
            if each.form == "moment" or self._is_again(each):
                continue
            self.remarks = []
            try:
                self.windows.append(self._window(each))
            except DoubtError as doubt:
                self.doubts.append(Doubt(self._words(each), str(doubt)))
            except OverflowError:
                self.doubts.append(Doubt(self._words(each), "this is beyond all calendars"))
        once = {(each.start.timestamp(), each.end.timestamp()): each for each in reversed(self.windows)}
        doubts = self.doubts or list(self._doubts_of_all())
        return Reading(tuple(reversed(once.values())), tuple(doubts))

    def _window(self, found: Found) -> Proposed:
        """The window that tokens announce. Raises DoubtError where they announce none that is sure."""
        self._refuse_odd_lines(found)
        if found.form == "times":
            raise DoubtError("no day is said beside these times")
        if found.form == "days":
            raise DoubtError("several days and one time: is it each of these days, or from the first to the last?")
        if found.form == "window" and re.match(r"D(?![dt]?Z*T)", found.then):
            raise DoubtError("there is a day before and another behind these times: which is it?")
        start, end = self._span(found)
        self._refuse_odd_windows(start, end)
        return Proposed(start, end, self._words(found), tuple(self.remarks))

    def _span(self, found: Found) -> tuple[datetime, datetime]:
        days = [token.value for token in found.tokens if isinstance(token.value, Day)]
        times = [token.value for token in found.tokens if isinstance(token.value, Time)]
        for doubt in (time.doubt for time in times if time.doubt):
            raise DoubtError(doubt)
        day = self._first_day(days[0])
        before, behind = _parts(found.tokens)
        if found.form == "length":
            minutes = next(token.value for token in found.tokens if isinstance(token.value, int))
            start = self._moment(*self._zoned(Wall(day, times[0], _zones(before))))
            return start, (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(start.tzinfo)
        is_next = any(token.kind == "N" for token in found.tokens)
        first, second = halves(times[0], times[1], is_one_day=found.form != "dated" and not is_next)
        last = last_day(days[1], day) if found.form == "dated" else self._day_of_end(found, day, first, second, is_next)
        walls = self._zoned(Wall(day, first, _zones(before)), Wall(last, second, _zones(behind)))
        return self._moment(walls[0]), self._moment(walls[1])

    def _first_day(self, said: Day) -> date:
        day = first_day(said, self.now.date())
        if said.year is None:
            self.remarks.append(f"no year is said: taken as the nearest that comes, {day.year}")
        return day

    def _day_of_end(self, found: Found, day: date, first: Time, second: Time, is_next: bool) -> date:
        """The day of an end that has none of its own."""
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
        if self.zone:
            self.remarks.append(f"no zone is said beside it: taken as {self.zone}, as --zone says")
            return self.zone
        if len(self.zones_elsewhere) > 1:
            raise DoubtError(f"which zone is it, {' or '.join(self.zones_elsewhere)}? Say it by --zone")
        if self.zones_elsewhere:
            self.remarks.append(
                f"no zone is said beside it: taken as {self.zones_elsewhere[0]}, which is said elsewhere"
            )
            return self.zones_elsewhere[0]
        is_of_japan = is_japanese(self.text)
        taken, whose = (
            (zones.JAPAN, "Japan's, as the notice is Japanese") if is_of_japan else (self.here, "this machine's")
        )
        if not taken:
            raise DoubtError("no zone is said: say it by --zone")
        self.remarks.append(f"no zone is said: taken as {taken}, {whose}")
        return taken

    def _moment(self, wall: Wall) -> datetime:
        try:
            said = [zones.moment(wall.shown, zone) for zone in wall.zones]
        except ValueError as error:
            if not self.zone or self.zone in wall.zones:
                raise DoubtError(str(error)) from None
            self.remarks.append(f"{wall.zones[0]} is taken as {self.zone}, as --zone says")
            return self._moment(replace(wall, zones=(self.zone,)))
        if len({moment.timestamp() for moment in said}) > 1:
            raise DoubtError(f"{' and '.join(wall.zones)} are two zones: which is it?")
        return said[0]

    def _is_again(self, found: Found) -> bool:
        """Whether times without a day say the window right before them in another zone."""
        names = _zones(found.tokens)
        if found.form != "times" or not found.follows or not self.windows or not names:
            return False
        before = self.windows[-1]
        times = [token.value for token in found.tokens if isinstance(token.value, Time)]
        try:
            there = zones.moment(before.start.replace(tzinfo=None), names[0]).tzinfo
            times = list(halves(times[0], times[1], is_one_day=True))
        except ValueError:
            return False
        shown = [moment.astimezone(there) for moment in (before.start, before.end)]
        return all((at.hour * 60 + at.minute - time.minutes) % DAY == 0 for at, time in zip(shown, times, strict=True))

    def _refuse_odd_lines(self, found: Found) -> None:
        """Refuse what stands in one line with words that say that it will not be, or with a year by itself."""
        begin = self.text.rfind("\n", 0, found.tokens[0].start) + 1
        end = self.text.find("\n", found.tokens[-1].end)
        end = len(self.text) if end < 0 else end
        beside = [token for token in self.tokens if begin <= token.start < end]
        for token in beside:
            if token.kind == "X":
                raise DoubtError(f"{token.value!r} stands beside it")
        first = next((token.value for token in found.tokens if isinstance(token.value, Day)), None)
        if first and first.year is None and any(token.kind == "Y" for token in beside):
            raise DoubtError("a year stands beside it, but not with the day")

    def _refuse_odd_windows(self, start: datetime, end: datetime) -> None:
        seconds = end.timestamp() - start.timestamp()
        if seconds <= 0:
            raise DoubtError("it ends before it begins")
        if seconds > LONGEST:
            raise DoubtError("it would be longer than 7 days, which no maintenance is")
        if end.timestamp() <= self.now.timestamp():
            raise DoubtError("it is over")

    def _doubts_of_all(self) -> Iterator[Doubt]:
        """What nothing that was found was blamed for: that all is cancelled, perhaps, or that nothing was found."""
        never = next((token for token in self.tokens if token.kind == "X"), None)
        if self.windows and never:
            yield Doubt(
                self._line(self.tokens[0].start, len(self.text)), f"it says {never.value!r} as well: is it off?"
            )
        elif not self.windows and self.found:
            yield Doubt(
                self._words(self.found[0]), "neither an end nor how long it takes is said, as far as it is understood"
            )
        elif not self.windows:
            said = [self.text[token.start : token.end].strip() for token in self.tokens if token.kind in "DTL"]
            why = (
                "these are no begin and end, as far as they are understood"
                if said
                else "there is no date in it, and no time"
            )
            yield Doubt(_clipped("; ".join(said) or self.text), why)

    def _words(self, found: Found) -> str:
        return self._line(found.tokens[0].start, found.tokens[-1].end)

    def _line(self, start: int, end: int) -> str:
        return _clipped(self.text[start:end])


def _clipped(words: str) -> str:
    """The words on one line, and not too many."""
    line = " ".join(words.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def _parts(found: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token]]:
    """The tokens of the begin, and those of the end: what comes after "until", "end:" and the like."""
    times = [place for place, token in enumerate(found) if token.kind == "T"]
    if len(times) == 1:
        return found, ()
    border = times[0] + 1
    while found[border].kind in "ZD":
        border += 1
    return found[:border], found[border:]


def _zones(found: Iterable[Token]) -> tuple[str, ...]:
    """The zones that tokens name, each once."""
    return tuple(dict.fromkeys(str(token.value) for token in found if token.kind == "Z"))
