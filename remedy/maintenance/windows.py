"""Maintenance windows as a table, as a line and as JSON, each in its own zone and in that of this machine."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TextIO

from remedy.maintenance import Announced
from remedy.maintenance.announced import State
from remedy.report.paper import Paper
from remedy.report.table import Cell, Column, print_table
from remedy.spans import both_spans, span, span_here, zone_word
from remedy.zones import name_of

ORDER: tuple[State, ...] = ("running", "coming", "past", "cancelled")
STYLES = {"running": "bold yellow", "coming": "cyan", "past": "dim", "cancelled": "dim"}


def about(hosts: Sequence[str]) -> str:
    """The hosts that a window names."""
    return ", ".join(hosts) or "every host"


def print_windows(
    windows: Sequence[Announced], now: datetime, as_json: bool, stream: TextIO | None = None, width: int | None = None
) -> None:
    """Print windows on `stream` (standard output): what runs, what comes, then what was, newest first."""
    stream = stream or sys.stdout
    if as_json:
        print(json.dumps({"schema": 1, "windows": [to_document(each, now) for each in windows]}, indent=2), file=stream)
        return
    paper = Paper(stream, width)
    states = [(each.state(now.timestamp()), each) for each in windows]
    shown = [(state, each) for kind in ORDER for state, each in _in_order(kind, states)]
    if shown and not print_table(paper, _columns(shown)):
        for state, each in shown:
            paper.prose(paper.text(f"{each.id}  {state}: {about(each.window.hosts)}"))
            paper.prose(paper.text(both_spans(each.window.from_, each.window.to)), 2)
            if each.window.notice:
                paper.literal(each.window.notice, "  ")
    if shown:
        paper.line()
    counts = [f"{count} {state}" for state in ORDER if (count := [kind for kind, _ in shown].count(state))]
    total = f"{len(shown)} window{'s' * (len(shown) != 1)}"
    paper.line(": ".join(filter(None, (total, ", ".join(counts)))))


def to_document(each: Announced, now: datetime) -> dict[str, Any]:
    """A window as values that JSON has; no hosts are all of them."""
    return {
        "id": each.id,
        "state": each.state(now.timestamp()),
        "hosts": list(each.window.hosts),
        "from": each.window.from_.isoformat(),
        "to": each.window.to.isoformat(),
        "zone": name_of(each.window.from_),
        "notice": each.window.notice,
        "source": each.source,
        "cancelled": each.cancelled.isoformat() if each.cancelled else None,
    }


def _in_order(kind: State, states: Sequence[tuple[State, Announced]]) -> list[tuple[State, Announced]]:
    is_over = kind in ("past", "cancelled")
    return sorted((pair for pair in states if pair[0] == kind), key=lambda pair: pair[1].start, reverse=is_over)


def _columns(shown: Sequence[tuple[State, Announced]]) -> list[Column]:
    spans = [(each.window.from_, each.window.to) for _, each in shown]
    return [
        Column("window", [(each.id,) for _, each in shown], ["bold"] * len(shown)),
        Column("state", [(state,) for state, _ in shown], [STYLES[state] for state, _ in shown]),
        Column("announced", [_cell(span(*moments), zone_word(moments[0])) for moments in spans], joint=" "),
        Column("here", [(span_here(*moments),) for moments in spans]),
        Column(
            "hosts, notice",
            [_cell(about(each.window.hosts), each.window.notice or "") for _, each in shown],
            joint="; ",
        ),
    ]


def _cell(*lines: str) -> Cell:
    return tuple(filter(None, lines))
