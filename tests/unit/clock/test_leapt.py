"""What a clock leapt over by a step of ours."""

from remedy.clock.leapt import leapt
from remedy.gap import Gap, GapKind
from remedy.reference import Reference
from remedy.shell.answers import Answer, Answers

HOURS = 10_800.0
EXPECTED = Gap(GapKind.STEP, 1000.0, 1000.0 + HOURS, "measured", 0.1)
REFERENCE = Reference("ntp", 5000.0, 0.001, 0.0)  # the true time is 5,000 s after time.monotonic()


def step(began: float, ended: float | None) -> Answer:
    return Answer("step", "", 0, "ntpdate", began=began, ended=ended)


def test_it_ends_with_the_last_step_and_is_as_long_as_was_measured() -> None:
    told = Answers((step(10.0, 12.0), Answer("start", "", 0, began=14.0, ended=15.0), step(12.5, 13.0)))
    assert leapt(EXPECTED, told, 9.0, 16.0, REFERENCE) == Gap(
        GapKind.STEP, 5013.0 - HOURS, 5013.0, "measured", error=0.5
    )


def test_a_step_whose_end_was_not_heard_ends_with_the_repair() -> None:
    gap = leapt(EXPECTED, Answers((step(10.0, None),)), 9.0, 40.0, REFERENCE)
    assert (gap.end, gap.error) == (5040.0, 30.0)


def test_a_repair_that_tells_of_no_step_bounds_it() -> None:
    gap = leapt(EXPECTED, Answers(), 9.0, 16.0, REFERENCE)
    assert (gap.end, gap.seconds, gap.error) == (5016.0, HOURS, 7.0)
