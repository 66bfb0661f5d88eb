"""What records show of the time that a host missed: which steps of its clock there were, and when it was off."""

from dataclasses import replace

import pytest
from jobs_samples import HOUR, at, step

from remedy.gap import Gap, GapKind
from remedy.jobs.clues import Boot, read_boots, understood
from remedy.jobs.log import Log
from remedy.shell.answers import Answer, Answers

LOG = Log("/var/log/messages", runs={("root", "x"): (at("01:45"), at("02:05"))})
LEAP = step("02:10", "05:10")


def up(seconds: float) -> Answers:
    """All that a host tells is for how long it is up."""
    return Answers((Answer("jobs_uptime", f"{seconds:.2f} 1.00"),))


def test_the_uptime_of_a_host_that_was_paused_lacks_what_its_clock_leapt_over() -> None:
    booted = read_boots(up(HOUR), at("05:50"), LOG, (LEAP,))
    assert booted == (Boot(at("01:50"), down_since=at("01:45")),)


def test_the_uptime_since_a_leap_lacks_nothing() -> None:
    assert read_boots(up(HOUR), at("07:00"), LOG, (LEAP,)) == (Boot(at("06:00"), down_since=at("02:05")),)


def test_a_boot_before_the_last_day_is_none_of_it_though_the_uptime_is_less_than_a_day() -> None:
    assert read_boots(up(22 * HOUR), at("06:00"), LOG, (LEAP,)) == ()


def asked(start: str, end: str) -> Gap:
    """What the user says that the host missed."""
    return step(start, end, source="asked")


def off(start: str, end: str) -> Gap:
    """The user is told that the host was off."""
    return replace(asked(start, end), kind=GapKind.DOWN)


BOOT, LATER = Boot(at("04:00"), None), Boot(at("05:00"), at("04:50"))


@pytest.mark.parametrize(
    ("boots", "missed"),
    [
        ([], [asked("02:00", "06:00")]),
        ([BOOT], [off("02:00", "04:00")]),
        ([Boot(at("04:00"), at("02:30"))], [off("02:00", "04:00")]),  # the user knows better since when
        ([LATER, BOOT], [off("02:00", "04:00"), off("04:50", "05:00")]),
        ([replace(LATER, down_since=None), BOOT], [off("02:00", "04:00"), off("04:00", "05:00")]),
        ([Boot(at("02:00"), None)], [asked("02:00", "06:00")]),
        ([Boot(at("06:00:01"), None)], [asked("02:00", "06:00")]),
    ],
)
def test_of_the_time_that_a_user_names_the_host_was_off_until_it_booted(boots: list[Boot], missed: list[Gap]) -> None:
    assert understood(asked("02:00", "06:00"), tuple(boots)) == tuple(missed)
