"""A notice as it was read: its lines, its tokens, and what of these has the form of a window."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from remedy.maintenance.notice.forms import Found, find
from remedy.maintenance.notice.tokens import Token, plain, tokens

SHOWN = 120  # characters of a line that is shown


@dataclass(frozen=True)
class Parsed:
    """A notice; `found` has all forms of its tokens, from its beginning on."""

    text: str
    tokens: Sequence[Token]
    found: Sequence[Found]

    @cached_property
    def pairs(self) -> Sequence[Found]:
        """What may be a window: a begin and an end."""
        return [each for each in self.found if each.form != "moment"]

    @cached_property
    def zones_elsewhere(self) -> Sequence[Token]:
        """Zones that stand beside no time."""
        attached = {token for each in self.found for token in each.tokens}
        return [token for token in self.tokens if token.kind in "zZ" and token not in attached]

    @cached_property
    def notable(self) -> Sequence[Token]:
        """Tokens that are in no pair and may change what one means: corrections, years, days, zones."""
        used = {token for each in self.pairs for token in each.tokens}
        return [token for token in self.tokens if token.kind in "XxYwzZD" and token not in used]

    def notable_between(self, begin: int, end: int) -> Sequence[Token]:
        """The notable tokens that begin between two places of the text."""
        first, last = (bisect_left(self.notable, place, key=lambda token: token.start) for place in (begin, end))
        return self.notable[first:last]

    def line_begin(self, place: int) -> int:
        """Where the line begins in which a place is."""
        return self.text.rfind("\n", 0, max(0, place)) + 1

    def line_end(self, place: int) -> int:
        """Where the line ends in which a place is."""
        end = self.text.find("\n", place)
        return len(self.text) if end < 0 else end

    def lines_of(self, found: Found) -> tuple[int, int]:
        """Where the lines begin and end that tokens stand in."""
        return self.line_begin(found.tokens[0].start), self.line_end(found.tokens[-1].end)

    def words_of(self, found: Found) -> str:
        """Tokens as they stand in the notice, to be shown."""
        return self.words(found.tokens[0].start, found.tokens[-1].end)

    def words(self, start: int, end: int) -> str:
        """A part of the text, to be shown."""
        return clipped(self.text[start:end])


def parse(text: str) -> Parsed:
    """The notice of a text from anywhere."""
    text = plain(text)
    row = tokens(text)
    return Parsed(text, row, list(find(row)))


def clipped(words: str) -> str:
    """The words on one line, and not too many."""
    line = " ".join(words.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
