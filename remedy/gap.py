"""A gap: time by a host's clock that nobody on the host lived through."""

from dataclasses import dataclass, replace
from enum import StrEnum


class GapKind(StrEnum):
    """How the time was lost."""

    STEP = "step"  # the clock leapt over it while the host ran
    DOWN = "down"  # the host was off


@dataclass(frozen=True)
class Gap:
    """The time after `start` up to and including `end`, in Unix seconds by the host's clock; a step back ends earlier.

    `error` bounds both ends, in seconds. `source` says how it is known: "measured" in this run, "journal", "boots",
    "log", "history", or "asked" where the user gave it.
    """

    kind: GapKind
    start: float
    end: float
    source: str
    error: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it is; negative where the clock was set back."""
        return self.end - self.start

    def before(self, other: "Gap") -> "Gap | None":
        """The part of it that had ended when another began; None if it began no earlier itself."""
        end = min(self.end, other.start, other.end)
        return replace(self, end=end) if self.start < end else None

    def overlaps(self, other: "Gap") -> bool:
        """Whether both miss some of the same time."""
        (start, end), (its_start, its_end) = sorted((self.start, self.end)), sorted((other.start, other.end))
        return start < its_end and its_start < end
