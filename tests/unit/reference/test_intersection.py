"""What several clocks agree on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.reference.intersection import MINDISP, Interval, agreed

NS = st.integers(min_value=-(10**12), max_value=10**12)
SIZES = st.integers(min_value=0, max_value=10**10)
TRUTH = 0

anything = st.builds(lambda low, size: Interval(low, low + size), NS, SIZES)
honest = st.builds(lambda below, above: Interval(TRUTH - below, TRUTH + above), SIZES, SIZES)


@st.composite
def honest_majorities(draw: st.DrawFn) -> list[Interval]:
    liars = draw(st.lists(anything, max_size=4))
    more = st.lists(honest, min_size=len(liars) + 1, max_size=len(liars) + 3)
    return draw(st.permutations(draw(more) + liars))


@given(honest_majorities())
def test_the_truth_is_within_whatever_a_minority_says(claims: list[Interval]) -> None:
    agreement = agreed(claims, len(claims))
    assert agreement is not None
    assert agreement.low <= TRUTH <= agreement.high


@given(st.lists(anything, min_size=1, max_size=7))
def test_the_order_of_the_claims_does_not_matter(claims: list[Interval]) -> None:
    assert agreed(claims, len(claims)) == agreed(claims[::-1], len(claims))


@given(st.lists(SIZES, min_size=2, max_size=6))
def test_claims_of_which_no_two_meet_are_no_agreement(sizes: list[int]) -> None:
    claims, low = [], 0
    for size in sizes:
        claims.append(Interval(low, low + size))
        low += size + 2 * MINDISP + 2
    assert agreed(claims, len(claims)) is None


@given(st.lists(anything, min_size=1, max_size=7), st.integers(min_value=1, max_value=3))
def test_no_agreement_is_lost_when_more_say_the_same(claims: list[Interval], more: int) -> None:
    agreement = agreed(claims, len(claims))
    if agreement:
        assert agreed([*claims, *[agreement] * more], len(claims) + more) is not None


def test_nobody_agrees_on_nothing() -> None:
    assert agreed([], 0) is None


def test_a_single_claim_is_taken_as_it_is() -> None:
    assert agreed([Interval(3, 9)], 1) == Interval(3, 9)


def test_two_have_to_overlap_and_what_they_share_is_the_answer() -> None:
    assert agreed([Interval(0, 10), Interval(7, 30)], 2) == Interval(7, 10)
    assert agreed([Interval(0, 10), Interval(10**9, 2 * 10**9)], 2) is None


def test_half_of_the_voters_is_no_majority() -> None:
    left, right = Interval(0, 10), Interval(10**9, 10**9 + 10)
    assert agreed([left, left, right, right], 4) is None


def test_who_has_not_spoken_yet_counts_against_a_majority() -> None:
    same = Interval(0, 10)
    assert agreed([same, same], 4) is None
    assert agreed([same, same], 3) == same


def test_a_disagreement_below_mindisp_widens_the_answer_and_is_forgiven() -> None:
    near = [Interval(0, 10), Interval(1_000_000, 1_000_010)]
    agreement = agreed(near, 2)
    assert agreement is not None
    assert all(agreement.low <= claim.low and claim.high <= agreement.high for claim in near)


@pytest.mark.parametrize("size", [0, 1, 7, 8])
def test_the_radius_reaches_both_ends(size: int) -> None:
    interval = Interval(-3, -3 + size)
    assert interval.middle - interval.radius <= interval.low
    assert interval.middle + interval.radius >= interval.high
