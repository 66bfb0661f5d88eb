"""What systemctl shows: units with their properties, moments, and spans of time."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.initsystem import moment, span, units

THEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()


def test_units_are_told_apart_by_empty_lines_and_a_property_may_come_twice() -> None:
    shown = "Id=a.timer\nTimersCalendar={ x=1 ; }\nTimersCalendar={ x=2 ; }\n\nId=b.service\nnothing\n"
    assert list(units(shown)) == [
        {"Id": "a.timer", "TimersCalendar": "{ x=1 ; }\n{ x=2 ; }"},
        {"Id": "b.service"},
    ]


@pytest.mark.parametrize("shown", ["Fri 2026-01-02 03:04:05 UTC", "Fri 2026-01-02 03:04:05.678 UTC"])
def test_a_moment_is_a_date_in_utc(shown: str) -> None:
    assert moment(shown) == THEN


def test_before_systemd_238_a_moment_of_a_timer_is_the_span_since_1970() -> None:
    assert moment("56y 3h 4min 5s") == 56 * span("1y") + 11045.0


@pytest.mark.parametrize("shown", ["", "n/a", "0", "Fri 2026-01-02 03:04:05 JST", "Fri 2026-99-02 03:04:05 UTC"])
def test_anything_else_is_no_moment(shown: str) -> None:
    assert moment(shown) is None


@pytest.mark.parametrize(
    ("shown", "seconds"), [("1h 30min", 5400.0), ("33.5s", 33.5), ("1w 2d", 777600.0), ("", 0.0), ("infinity", 0.0)]
)
def test_a_span_is_a_sum_of_numbers_with_units(shown: str, seconds: float) -> None:
    assert span(shown) == seconds


@given(st.text())
def test_whatever_is_shown_does_no_harm(shown: str) -> None:
    list(units(shown))
    moment(shown)
    span(shown)
