"""Whenever the demo is played, it is the same morning where its servers are."""

import pytest

from remedy.lab.demo.morning import DAY, HOUR, Morning
from remedy.lab.demo.servers import PAUSE, SHORT_PAUSE

MIDNIGHT = 1_795_478_400.0  # 2026-11-24 00:00 UTC
MOMENTS = [MIDNIGHT + minute * 60 for minute in range(0, 1440, 5)] + [MIDNIGHT + 35 * 60 - 1]


def local(morning: Morning) -> float:
    """Seconds since midnight by the servers' clocks."""
    return (morning.now + morning.zone * HOUR) % DAY


@pytest.mark.parametrize("now", MOMENTS)
def test_it_is_about_five_in_a_zone_that_there_is(now: float) -> None:
    morning = Morning(now)
    assert 4 * HOUR + 2100 <= local(morning) < 5 * HOUR + 2100
    assert -11 <= morning.zone <= 12


@pytest.mark.parametrize("now", MOMENTS)
def test_what_was_due_fell_into_the_pause(now: float) -> None:
    woke = local(Morning(now))
    assert woke - PAUSE + 240 < 2.5 * HOUR < woke - 240
    assert woke - SHORT_PAUSE + 240 < HOUR * 19 / 6 < woke - 240


def test_yesterday_is_told_as_seen_from_there() -> None:
    assert Morning(MIDNIGHT + 2100).zone == 4
    assert Morning(MIDNIGHT + 2100).yesterday == "Nov 23"
    assert Morning(MIDNIGHT + 2100).since(2.5) == DAY + 4 * HOUR + 2100 - 2.5 * HOUR
    assert (Morning(MIDNIGHT + 20 * HOUR).zone, Morning(MIDNIGHT + 20 * HOUR).yesterday) == (9, "Nov 24")


@pytest.mark.parametrize("now", MOMENTS)
def test_every_swallowed_backup_is_stale(now: float) -> None:
    morning = Morning(now)
    assert morning.since(2.5) > 26 * HOUR
    assert min(morning.since(2.75), morning.since(3.2)) > 25 * HOUR
