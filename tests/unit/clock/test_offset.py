"""The offset's bound holds, whatever the link's delays, the host's resolution and the slew of its clock are."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.clock.facts import MAX_SLEW, offset
from remedy.clock.measure import SECOND, Sample
from remedy.reference import Reference

EPOCH = 1_795_500_000.0
REFERENCE = Reference("ntp", EPOCH, 0.002, 0.0)

DELAYS = st.tuples(*[st.floats(1e-6, 0.3)] * 3)  # to the host, back, and before the next question; seconds


def conversation(
    delays: list[tuple[float, float, float]], start: float, slew: float, resolution: int
) -> tuple[list[Sample], list[float]]:
    """Samples of a clock that is `start` s off and drifts by `slew` s a second; and what it was off at each."""
    moments = [0.0, *accumulate(sum(delay) for delay in delays)]
    samples, truths = [], []
    for sent, (there, back, _) in zip(moments, delays, strict=False):
        off = start + slew * (sent + there)
        clock = int((EPOCH + sent + there) * SECOND) + int(off * SECOND)
        samples.append(Sample(sent, sent + there + back, clock // resolution * resolution, resolution))
        truths.append(off)
    return samples, truths


@given(
    delays=st.lists(DELAYS, min_size=1, max_size=12),
    start=st.floats(-40000, 40000),
    slew=st.floats(-MAX_SLEW, MAX_SLEW),
    resolution=st.sampled_from([1, 1000, SECOND]),
)
def test_the_bound_holds(delays: list[tuple[float, float, float]], start: float, slew: float, resolution: int) -> None:
    samples, truths = conversation(delays, start, slew, resolution)
    measured = offset(samples, REFERENCE)
    assert not measured.unsteady
    assert min(abs(measured.seconds - truth) for truth in truths) <= measured.measured


def test_the_sample_with_the_shortest_round_trip_counts() -> None:
    samples, _ = conversation([(0.2, 0.01, 0.1), (0.0001, 0.0001, 0.1), (0.01, 0.3, 0.1)], -10800.0, 0.0, 1000)
    measured = offset(samples, REFERENCE)
    assert measured.seconds == pytest.approx(-10800.0, abs=1e-4)
    assert measured.measured < 0.00011


def test_a_tick_of_whole_seconds_is_as_sharp_as_the_polls_around_it() -> None:
    samples, _ = conversation([(0.001, 0.001, 0.01)] * 100, 5.25, 0.0, SECOND)
    measured = offset(samples, REFERENCE)
    assert measured.seconds == pytest.approx(5.25, abs=0.01)
    assert measured.measured < 0.01


def test_the_reference_adds_its_own_error() -> None:
    samples, _ = conversation([(0.001, 0.001, 0.1)], 0.0, 0.0, 1000)
    measured = offset(samples, REFERENCE)
    assert measured.error == pytest.approx(measured.measured + 0.002, abs=1e-6)


def test_a_clock_that_is_stepped_meanwhile_is_unsteady_and_its_last_reading_counts() -> None:
    before, _ = conversation([(0.001, 0.001, 0.1)] * 4, -10800.0, 0.0, 1000)
    after, _ = conversation([(0.001, 0.001, 0.1)] * 8, 0.5, 0.0, 1000)
    measured = offset([*before, *after[4:]], REFERENCE)
    assert measured.unsteady
    assert measured.seconds == pytest.approx(0.5, abs=0.002)
