"""When a clock is wrong, and when it may be stepped."""

from dataclasses import replace

import pytest

from remedy.clock import ClockFacts, may_step, needs_step
from remedy.clock.facts import Offset
from remedy.clock.judge import judge, section
from remedy.inventory import Host
from remedy.model import Finding, Level
from remedy.reference import Reference
from remedy.topic import Situation

SITUATION = Situation(Host("web1", "192.0.2.1", step_threshold=0.5), Reference("ntp", 0.0, 0.001, 0.0))


def clock(seconds: float, error: float = 0.004, **changed: object) -> ClockFacts:
    return replace(ClockFacts(Offset(seconds, error, error)), **changed)  # type: ignore[arg-type]


def finding(facts: ClockFacts, situation: Situation = SITUATION) -> Finding:
    (only,) = judge(facts, situation)
    return only


@pytest.mark.parametrize(
    ("seconds", "error", "level", "summary"),
    [
        (0.001, 0.004, Level.OK, "the clock is right within 5 ms"),
        (-0.3, 0.004, Level.OK, "the clock is 0.3 s behind"),
        (-10798.0, 0.004, Level.BAD, "the clock is 2 h 59 min 58 s behind"),
        (0.7, 0.004, Level.BAD, "the clock is 0.7 s ahead"),
        (0.502, 0.004, Level.WARN, "can't tell whether the clock is right"),
        (0.1, 0.9, Level.BAD, "can't tell whether the clock is right"),
        (-10798.0, 0.9, Level.BAD, "the clock is 2 h 59 min 58 s behind"),
    ],
)
def test_an_offset_is_judged_with_its_error(seconds: float, error: float, level: Level, summary: str) -> None:
    found = finding(clock(seconds, error))
    assert (found.level, found.summary) == (level, summary)


@pytest.mark.parametrize(("seconds", "level"), [(0.0, Level.WARN), (-10800.0, Level.BAD)])
def test_a_clock_that_somebody_else_steps_is_not_stepped_by_us_and_not_right_where_it_is_far_off(
    seconds: float, level: Level
) -> None:
    facts = ClockFacts(Offset(seconds, 0.001, 0.001, unsteady=True))
    assert finding(facts).level is level
    assert finding(facts).summary == "the clock was stepped while it was measured"
    assert not may_step(facts, SITUATION)


@pytest.mark.parametrize(
    ("facts", "advice"),
    [
        (clock(-10800.0, container="lxc"), "a lxc container has the clock of the machine that it runs on"),
        (clock(-10800.0, uid=1000), "only root may set it"),
        (clock(-10800.0, has_capability=False), "no CAP_SYS_TIME"),
        (clock(10800.0), "--allow-backward"),
    ],
)
def test_a_clock_that_may_not_be_stepped_says_what_to_do(facts: ClockFacts, advice: str) -> None:
    assert needs_step(facts, SITUATION)
    assert not may_step(facts, SITUATION)
    assert advice in finding(facts).detail


@pytest.mark.parametrize(("seconds", "asked", "may"), [(0.9, False, True), (1.1, False, False), (1.1, True, True)])
def test_a_clock_goes_back_far_only_if_the_user_says_so(seconds: float, asked: bool, may: bool) -> None:
    assert may_step(clock(seconds), replace(SITUATION, allow_backward=asked)) is may


def test_the_json_document_shows_both_looks() -> None:
    before, after = section(clock(-10800.0, source="bash"), clock(0.0, source="bash")), section(clock(0.0), None)
    assert before["before"] == {"offset_s": -10800.0, "error_s": 0.004, "source": "bash", "unsteady": False}
    assert before["after"]["offset_s"] == 0.0
    assert after["after"] is None
