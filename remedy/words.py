"""Seconds in words, as an administrator says them; rounding never hides how wrong a clock is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

MINUTE, HOUR, DAY = 60, 3600, 86400
NEARLY_RIGHT = Decimal("0.05")  # seconds: below it nobody asks which way a clock is wrong, only how far at most
FINEST = 6  # decimals of a figure: microseconds

_RESOLUTIONS = (  # a duration below the first number of seconds is said to the second one
    (Decimal("0.001"), Decimal("0.000001")),
    (Decimal("0.1"), Decimal("0.0001")),
    (Decimal(10), Decimal("0.001")),
    (Decimal(MINUTE), Decimal("0.1")),
    (Decimal(DAY), Decimal(1)),
    (Decimal(10 * DAY), Decimal(MINUTE)),
    (Decimal(1000 * DAY), Decimal(HOUR)),
)


@dataclass(frozen=True)
class Offset:
    """A clock minus the true time, right within `error`; both in seconds. Negative is behind."""

    seconds: float
    error: float

    @property
    def at_most(self) -> Decimal:
        """The furthest from the true time that the clock may be, in seconds."""
        return abs(_exact(self.seconds)) + _exact(self.error)

    @property
    def is_nearly_right(self) -> bool:
        """Whether the clock's side of the true time is unknown, or of no interest."""
        return self.at_most < NEARLY_RIGHT or abs(self.seconds) <= self.error

    @property
    def words(self) -> str:
        """As "2 h 59 min 58 s behind", "0.213 s ahead" or "right within 4 ms"."""
        if self.is_nearly_right:
            return f"right within {within(self.at_most)}"
        return f"{duration(abs(self.seconds))} {self.side}"

    @property
    def side(self) -> str:
        """Which way the clock is wrong."""
        return "behind" if self.seconds < 0 else "ahead"

    @property
    def figure(self) -> str:
        """As "-10812.400 s ±0.004 s": digits that fit the bound, rounded so that it holds for what is shown."""
        unit = _last_digit(_exact(self.error))
        shown = _exact(self.seconds).quantize(unit, ROUND_HALF_EVEN)
        bound = _exact(self.error) + abs(shown - _exact(self.seconds))
        return f"{shown:+f} s ±{bound.quantize(unit, ROUND_CEILING):f} s"


def spread(offsets: Sequence[Offset]) -> str:
    """Many clocks in few words, as "right within 3 ms" or "2 h 59 min 51 s to 3 h 2 s behind"."""
    if all(offset.is_nearly_right for offset in offsets):
        return max(offsets, key=lambda offset: offset.at_most).words
    ordered = sorted(offsets, key=lambda offset: offset.seconds)
    first, last = ordered[0], ordered[-1]
    if first.words == last.words:
        return first.words
    if first.is_nearly_right or last.is_nearly_right or first.side != last.side:
        return f"{first.words} to {last.words}"
    near, far = sorted((abs(first.seconds), abs(last.seconds)))
    return f"{duration(near)} to {duration(far)} {first.side}"


def duration(seconds: float | Decimal, rounding: str = ROUND_HALF_EVEN) -> str:
    """A duration of 0 or more seconds, as "4 ms", "12.3 s", "2 h 59 min 58 s", "40 d 3 h" or "20 416 d"."""
    exact = _exact(seconds)
    resolution = next((step for limit, step in _RESOLUTIONS if exact < limit), Decimal(DAY))
    rounded = (exact / resolution).quantize(Decimal(1), rounding) * resolution
    if rounded < Decimal("0.1"):
        return f"{_plain(rounded * 1000)} ms" if rounded else "0 s"
    if rounded < MINUTE:
        return f"{_plain(rounded)} s"
    return _parts(int(rounded))


def within(seconds: float | Decimal) -> str:
    """A bound in words: two digits are enough, and never less than it is."""
    bound = _exact(seconds)
    if not bound:
        return "0 s"
    unit = Decimal(1).scaleb(bound.adjusted() - 1)
    return duration(max(bound.quantize(unit, ROUND_CEILING), Decimal("0.000001")), ROUND_CEILING)


def _parts(seconds: int) -> str:
    minutes, s = divmod(seconds, 60)
    hours, min_ = divmod(minutes, 60)
    d, h = divmod(hours, 24)
    parts = ((d, "d"), (h, "h"), (min_, "min"), (s, "s"))
    return " ".join(f"{count:,} {unit}".replace(",", " ") for count, unit in parts if count)


def _exact(seconds: float | Decimal) -> Decimal:
    """The number as it is written, so that 0.004 is no hair more than 4 ms."""
    return seconds if isinstance(seconds, Decimal) else Decimal(repr(seconds))


def _last_digit(error: Decimal) -> Decimal:
    """The place of a figure's last digit: one significant digit of its error, two where the first is 1."""
    digits = error.as_tuple().digits
    places = -error.adjusted() + (1 if digits[0] == 1 and len(digits) > 1 else 0) if error else FINEST
    return Decimal(1).scaleb(-min(max(places, 0), FINEST))


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
