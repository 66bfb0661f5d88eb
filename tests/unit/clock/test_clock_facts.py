"""What the clock probe's answers say."""

import pytest

from remedy.clock.facts import ClockFacts, read
from remedy.clock.measure import Sample
from remedy.errors import ProbeError
from remedy.inventory import Host
from remedy.reference import Reference
from remedy.shell.answers import Answer, Answers
from remedy.topic import Situation

REFERENCE = Reference("ntp", 1_795_500_000.0, 0.001, 0.0)
TOLD = {
    "clock": "1795489200.250 1697.60 date",
    "uid": "0",
    "capabilities": "000001ffffffffff",
    "uid_map": "0          0 4294967295",
    "container": "",
    "rtc": "/dev/rtc0",
    "tools": "ntpdate ntpd hwclock ",
}
SITUATION = Situation(Host("web1", "192.0.2.1"), REFERENCE)
TICKS = (Sample(1.0, 1.001, 1_795_489_201_000_500_000),)


def read_from(talk: object = TICKS, **changed: str) -> ClockFacts:
    told = {**TOLD, **changed}
    answers = [*(Answer(name, text) for name, text in told.items()), Answer("ticks", "", 0, "bash")]
    return read(Answers(tuple(answers), {"ticks": talk}), SITUATION)


def test_a_server_of_its_own() -> None:
    facts = read_from()
    assert facts.offset.seconds == pytest.approx(-10800.0, abs=0.001)
    assert (facts.source, facts.baseline, facts.baseline_source) == ("bash", 1795487502650, "date")
    assert facts.tools == {"ntpdate", "ntpd", "hwclock"}
    assert (facts.rtc, facts.may_set) == ("/dev/rtc0", True)


@pytest.mark.parametrize(
    "changed",
    [
        {"uid": "1000"},
        {"capabilities": "000001fffdffffff"},
        {"uid_map": "0     100000      65536"},
        {"container": "lxc"},
    ],
)
def test_who_may_not_set_the_clock(changed: dict[str, str]) -> None:
    assert not read_from(**changed).may_set


def test_a_kernel_that_says_nothing_of_capabilities_trusts_root() -> None:
    assert read_from(capabilities="", uid_map="").may_set


@pytest.mark.parametrize(
    "changed", [{"clock": ""}, {"clock": "x y date"}, {"uid": "root"}, {"capabilities": "none"}, {"clock": "1 2"}]
)
def test_what_cannot_be_read_is_no_fact(changed: dict[str, str]) -> None:
    with pytest.raises(ProbeError):
        read_from(**changed)


def test_a_host_that_told_no_time_has_no_offset() -> None:
    with pytest.raises(ProbeError, match="told no time"):
        read_from(talk=None)
