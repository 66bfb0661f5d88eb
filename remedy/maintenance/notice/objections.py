"""What in a notice speaks against the window that a pair of its times would make."""

import re
from datetime import datetime

from remedy.inventory.fleet import LONGEST
from remedy.maintenance.notice.beside import why_odd
from remedy.maintenance.notice.days import date_of
from remedy.maintenance.notice.doubt import DoubtError
from remedy.maintenance.notice.forms import Found, kinds_of, zones_of
from remedy.maintenance.notice.parsed import Parsed
from remedy.maintenance.notice.tokens import CORRECTED
from remedy.maintenance.notice.values import Day

CORRECTION = re.compile(CORRECTED, re.IGNORECASE | re.VERBOSE)


class Objections:
    """Refuses pairs and windows by a DoubtError; `blamed` is where lines begin that were refused for a word in them."""

    def __init__(self, notice: Parsed, now: datetime) -> None:
        self.notice, self.now = notice, now
        self.blamed: set[int] = set()
        corrections = [t.start for t in notice.notable if t.kind == "X" and CORRECTION.fullmatch(str(t.value))]
        self.correction = max(corrections, default=-1)  # where the last one stands
        below = [each for each in notice.pairs if each.form != "times" and each.tokens[0].start > self.correction]
        self.is_corrected_to_one = len(below) <= 1

    def to_pair(self, found: Found) -> None:
        """Refuse a pair for the words beside it, or for its form."""
        self._to_its_lines(found)
        self._to_what_is_corrected(found)
        if why := why_odd(self.notice.text, found) or _why_not_this_form(found):
            raise DoubtError(why)

    def to_window(self, found: Found, start: datetime, end: datetime) -> None:
        """Refuse what a pair makes for its length, because it is over, or for the days beside it."""
        seconds = end.timestamp() - start.timestamp()
        if seconds <= 0:
            raise DoubtError("it ends before it begins")
        if seconds > LONGEST:
            raise DoubtError("it would be longer than 7 days, which no maintenance is")
        if end.timestamp() <= self.now.timestamp():
            raise DoubtError("it is over")
        self._to_other_days(found, start, end)

    def _to_its_lines(self, found: Found) -> None:
        """Refuse what stands in one line with words that say that it will not be, or with a year by itself."""
        beside = self.notice.notable_between(*self.notice.lines_of(found))
        for token in beside:
            if token.kind in "Xx":
                self.blamed.add(self.notice.line_begin(token.start))
                raise DoubtError(f"{token.value!r} stands beside it")
        first = next((token.value for token in found.tokens if isinstance(token.value, Day)), None)
        if first and first.year is None and any(token.kind == "Y" for token in beside):
            raise DoubtError("a year stands beside it, but not with the day")
        own = zones_of(found.tokens)
        if found.tokens[0].kind == "z" and len(own) > 1:
            raise DoubtError(f"which zone is it, {' or '.join(own)}?")
        for token in beside:
            if own and token in self.notice.zones_elsewhere and token.value not in own:
                raise DoubtError(f"{token.value} stands beside it: which zone is it?")

    def _to_what_is_corrected(self, found: Found) -> None:
        """Refuse what a correction below it may replace, and all below the last one where these are several."""
        if found.tokens[0].start < self.correction:
            end = self.notice.line_end(self.notice.line_end(self.correction) + 1)
            correction = self.notice.words(self.correction, end)
            raise DoubtError(f"a correction stands below it, {correction!r}: is it the old one?")
        if self.correction >= 0 and not self.is_corrected_to_one:
            raise DoubtError("there are several below a correction: which is the old one?")

    def _to_other_days(self, found: Found, start: datetime, end: datetime) -> None:
        """Refuse what has another day or weekday in its line, or a day that is to come in a line next to it."""
        own, today = (start.date(), end.date()), self.now.date()
        begin, close = self.notice.lines_of(found)
        around = self.notice.line_begin(begin - 1), self.notice.line_end(close + 1)
        for token in self.notice.notable_between(*around):
            is_beside, words = begin <= token.start < close, self.notice.words(token.start, token.end)
            if token.kind == "w" and is_beside and token.value not in [day.weekday() for day in own]:
                raise DoubtError(f"{words} stands beside it, which {own[0]} is not")
            if isinstance(token.value, Day):
                day = date_of(token.value, today)
                if day not in own and (is_beside or (day and day > today)):
                    raise DoubtError(f"{words} stands beside it as well: which day is it?")


def _why_not_this_form(found: Found) -> str:
    """Why no window is made of a pair; empty where its form says one."""
    before, after = kinds_of(found.before), kinds_of(found.after)
    if found.form == "times":
        return "no day is said beside these times"
    if found.form == "days":
        return "several days and one time: is it each of these days, or from the first to the last?"
    if found.form == "window" and re.match(r"D(?![dt]?Z*T)", after):
        return "there is a day before and another behind these times: which is it?"
    if found.form == "day_last" and (re.match(r"[dt]?[zZ]*T", after) or (found.follows and before.endswith("D"))):
        return "is the day that of the times before it, or behind?"
    if re.search(r"E[dnt]?$", before) or re.match(r"[.nw]{0,4}E[dn]?D", after):
        return "is it a begin, an end, or both?"
    return ""
