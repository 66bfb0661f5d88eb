"""A bar that shows how many hosts stand how."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

Key = TypeVar("Key")
LEAST = 0.01  # of the whole: what is less would not be seen


def shares(counts: Mapping[Key, int]) -> Iterator[tuple[Key, float, float]]:
    """Those that are counted, in order: where the part of each begins in the bar and how wide it is, in percent."""
    least = LEAST * sum(counts.values())
    whole = sum(max(count, least) for count in counts.values() if count)
    start = 0.0
    for key, count in counts.items():
        if count:
            width = 100 * max(count, least) / whole
            yield key, round(start, 2), round(width, 2)
            start += width
