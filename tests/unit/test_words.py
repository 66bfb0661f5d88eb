"""Seconds in words: what is said is true, and reads as an administrator says it."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.words import Offset, duration, spread, within

UNITS = {"d": Decimal(86400), "h": Decimal(3600), "min": Decimal(60), "s": Decimal(1), "ms": Decimal("0.001")}
PART = re.compile(r"(\d[\d. ]*?) (d|h|min|s|ms)\b")
SECONDS = st.floats(min_value=0, max_value=1e10)
ERRORS = st.floats(min_value=0, max_value=100)


def parse(words: str) -> Decimal:
    """The seconds that words of `duration` say."""
    return sum((Decimal(number.replace(" ", "")) * UNITS[unit] for number, unit in PART.findall(words)), Decimal(0))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.000087, "0.087 ms"),
        (0.004, "4 ms"),
        (0.213, "0.213 s"),
        (12.34, "12.3 s"),
        (59.94, "59.9 s"),
        (59.9996, "1 min"),
        (3599.7, "1 h"),
        (10798.4, "2 h 59 min 58 s"),
        (7205, "2 h 5 s"),
        (86399.6, "1 d"),
        (864000 - 1, "10 d"),
        (3466800, "40 d 3 h"),
        (1764000000, "20 417 d"),
    ],
)
def test_a_duration_is_said_as_an_administrator_says_it(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@given(SECONDS)
def test_the_words_of_a_duration_are_within_rounding_of_it(seconds: float) -> None:
    said = parse(duration(seconds))
    assert abs(said - Decimal(seconds)) <= max(Decimal(seconds) / 200, Decimal("0.0000005"))


@given(SECONDS)
def test_no_duration_has_sixty_of_what_makes_one_of_the_next(seconds: float) -> None:
    parts = {unit: Decimal(number.replace(" ", "")) for number, unit in PART.findall(duration(seconds))}
    assert parts.get("ms", 0) < 100
    assert parts.get("s", 0) < 60
    assert parts.get("min", 0) < 60
    assert parts.get("h", 0) < 24


@given(st.floats(min_value=0, max_value=1e6))
def test_a_bound_in_words_is_never_less_than_it_is(seconds: float) -> None:
    said = parse(within(seconds))
    assert Decimal(repr(seconds)) <= said <= Decimal(repr(seconds)) * Decimal("1.11") + Decimal("0.000001")


@pytest.mark.parametrize(
    ("offset", "error", "words", "figure"),
    [
        (-10812.4, 0.004, "3 h 12 s behind", "-10812.400 s ±0.004 s"),
        (0.213, 0.0001, "0.213 s ahead", "+0.2130 s ±0.0001 s"),
        (0.002, 0.002, "right within 4 ms", "+0.002 s ±0.002 s"),
        (0.3, 0.5, "right within 0.8 s", "+0.3 s ±0.5 s"),
        (59.9996, 0.001, "1 min ahead", "+60.000 s ±0.002 s"),
        (-10812.4, 12, "3 h 12 s behind", "-10812 s ±13 s"),
        (0.0, 0.0, "right within 0 s", "+0.000000 s ±0.000000 s"),
    ],
)
def test_an_offset_has_words_and_a_figure(offset: float, error: float, words: str, figure: str) -> None:
    assert Offset(offset, error).words == words
    assert Offset(offset, error).figure == figure


@given(st.floats(min_value=-1e10, max_value=1e10), ERRORS)
def test_the_bound_of_a_figure_holds_for_what_is_shown(offset: float, error: float) -> None:
    shown, bound = Offset(offset, error).figure.removesuffix(" s").split(" s ±")
    exact, exact_error = Decimal(repr(offset)), Decimal(repr(error))
    assert Decimal(shown) - Decimal(bound) <= exact - exact_error
    assert exact + exact_error <= Decimal(shown) + Decimal(bound)


@given(st.floats(min_value=-1e10, max_value=1e10), ERRORS)
def test_a_side_is_named_only_where_it_is_known(offset: float, error: float) -> None:
    words = Offset(offset, error).words
    if words.endswith("behind"):
        assert offset + error < 0
    elif words.endswith("ahead"):
        assert offset - error > 0
    else:
        assert words.startswith("right within")


@pytest.mark.parametrize(
    ("offsets", "words"),
    [
        ([(0.001, 0.001), (-0.002, 0.001)], "right within 3 ms"),
        ([(-10791, 0.1), (-10802, 0.1)], "2 h 59 min 51 s to 3 h 2 s behind"),
        ([(-5, 0.001), (-5, 0.002)], "5 s behind"),
        ([(-2, 0.1), (1, 0.1)], "2 s behind to 1 s ahead"),
        ([(0.001, 0.001), (2, 0.1)], "right within 2 ms to 2 s ahead"),
    ],
)
def test_many_offsets_are_said_as_a_range(offsets: list[tuple[float, float]], words: str) -> None:
    assert spread([Offset(*offset) for offset in offsets]) == words
