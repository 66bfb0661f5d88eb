"""From the tokens of a notice to the windows that it announces."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from remedy.maintenance.announced import LONGEST
from remedy.maintenance.notice import zones
from remedy.maintenance.notice.beside import BEHIND_ALL, why_odd
from remedy.maintenance.notice.days import first_day, last_day
from remedy.maintenance.notice.doubt import DoubtError
from remedy.maintenance.notice.forms import Found, find, kinds_of
from remedy.maintenance.notice.tokens import CORRECTED, Token, is_japanese, is_of_japan, plain, tokens
from remedy.maintenance.notice.values import DAY, Day, Time, halves

CORRECTION = re.compile(CORRECTED, re.IGNORECASE | re.VERBOSE)
OF_TIMES = re.compile(r"\btimes?\b|\bzone\b|時刻|時間|タイムゾーン", re.IGNORECASE)
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
        self.elsewhere = [token for token in self.tokens if token.kind in "zZ" and token not in attached]
        self.pairs = [each for each in self.found if each.form != "moment"]
        self.used = {token for each in self.pairs for token in each.tokens}
        self.zones_of_pairs = _zones(token for each in self.pairs for token in each.tokens)
        self.is_japanese, self.is_of_japan = is_japanese(text), is_of_japan(text)
        self.blamed: set[int] = set()  # where lines begin that were refused for a word in them
        self.notable = [token for token in self.tokens if token.kind in "XxYwzZD" and token not in self.used]
        corrections = [t.start for t in self.notable if t.kind == "X" and CORRECTION.fullmatch(str(t.value))]
        self.correction = max(corrections, default=-1)  # where the last one stands
        below = [each for each in self.pairs if each.form != "times" and each.tokens[0].start > self.correction]
        self.is_corrected_to_one = len(below) <= 1
        self.windows: list[Proposed] = []
        self.doubts: list[Doubt] = []
        self.remarks: list[str] = []

    def read(self) -> Reading:
        for each in self.pairs:
            if self._is_again(each):
                continue
            self.remarks = []
            try:
                self.windows.append(self._window(each))
            except DoubtError as doubt:
                self.doubts.append(Doubt(self._words(each), str(doubt)))
            except OverflowError:
                self.doubts.append(Doubt(self._words(each), "this is beyond all calendars"))
        once = {(each.start.timestamp(), each.end.timestamp()): each for each in reversed(self.windows)}
        windows = tuple(reversed(once.values()))
        if windows:
            self.doubts += [*self._doubts_of_words(len(windows)), *self._doubts_of_days()]
        elif not self.doubts:
            self.doubts.append(self._doubt_of_nothing())
        return Reading(windows, tuple(self.doubts))

    def _window(self, found: Found) -> Proposed:
        """The window that tokens announce. Raises DoubtError where they announce none that is sure."""
        self._refuse_odd_lines(found)
        self._refuse_corrected(found)
        if why := why_odd(self.text, found):
            raise DoubtError(why)
        if found.form == "times":
            raise DoubtError("no day is said beside these times")
        if found.form == "days":
            raise DoubtError("several days and one time: is it each of these days, or from the first to the last?")
        before, after = kinds_of(found.before), kinds_of(found.after)
        if found.form == "window" and re.match(r"D(?![dt]?Z*T)", after):
            raise DoubtError("there is a day before and another behind these times: which is it?")
        if found.form == "day_last" and (re.match(r"[dt]?[zZ]*T", after) or (found.follows and before.endswith("D"))):
            raise DoubtError("is the day that of the times before it, or behind?")
        if re.search(r"E[dnt]?$", before) or re.match(r"[.nw]{0,4}E[dn]?D", after):
            raise DoubtError("is it a begin, an end, or both?")
        start, end = self._span(found)
        self._refuse_odd_windows(start, end)
        self._refuse_other_days(found, start, end)
        return Proposed(start, end, self._words(found), tuple(self.remarks))

    def _span(self, found: Found) -> tuple[datetime, datetime]:
        days = [token.value for token in found.tokens if isinstance(token.value, Day)]
        times = [token.value for token in found.tokens if isinstance(token.value, Time)]
        for doubt in (time.doubt for time in times if time.doubt):
            raise DoubtError(doubt)
        day = self._first_day(days[0])
        before, behind = _parts(found.tokens)
        if found.form == "length":
            minutes = next(token.value for token in found.tokens if token.kind == "L" and isinstance(token.value, int))
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
        if self.zone:
            self.remarks.append(f"no zone is said beside it: taken as {self.zone}, as --zone says")
            return self.zone
        if elsewhere := _zones(self.elsewhere):
            if len(elsewhere) > 1 or not all(map(self._is_of_all, self.elsewhere)):
                raise DoubtError(f"which zone is it, {' or '.join(elsewhere)}? Say it by --zone")
            self.remarks.append(f"no zone is said beside it: taken as {elsewhere[0]}, which is said elsewhere")
            return elsewhere[0]
        if self.zones_of_pairs:
            raise DoubtError(
                f"no zone is said beside it, but {self.zones_of_pairs[0]} beside other times: say it by --zone"
            )
        if self.is_japanese and not self.is_of_japan:
            raise DoubtError("no zone is said, and it may be Japanese or Chinese: say it by --zone")
        taken, whose = (
            (zones.JAPAN, "Japan's, as the notice is Japanese") if self.is_of_japan else (self.here, "this machine's")
        )
        if not taken:
            raise DoubtError("no zone is said: say it by --zone")
        self.remarks.append(f"no zone is said: taken as {taken}, {whose}")
        return taken

    def _is_of_all(self, zone: Token) -> bool:
        """Whether a zone that stands by itself is said to be that of the times, and no sign behind it changes it."""
        line = self.text[self._line_begin(zone.start) : self._line_end(zone.end)]
        return OF_TIMES.search(line) is not None and BEHIND_ALL.match(self.text, zone.end) is None

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
        beside = self._between(*self._lines(found))
        for token in beside:
            if token.kind in "Xx":
                self.blamed.add(self._line_begin(token.start))
                raise DoubtError(f"{token.value!r} stands beside it")
        first = next((token.value for token in found.tokens if isinstance(token.value, Day)), None)
        if first and first.year is None and any(token.kind == "Y" for token in beside):
            raise DoubtError("a year stands beside it, but not with the day")
        own = _zones(found.tokens)
        if found.tokens[0].kind == "z" and len(own) > 1:
            raise DoubtError(f"which zone is it, {' or '.join(own)}?")
        for token in beside:
            if own and token in self.elsewhere and token.value not in own:
                raise DoubtError(f"{token.value} stands beside it: which zone is it?")

    def _refuse_corrected(self, found: Found) -> None:
        """Refuse what a correction below it may replace, and all below the last one where these are several."""
        if found.tokens[0].start < self.correction:
            end = self._line_end(self._line_end(self.correction) + 1)
            raise DoubtError(f"a correction stands below it, {self._line(self.correction, end)!r}: is it the old one?")
        if self.correction >= 0 and not self.is_corrected_to_one:
            raise DoubtError("there are several below a correction: which is the old one?")

    def _refuse_other_days(self, found: Found, start: datetime, end: datetime) -> None:
        """Refuse what has another day or weekday in its line, or a day that is to come in a line next to it."""
        own = (start.date(), end.date())
        begin, close = self._lines(found)
        for token in self._between(self._line_begin(begin - 1), self._line_end(close + 1)):
            is_beside = begin <= token.start < close
            if token.kind == "w" and is_beside and token.value not in [day.weekday() for day in own]:
                raise DoubtError(f"{self.text[token.start : token.end]} stands beside it, which {own[0]} is not")
            if isinstance(token.value, Day):
                day = self._date_of(token.value)
                if day not in own and (is_beside or (day and day > self.now.date())):
                    raise DoubtError(f"{self._line(token.start, token.end)} stands beside it as well: which day is it?")

    def _date_of(self, day: Day) -> date | None:
        """The date of a day by itself; None where it is not sure."""
        try:
            return first_day(day, self.now.date())
        except DoubtError:
            return None

    def _refuse_odd_windows(self, start: datetime, end: datetime) -> None:
        seconds = end.timestamp() - start.timestamp()
        if seconds <= 0:
            raise DoubtError("it ends before it begins")
        if seconds > LONGEST:
            raise DoubtError("it would be longer than 7 days, which no maintenance is")
        if end.timestamp() <= self.now.timestamp():
            raise DoubtError("it is over")

    def _doubts_of_words(self, windows: int) -> Iterator[Doubt]:
        """That all is cancelled, perhaps, or one window put in the place of another."""
        kinds = "X" if windows == 1 else "Xx"
        never = [token for token in self.notable if token.kind in kinds]
        for token in [token for token in never if self._line_begin(token.start) not in self.blamed][:1]:
            yield Doubt(
                self._line(self.tokens[0].start, len(self.text)), f"it says {token.value!r} as well: is it off?"
            )

    def _doubts_of_days(self) -> Iterator[Doubt]:
        """Days and moments that are to come, of which no window was made."""
        moments = [each for each in self.found if each.form == "moment"]
        in_moments = {token for each in moments for token in each.tokens}
        known = {moment for each in self.windows for moment in (each.start, each.end)}
        for each in moments:
            if self._is_to_come(each, known):
                yield Doubt(
                    self._words(each), "neither an end nor how long it takes is said, as far as it is understood"
                )
        days = {moment.date() for moment in known}
        for token in self.notable:
            if isinstance(token.value, Day) and token not in in_moments:
                day = self._date_of(token.value)
                if day and day > self.now.date() and day not in days:
                    yield Doubt(self._line(token.start, token.end), "this day is said as well: what is then?")

    def _is_to_come(self, found: Found, known: Collection[datetime]) -> bool:
        """Whether a moment is to come, or may be, and is neither begin nor end of a window."""
        (day,) = [token.value for token in found.tokens if isinstance(token.value, Day)]
        (time,) = [token.value for token in found.tokens if isinstance(token.value, Time)]
        try:
            moment = self._moment(*self._zoned(Wall(first_day(day, self.now.date()), time, _zones(found.tokens))))
        except (DoubtError, OverflowError):
            date_of = self._date_of(day)
            return date_of is not None and date_of >= self.now.date()
        return moment > self.now and moment not in known

    def _doubt_of_nothing(self) -> Doubt:
        if self.found:
            return Doubt(
                self._words(self.found[0]), "neither an end nor how long it takes is said, as far as it is understood"
            )
        said = [self.text[token.start : token.end].strip() for token in self.tokens if token.kind in "DTL"]
        why = (
            "these are no begin and end, as far as they are understood"
            if said
            else "there is no date in it, and no time"
        )
        return Doubt(_clipped("; ".join(said) or self.text), why)

    def _between(self, begin: int, end: int) -> Sequence[Token]:
        """The notable tokens that begin between two places of the text."""
        first, last = (bisect_left(self.notable, place, key=lambda token: token.start) for place in (begin, end))
        return self.notable[first:last]

    def _lines(self, found: Found) -> tuple[int, int]:
        """Where the lines begin and end that tokens stand in."""
        return self._line_begin(found.tokens[0].start), self._line_end(found.tokens[-1].end)

    def _line_begin(self, place: int) -> int:
        return self.text.rfind("\n", 0, max(0, place)) + 1

    def _line_end(self, place: int) -> int:
        end = self.text.find("\n", place)
        return len(self.text) if end < 0 else end

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
    return tuple(dict.fromkeys(str(token.value) for token in found if token.kind in "zZ"))
