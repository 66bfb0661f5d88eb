"""A plot as SVG: both axes logarithmic, a line each, its name at its end."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900, 560, 60, 250, 20, 50
COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#777777")  # told apart by most eyes
APART = 15  # pixels between names


@dataclass(frozen=True)
class Line:
    """Points (x, y), from left to right, both above 0."""

    name: str
    points: tuple[tuple[float, float], ...]
    bold: bool = False


@dataclass(frozen=True)
class _Axis:
    """Where a value stands: `low` and `high` are powers of ten, at pixels `start` and `end`."""

    low: int
    high: int
    start: float
    end: float

    def at(self, value: float) -> float:
        return self.start + (math.log10(value) - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self.low, self.high + 1)]


def plot(lines: Sequence[Line], x_name: str, y_name: str) -> str:
    """The plot of at least one line."""
    x = _axis([point[0] for line in lines for point in line.points], LEFT, WIDTH - RIGHT)
    y = _axis([point[1] for line in lines for point in line.points], HEIGHT - BOTTOM, TOP)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">']
    parts.append(f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>')
    for tick in x.ticks:
        parts.append(_rule(x.at(tick), TOP, x.at(tick), HEIGHT - BOTTOM))
        parts.append(_text(x.at(tick), HEIGHT - BOTTOM + 18, f"{tick:g}", "middle"))
    for tick in y.ticks:
        parts.append(_rule(LEFT, y.at(tick), WIDTH - RIGHT, y.at(tick)))
        parts.append(_text(LEFT - 6, y.at(tick) + 4, f"{tick:g}", "end"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_name, "middle"))
    parts.append(_text(LEFT, TOP - 6, y_name, "start"))
    parts += _drawn(lines, x, y)
    return "\n".join([*parts, "</svg>", ""])


def _drawn(lines: Sequence[Line], x: _Axis, y: _Axis) -> list[str]:
    parts, free = [], float(TOP)
    for number, line in enumerate(sorted(lines, key=lambda line: -line.points[-1][1])):
        colour, width = COLOURS[number % len(COLOURS)], 4 if line.bold else 1.5
        points = [(x.at(across), y.at(up)) for across, up in line.points]
        path = " ".join(f"{across:.1f},{up:.1f}" for across, up in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{u:.1f}" r="{width + 1}" fill="{colour}"/>' for a, u in points]
        free = max(free, points[-1][1] + 4)
        parts.append(_text(WIDTH - RIGHT + 10, free, line.name, "start", colour, line.bold))
        free += APART
    return parts


def _axis(values: Sequence[float], start: float, end: float) -> _Axis:
    low = math.floor(math.log10(min(values)))
    return _Axis(low, max(low + 1, math.ceil(math.log10(max(values)))), start, end)


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#333", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    style = f'font-size="12" text-anchor="{anchor}" fill="{colour}"{weight}'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(text)}</text>'
