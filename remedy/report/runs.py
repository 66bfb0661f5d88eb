"""Earlier runs as a table, and as JSON."""

import json
import sys
from collections.abc import Sequence
from typing import Any, TextIO

from remedy.history import UNFINISHED, History, PastRun
from remedy.report.glance import ORDER
from remedy.report.paper import Paper
from remedy.report.table import Column, print_table
from remedy.words import duration

KILOBYTE, MEGABYTE = 1e3, 1e6


def print_runs(
    history: History, limit: int, as_json: bool, stream: TextIO | None = None, width: int | None = None
) -> None:
    """Print the newest runs on `stream` (standard output), the newest first; times are local ones."""
    stream, runs = stream or sys.stdout, history.runs(limit)
    if as_json:
        print(json.dumps({"schema": 1, "runs": [_document(run) for run in runs]}, indent=2), file=stream)
        return
    paper = Paper(stream, width)
    if runs:
        _print_table(paper, runs)
        paper.line()
    kept = history.count()
    what = f"{len(runs)} of {kept} runs" if len(runs) < kept else f"{kept} run{'s' * (kept != 1)}"
    paper.prose(paper.text(f"{what}; {_size(history.size)} in {history.path}", "dim"))


def _print_table(paper: Paper, runs: Sequence[PastRun]) -> None:
    columns = [
        Column("when", [(when(run),) for run in runs]),
        Column("run", [(run.run,) for run in runs], ["bold"] * len(runs)),
        Column("command", [(command(run),) for run in runs]),
        Column("took", [(took(run),) for run in runs]),
        Column("hosts", [(states(run),) for run in runs]),
    ]
    if not print_table(paper, columns):
        for run in runs:
            paper.line(f"{run.run}  {command(run)}")
            paper.prose(paper.text(f"{when(run)}; {took(run)}; {states(run)}"), 2)


def _size(count: int) -> str:
    return f"{count / MEGABYTE:.1f} MB" if count >= MEGABYTE else f"{count / KILOBYTE:.0f} kB"


def when(run: PastRun) -> str:
    """When it began, in this machine's zone."""
    return f"{run.started.astimezone():%Y-%m-%d %H:%M %Z}"


def command(run: PastRun) -> str:
    """What was typed, as far as it says whether hosts were changed."""
    return run.command + (" --dry-run" if run.dry_run else "")


def took(run: PastRun) -> str:
    """How long it took, if it ended."""
    return "not ended" if run.seconds is None else duration(round(max(run.seconds, 0.0), 1))


def states(run: PastRun) -> str:
    """As "1 unfinished, 2 failing, 40 ok"."""
    return ", ".join(f"{count} {state}" for state in (UNFINISHED, *ORDER) if (count := run.states[state])) or "none"


def _document(run: PastRun) -> dict[str, Any]:
    return {
        "run": run.run,
        "command": run.command,
        "dry_run": run.dry_run,
        "selection": list(run.selection),
        "started": run.started.isoformat(),
        "finished": run.finished.isoformat() if run.finished else None,
        "summary": dict(run.states),
    }
