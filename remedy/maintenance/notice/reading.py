"""From a notice to the windows that it announces, and to what in it can't be understood."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from remedy.maintenance.notice import zones
from remedy.maintenance.notice.days import date_of
from remedy.maintenance.notice.doubt import DoubtError
from remedy.maintenance.notice.forms import Found, zones_of
from remedy.maintenance.notice.moments import Moments, Reader
from remedy.maintenance.notice.objections import Objections
from remedy.maintenance.notice.parsed import Parsed, clipped, parse
from remedy.maintenance.notice.values import DAY, Day, Time, halves

NO_END = "neither an end nor how long it takes is said, as far as it is understood"


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


def read_notice(text: str, now: datetime, here: str, zone: str = "") -> Reading:
    """The windows that a notice announces, each once, and what in it can't be understood.

    `here` is the name of the controller's zone ("": nobody knows), which holds where an English notice says none; where
    a Japanese one says none it is Japan's. `zone` is what the user says instead, also where the notice's own is not
    clear. `now` has a zone.
    """
    return _Notice(parse(text), Reader(now, here, zone)).read()


class _Notice:
    """A notice while it is read."""

    def __init__(self, parsed: Parsed, reader: Reader) -> None:
        self.parsed, self.reader = parsed, reader
        self.objections = Objections(parsed, reader.now)

    def read(self) -> Reading:
        windows, doubts = self._windows()
        if windows:
            doubts += [*self._doubts_of_words(windows), *self._doubts_of_days(windows)]
        elif not doubts:
            doubts.append(self._doubt_of_nothing())
        return Reading(tuple(windows), tuple(doubts))

    def _windows(self) -> tuple[list[Proposed], list[Doubt]]:
        """The windows of all pairs, each once, and why some make none."""
        windows: list[Proposed] = []
        doubts: list[Doubt] = []
        for each in self.parsed.pairs:
            if windows and _says_again(each, windows[-1]):
                continue
            try:
                windows.append(self._window(each))
            except DoubtError as doubt:
                doubts.append(Doubt(self.parsed.words_of(each), str(doubt)))
            except OverflowError:
                doubts.append(Doubt(self.parsed.words_of(each), "this is beyond all calendars"))
        once = {(each.start.timestamp(), each.end.timestamp()): each for each in reversed(windows)}
        return list(reversed(once.values())), doubts

    def _window(self, found: Found) -> Proposed:
        """The window that tokens announce. Raises DoubtError where they announce none that is sure."""
        self.objections.to_pair(found)
        moments = Moments(self.parsed, self.reader)
        start, end = moments.span(found)
        self.objections.to_window(found, start, end)
        return Proposed(start, end, self.parsed.words_of(found), tuple(dict.fromkeys(moments.remarks)))

    def _doubts_of_words(self, windows: Sequence[Proposed]) -> Iterator[Doubt]:
        """That all is cancelled, perhaps, or one window put in the place of another."""
        kinds = "X" if len(windows) == 1 else "Xx"
        blamed = self.objections.blamed
        never = [token for token in self.parsed.notable if token.kind in kinds]
        for token in [token for token in never if self.parsed.line_begin(token.start) not in blamed][:1]:
            whole = self.parsed.words(self.parsed.tokens[0].start, len(self.parsed.text))
            yield Doubt(whole, f"it says {token.value!r} as well: is it off?")

    def _doubts_of_days(self, windows: Sequence[Proposed]) -> Iterator[Doubt]:
        """Days and moments that are to come, of which no window was made."""
        moments = [each for each in self.parsed.found if each.form == "moment"]
        in_moments = {token for each in moments for token in each.tokens}
        known = {moment for each in windows for moment in (each.start, each.end)}
        for each in moments:
            if self._is_to_come(each, known):
                yield Doubt(self.parsed.words_of(each), NO_END)
        days, today = {moment.date() for moment in known}, self.reader.now.date()
        for token in self.parsed.notable:
            if isinstance(token.value, Day) and token not in in_moments:
                day = date_of(token.value, today)
                if day and day > today and day not in days:
                    words = self.parsed.words(token.start, token.end)
                    yield Doubt(words, "this day is said as well: what is then?")

    def _is_to_come(self, found: Found, known: Collection[datetime]) -> bool:
        """Whether a moment is to come, or may be, and is neither begin nor end of a window."""
        try:
            moment = Moments(self.parsed, self.reader).single(found)
        except (DoubtError, OverflowError):
            (day,) = [token.value for token in found.tokens if isinstance(token.value, Day)]
            date = date_of(day, self.reader.now.date())
            return date is not None and date >= self.reader.now.date()
        return moment > self.reader.now and moment not in known

    def _doubt_of_nothing(self) -> Doubt:
        parsed = self.parsed
        if parsed.found:
            return Doubt(parsed.words_of(parsed.found[0]), NO_END)
        said = [parsed.text[token.start : token.end].strip() for token in parsed.tokens if token.kind in "DTL"]
        if said:
            return Doubt(clipped("; ".join(said)), "these are no begin and end, as far as they are understood")
        return Doubt(clipped(parsed.text), "there is no date in it, and no time")


def _says_again(found: Found, before: Proposed) -> bool:
    """Whether times without a day say the window right before them in another zone."""
    names = zones_of(found.tokens)
    if found.form != "times" or not found.follows or not names:
        return False
    times = [token.value for token in found.tokens if isinstance(token.value, Time)]
    try:
        there = zones.moment(before.start.replace(tzinfo=None), names[0]).tzinfo
        times = list(halves(times[0], times[1], is_one_day=True))
    except ValueError:
        return False
    shown = [moment.astimezone(there) for moment in (before.start, before.end)]
    return all((at.hour * 60 + at.minute - time.minutes) % DAY == 0 for at, time in zip(shown, times, strict=True))
