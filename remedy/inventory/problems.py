"""What is wrong with a hosts.yaml, and where."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from remedy.errors import UsageError

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Position:
    """A place in a file, counted from 1 as editors do."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong; `text` says what, and what would be right."""

    position: Position
    key: str
    text: str


class InventoryError(UsageError):
    """A bad hosts.yaml: every problem of it, a line each, as `file:line:column: key: what; what would be right`."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(self._line, self.problems)))

    def _line(self, problem: Problem) -> str:
        place = f"{self.file}:{problem.position.line}:{problem.position.column}"
        return f"{place}: {problem.key}: {problem.text}" if problem.key else f"{place}: {problem.text}"


def key_of(path: KeyPath) -> str:
    """A path as people write it: hosts.web1.sites[0].url, the list counted from 0 as it is in every tool."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{_plain(part)}" for part in path)
    return "".join(parts).removeprefix(".")


def _plain(part: str) -> str:
    short = part if len(part) <= 60 else part[:57] + "..."
    return short if re.fullmatch(r"[\w.:-]+", short) else repr(short)
