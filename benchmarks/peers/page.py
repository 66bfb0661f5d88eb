"""docs/performance.md: tables of the meetings, a plot of them, and what they mean for a large fleet, on paper."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers.contenders import BASE, OURS
from benchmarks.peers.fleet import Measured, needs
from benchmarks.peers.meeting import Row
from benchmarks.peers.plot import Line, plot

DOCS = Path(__file__).parents[2] / "docs"
FLEET, MINUTES = 100_000, (1, 5, 15, 60)
Meetings = Mapping[tuple[int, bool], Sequence[Row]]


def write(meetings: Meetings) -> None:
    """Put the tables between the marks of docs/performance.md, and write the plot beside it."""
    page = DOCS / "performance.md"
    tables = [table(hosts, far, rows) for (hosts, far), rows in meetings.items()]
    said = f"On {os.cpu_count()} cores.\n\n![Seconds by hosts](performance.svg)"
    text = _between(page.read_text(), "peers", f"{said}\n\n" + "\n".join(tables))
    near = {hosts: rows for (hosts, far), rows in meetings.items() if not far}
    most = max(near)
    text = _between(text, "fleet", _fleet(most, next(row for row in near[most] if row.name == OURS)))
    page.write_text(text)
    (DOCS / "performance.svg").write_text(plot(_lines(near), "hosts", "seconds, without added delay"))


def table(hosts: int, far: bool, rows: Sequence[Row]) -> str:
    """One meeting as a table in Markdown."""
    base = next((row.median("wall") for row in rows if row.name == BASE and row.rounds), None)
    rounds = max((len(row.rounds) for row in rows), default=0)
    lines = [
        f"**{hosts} hosts{', 50 ms away' if far else ''}**, medians of {rounds} rounds\n",
        "| contender | host keys | wall s | ratio | client CPU, ms a host | largest process, MB |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    return "\n".join([*lines, *(_line(row, hosts, base) for row in rows), ""])


def _line(row: Row, hosts: int, base: float | None) -> str:
    checks = {True: "checked", False: "NOT checked", None: ""}[row.checks]
    if not row.rounds:
        return f"| {row.name} | {checks} | {row.why_not.replace('|', '/')} | | | |"
    wall, cpu = row.median("wall"), row.median("cpu") * 1000 / hosts
    ratio = f"{wall / base:.2f}" if base else ""
    return f"| {row.name} | {checks} | {wall:.2f} | {ratio} | {cpu:.1f} | {row.median('peak'):.0f} |"


def _lines(near: Mapping[int, Sequence[Row]]) -> list[Line]:
    names = dict.fromkeys(row.name for rows in near.values() for row in rows if row.rounds)
    return [Line(name, _points(name, near), bold=name == OURS) for name in names]


def _points(name: str, near: Mapping[int, Sequence[Row]]) -> tuple[tuple[float, float], ...]:
    own = ((hosts, row) for hosts, rows in near.items() for row in rows if row.name == name)
    return tuple((hosts, row.median("wall")) for hosts, row in own if row.rounds)


def _fleet(hosts: int, row: Row) -> str:
    """What 100,000 hosts need, from what the most hosts that were measured cost us."""
    if not row.rounds:
        return f"Not measured: {row.why_not}\n"
    measured = Measured(row.median("cpu") / hosts, row.median("peak"))
    lines = [
        f"{hosts} hosts took {measured.cpu * 1000:.1f} ms of CPU each, and a process of {measured.memory:.0f} MB.\n",
        f"| {FLEET:,} hosts within | workers | hosts of each | connections at once | memory, GB | first to saturate |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for minutes in MINUTES:
        need = needs(FLEET, minutes * 60, measured)
        counts = f"{need.workers:,} | {need.share:,} | {need.at_once:,}"
        lines.append(f"| {minutes} min | {counts} | {need.memory / 1024:.1f} | {need.first} |")
    return "\n".join([*lines, ""])


def _between(text: str, name: str, new: str) -> str:
    """The text with what stands between the marks of that name replaced."""
    marks = f"<!-- {name} -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{marks[0]}.*?{marks[1]}", re.DOTALL)
    return pattern.sub(lambda _: f"{marks[0]}\n{new}{marks[1]}", text)
