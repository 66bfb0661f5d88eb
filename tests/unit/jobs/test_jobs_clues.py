"""What records show of the time that a host missed: which steps of its clock there were, and when it was off."""

from jobs_samples import HOUR, at, step

from remedy.jobs.clues import Boot, read_boots
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
