"""Hosts handled wave by wave, and none begun with once too many have failed."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from remedy.errors import UsageError

Item = TypeVar("Item")
EXPECTED = "--rolling takes a number of hosts or a share of them, such as 5 or 10%"


@dataclass(frozen=True)
class Rolling:
    """How a run goes through its hosts: `wave` at once, a number or (`in_percent`) a share of them, 0: all.

    When more than `max_failures` have failed (None: however many), no further host is begun with.
    """

    wave: float = 0
    in_percent: bool = False
    max_failures: int | None = None

    def waves(self, items: Sequence[Item]) -> Iterator[Sequence[Item]]:
        """The items, wave by wave; a share is rounded up."""
        size = math.ceil(self.wave * len(items) / 100) if self.in_percent else int(self.wave)
        size = size or max(1, len(items))
        return (items[begin : begin + size] for begin in range(0, len(items), size))

    def is_exceeded(self, failures: int) -> bool:
        """Whether so many failures are too many."""
        return self.max_failures is not None and failures > self.max_failures


AT_ONCE = Rolling()


def read_rolling(rolling: str, max_failures: str) -> Rolling:
    """Given what was typed for --rolling and --max-failures, return what is meant; raise UsageError.

    With waves the first failure is one too many, if nothing else is said.
    """
    most = _whole(max_failures)
    if max_failures and most is None:
        raise UsageError(f"--max-failures takes a whole number, 0 or more, not {max_failures!r}")
    if not rolling:
        return Rolling(max_failures=most)
    percent = rolling.endswith("%")
    wave = _number(rolling.removesuffix("%")) if percent else _whole(rolling)
    if not wave or (percent and wave > 100):
        raise UsageError(f"{EXPECTED}, not {rolling!r}")
    return Rolling(wave, percent, most or 0)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else None


def _number(text: str) -> float:
    whole, _, fraction = text.partition(".")
    return float(text) if _whole(whole) is not None and (not fraction or _whole(fraction) is not None) else 0.0
