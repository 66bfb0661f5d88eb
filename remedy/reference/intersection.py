"""What several clocks agree on, where each claims an interval that holds the truth and some of them lie."""

from collections.abc import Sequence
from dataclasses import dataclass

MINDISP = 5_000_000  # ns, RFC 5905 section A.1.1: a disagreement below it is not held against anybody


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, both of them within; nanoseconds."""

    low: int
    high: int

    @property
    def middle(self) -> int:
        """The point half way, to the nanosecond below."""
        return (self.low + self.high) // 2

    @property
    def radius(self) -> int:
        """How far the ends are from the middle, at most."""
        return self.high - self.middle

    def at_least(self, radius: int) -> "Interval":
        """The same, widened about its middle where it is narrower than that."""
        return Interval(min(self.low, self.middle - radius), max(self.high, self.middle + radius))

    def meets(self, other: "Interval") -> bool:
        """Whether they share a point."""
        return self.low <= other.high and other.low <= self.high


def agreed(claims: Sequence[Interval], voters: int) -> Interval | None:
    """The interval that the claims of more than half of the voters vouch for; None: no majority agrees.

    This is RFC 5905 section 11.2.1 with f, the number of falsetickers, at the most that the rest can outvote: from the
    lowest to the highest point that a majority of the claims holds. So it holds the truth whenever the claims of a
    majority do, whichever these are. The RFC stops at the smallest f that leaves an interval; that is narrower, but
    holds the truth only if no more than f lie. The RFC's rule on midpoints is left out, as ntpd has left it out: it
    guards the choice of a midpoint, and here the interval itself is the answer.

    Good servers are now and then further apart than they admit. Where no point is held by a majority, every claim is
    taken to be good to MINDISP only, and the answer is as wide as that makes it.
    """
    return _held(claims, voters // 2 + 1) or _held([claim.at_least(MINDISP) for claim in claims], voters // 2 + 1)


def _held(claims: Sequence[Interval], majority: int) -> Interval | None:
    ends = [point for claim in claims for point in (claim.low, claim.high)]
    held = [point for point in ends if sum(claim.low <= point <= claim.high for claim in claims) >= majority]
    return Interval(min(held), max(held)) if held else None
