"""Schedules as people write them, mostly for the night, with the values in them; made without any parser."""

from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
NAMES = {
    3: ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    4: ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}


@dataclass(frozen=True)
class Item:
    """An item of a list: a star, a value or a range, with a step or without."""

    text: str
    first: int | None  # None: a star
    last: int = 0
    step: int = 1

    def values(self, low: int, high: int) -> set[int]:
        """What it stands for in a field that counts from `low` to `high`."""
        first, last = (low, high) if self.first is None else (self.first, self.last)
        return set(range(first, last + 1, self.step))


@dataclass(frozen=True)
class Written:
    """The five fields of a line."""

    fields: tuple[tuple[Item, ...], ...]

    @property
    def text(self) -> str:
        """As it stands in the crontab."""
        return " ".join(",".join(item.text for item in field) for field in self.fields)

    def starts_with_star(self, field: int) -> bool:
        """What vixie cron looks at."""
        return self.fields[field][0].first is None

    def values(self, field: int, low: int, high: int) -> set[int]:
        """The values of one of the fields."""
        return set().union(*(item.values(low, high) for item in self.fields[field]))


def _named(number: int, value: int) -> str:
    """Some values by their name, some of these with a capital letter."""
    place = value - LIMITS[number][0]
    if number not in NAMES or place >= len(NAMES[number]) or value % 3 == 0:
        return str(value)
    return NAMES[number][place].title() if value % 3 == 1 else NAMES[number][place]


def _pool(number: int) -> Iterator[Item]:
    """Items of one field: the star, steps, values, ranges, and ranges with steps."""
    low, high = LIMITS[number]
    yield STAR
    yield from (Item(f"*/{step}", None, step=step) for step in range(2, (high - low) // 2 + 2))
    yield from (Item(_named(number, value), value, value) for value in range(low, high + 1))
    for first in range(low, high, max(1, (high - low) // 9)):
        for last in range(first + 1, high + 1, max(1, (high - low) // 7)):
            text = f"{_named(number, first)}-{_named(number, last)}"
            yield Item(text, first, last)
            yield from (Item(f"{text}/{step}", first, last, step) for step in (2, 5))


STAR = Item("*", None)
POOLS = [tuple(_pool(number)) for number in range(5)]
HOURS = (*(item for item in POOLS[1] if item.last - (item.first or 0) > 3), STAR)
NIGHT = tuple(Item(str(hour), hour, hour) for hour in range(7))
TIMES = (POOLS[0], (STAR, *NIGHT, *NIGHT, *HOURS))
DATES = [(STAR,) * 8 * len(pool) + pool for pool in POOLS[2:]]

FIELDS = [
    st.one_of(st.sampled_from(pool).map(lambda item: (item,)), st.lists(st.sampled_from(pool), min_size=2, max_size=3))
    for pool in (*TIMES, *DATES)
]
SCHEDULES = st.tuples(*FIELDS).map(lambda fields: Written(tuple(tuple(field) for field in fields)))
