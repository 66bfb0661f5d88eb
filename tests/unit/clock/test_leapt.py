"""What a clock leapt over by a step of ours."""

from dataclasses import replace

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


def cron(name: str, began: float, ended: float, status: int = 0) -> Answer:
    return Answer(name, "", status, f"service cron {name}", began=began, ended=ended)


def test_where_cron_is_held_it_lasts_from_its_stop_by_the_old_clock_to_its_start_by_the_new_one() -> None:
    told = (cron("hold", 10.0, 11.0), step(11.0, 36.0), step(36.0, 36.1), cron("release", 50.0, 52.0))
    gap = leapt(EXPECTED, Answers(told), 9.0, 60.0, REFERENCE)
    assert (gap.start, gap.end, gap.error) == (5011.0 - HOURS, 5052.0, 2.0)


def test_a_cron_that_starts_at_the_second_go_may_have_started_at_the_first() -> None:
    tries = cron("release", 50.0, 52.0, status=1), cron("release", 54.0, 55.0)
    gap = leapt(EXPECTED, Answers((cron("hold", 10.0, 11.0), step(11.0, 12.0), *tries)), 9.0, 60.0, REFERENCE)
    assert (gap.end, gap.error) == (5055.0, 5.0)


def test_what_is_due_while_cron_is_held_is_lost_though_the_clock_goes_back_by_less() -> None:
    told = Answers((cron("hold", 10.0, 11.0), step(36.0, 36.1), cron("release", 50.0, 52.0)))
    back = leapt(replace(EXPECTED, end=EXPECTED.start - 5.0), told, 9.0, 60.0, REFERENCE)
    assert (back.start, back.end) == (5016.0, 5052.0)


def test_a_cron_that_would_not_stop_runs_what_is_due() -> None:
    told = (cron("hold", 10.0, 11.0, status=1), step(12.5, 13.0), cron("release", 50.0, 52.0))
    assert leapt(EXPECTED, Answers(told), 9.0, 60.0, REFERENCE).end == 5013.0


def test_a_step_whose_end_was_not_heard_ends_with_the_repair() -> None:
    gap = leapt(EXPECTED, Answers((step(10.0, None),)), 9.0, 40.0, REFERENCE)
    assert (gap.end, gap.error) == (5040.0, 30.0)


def test_a_repair_that_tells_of_no_step_bounds_it() -> None:
    gap = leapt(EXPECTED, Answers(), 9.0, 16.0, REFERENCE)
    assert (gap.end, gap.seconds, gap.error) == (5016.0, HOURS, 7.0)
