"""Gaps beside each other."""

import pytest

from remedy.gap import Gap, GapKind


def gap(start: float, end: float) -> Gap:
    return Gap(GapKind.STEP, start, end, "asked")


@pytest.mark.parametrize(
    ("start", "end", "left"),
    [
        (0, 50, gap(0, 50)),
        (0, 150, gap(0, 100)),
        (100, 150, None),
        (120, 220, None),
    ],
)
def test_what_had_ended_when_another_began_is_a_gap_of_its_own(start: float, end: float, left: Gap | None) -> None:
    assert gap(start, end).before(gap(100, 200)) == left


def test_a_clock_that_was_set_back_shows_again_what_came_before() -> None:
    assert gap(0, 180).before(gap(200, 100)) == gap(0, 100)
