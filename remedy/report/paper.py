"""Where a report is written: a terminal, a pipe or a file, of whatever width and encoding."""

import os
import re
import shutil
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from remedy.harmless import harmless

PLAINER = {"±": "+-", "→": "->"}  # for encodings that lack them
WORDS = re.compile(  # a `command` is one word, and so is an offset
    r"`[^`]*`\S*\s*|(?:right within )?(?:\(?[-+±]?\d[\d. ]* (?:d|h|min|s|ms)\b ?)*\S*\s*"
)
NARROWEST = 20  # columns: prose is not squeezed any further


class Paper:
    """Lines of text on a stream. What was written by others is made harmless, and nothing fails to be encoded.

    `width` is in columns; None (no terminal) means that lines may be as long as they like.
    """

    def __init__(self, stream: TextIO, width: int | None = None) -> None:
        self.stream = stream
        self.is_terminal = stream.isatty()
        self.width = width or (_terminal_width(stream) if self.is_terminal else None)
        self.is_styled = self.is_terminal and not os.environ.get("NO_COLOR") and _can_style()
        self._encoding = stream.encoding or "utf-8"
        self.console = Console(
            file=stream,
            force_terminal=self.is_styled,
            color_system="auto" if self.is_styled else None,
            width=width,
            highlight=False,
            legacy_windows=False,
        )

    def text(self, words: str, style: str = "") -> Text:
        """The words as text of one line or more that this stream can take; nothing in them is markup."""
        return Text(self.clean(words), style=style)

    def clean(self, words: str) -> str:
        """The words without what could harm a terminal, in characters that this stream's encoding has."""
        clean = harmless(words)
        try:
            clean.encode(self._encoding)
        except UnicodeEncodeError:
            return "".join(map(self._encodable, clean))
        return clean

    def line(self, text: Text | str = "") -> None:
        """Write one line as it is, however long."""
        line = text if isinstance(text, Text) else self.text(text)
        line.rstrip()
        if self.is_styled:
            self.console.print(line, soft_wrap=True)
        else:  # which comes to the same, a hundred times as fast
            self.stream.write(f"{line.plain}\n")

    def literal(self, words: str, indent: str = "") -> None:
        """Write what is to be copied, neither wrapped nor styled; several lines belong together and stay unindented."""
        lines = self.clean(words).rstrip("\n")
        self.stream.write((lines if "\n" in lines else indent + lines) + "\n")

    def prose(self, text: Text, indent: int = 0, lead: Text | None = None, hang: int = 0) -> None:
        """Write text, wrapped between words, each line indented, and by `hang` more but for the first.

        `lead` stands before the first. A line that begins with white space is taken as it is: it holds something to be
        copied.
        """
        margin, indented = lead or Text(), indent
        for line in text.split(allow_blank=True):
            for part in self.wrapped(line, indent + hang):
                self.line(Text.assemble(margin, " " * max(indented - cell_len(margin.plain), 0), part))
                margin, indented = Text(), indent + hang

    def wrapped(self, line: Text, indent: int) -> list[Text]:
        """One line as those that fit beside an indentation; words are left whole."""
        if self.width is None or line.plain.startswith((" ", "\t")):
            return [line]
        parts = line.divide(_breaks(line.plain, max(self.width - indent, NARROWEST)))
        for part in parts:
            part.rstrip()
        return list(parts)

    def _encodable(self, character: str) -> str:
        try:
            character.encode(self._encoding)
        except UnicodeEncodeError:
            return PLAINER.get(character) or character.encode("ascii", "backslashreplace").decode()
        return character


def _breaks(line: str, width: int) -> list[int]:
    """Where to break a line, before words that would go beyond the width."""
    breaks, column = [], 0
    for word in WORDS.finditer(line):
        if column and word[0] and column + cell_len(word[0].rstrip()) > width:
            breaks.append(word.start())
            column = 0
        column += cell_len(word[0])
    return breaks


def _terminal_width(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or shutil.get_terminal_size().columns
    except OSError:
        return shutil.get_terminal_size().columns


def _can_style() -> bool:
    return os.environ.get("TERM", "dumb") not in {"dumb", "unknown"}
