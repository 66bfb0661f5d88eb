"""A clock's offset over the time as a small picture, on the scale of the report's: linear about the truth only."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from remedy.report.offsets import scaled
from remedy.watch.model import Reading
from remedy.words import NEARLY_RIGHT

MARGIN = 10.0  # percent of the height, above and below


@dataclass(frozen=True)
class Spark:
    """A path in a square of 100, the later the further right, the further ahead the higher; where it ends.

    From `top` so much `height` further down a clock counts as right.
    """

    path: str
    end: str
    top: float
    height: float


def spark(readings: Sequence[Reading], begin: float, end: float, gap: float) -> Spark | None:
    """The picture of the readings in their order; where they are further apart than `gap` seconds, nothing is drawn."""
    if not readings:
        return None
    near = scaled(float(NEARLY_RIGHT))
    values = [scaled(reading.offset) for reading in readings]
    high, low = max(near, *values), min(-near, *values)

    def place(value: float) -> float:
        return round(MARGIN + (100 - 2 * MARGIN) * (high - value) / (high - low), 1)

    points = [f"{100 * (r.at - begin) / (end - begin):.1f},{place(v)}" for r, v in zip(readings, values, strict=True)]
    begins = [True, *(later.at - earlier.at > gap for earlier, later in pairwise(readings))]
    path = "".join(f"M{point}h0" if is_new else f"L{point}" for point, is_new in zip(points, begins, strict=True))
    return Spark(path, f"M{points[-1]}h0", place(near), round(place(-near) - place(near), 1))
