"""Earlier runs as a table and as JSON."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sample_runs import a_morning_after, planned, right, run

from remedy.history import History, Recorder
from remedy.model import Run
from remedy.report.runs import print_runs


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.db")


@pytest.fixture(autouse=True)
def _in_japan(in_zone: Callable[[str], None]) -> None:
    in_zone("JST-9")


def keep(history: History, run: Run, is_over: bool = True) -> None:
    with Recorder(replace(run, finished=run.started), ("web",), history.path) as recorder:
        if is_over:
            recorder.finish(run)


def printed(history: History, limit: int = 20, as_json: bool = False, width: int | None = None) -> str:
    stream = io.StringIO()
    print_runs(history, limit, as_json, stream, width)
    return stream.getvalue()


def test_a_table_with_the_newest_run_first(history: History) -> None:
    keep(history, a_morning_after())
    keep(history, replace(run("recover-time", planned("web1"), dry_run=True), run="20170829T200001Z-aaaa"))
    keep(history, replace(run("check-time", right("a"), right("b")), run="20170829T200002Z-bbbb"), is_over=False)
    lines = printed(history).splitlines()
    assert [" ".join(line.split()) for line in lines[:4]] == [
        "when run command took hosts",
        "2017-08-30 05:00 JST 20170829T200002Z-bbbb check-time not ended 2 unfinished",
        "2017-08-30 05:00 JST 20170829T200001Z-aaaa recover-time --dry-run 12 s 1 planned",
        "2017-08-30 05:00 JST 20170829T200000Z-1f2e recover-time 12 s 2 unreachable, 1 failing, 2 repaired, 1 ok",
    ]
    assert lines[-1].startswith("3 runs; ")
    assert lines[-1].endswith(f" kB in {history.path}")


def test_no_more_runs_than_asked_for(history: History) -> None:
    for number in range(5):
        keep(history, replace(a_morning_after(), run=f"run{number}"))
    told = printed(history, limit=2)
    assert ("run4" in told, "run3" in told, "run2" in told) == (True, True, False)
    assert "2 of 5 runs; " in told


def test_without_runs_it_says_so(history: History) -> None:
    assert printed(history) == f"0 runs; 0 kB in {history.path}\n"


def test_narrow_paper_gets_lines_instead(history: History) -> None:
    keep(history, a_morning_after())
    told = printed(history, width=50)
    assert told.startswith("20170829T200000Z-1f2e  recover-time\n  2017-08-30 05:00 JST; 12 s; 2 unreachable,")


def test_the_same_as_json(history: History) -> None:
    keep(history, a_morning_after())
    keep(history, replace(run("check-time", right("a")), run="r"), is_over=False)
    document = json.loads(printed(history, as_json=True))
    counts = {"ok": 1, "repaired": 2, "planned": 0, "failing": 1, "unreachable": 2, "interrupted": 0, "unfinished": 0}
    assert document["schema"] == 1
    assert [entry["finished"] for entry in document["runs"]] == [None, "2017-08-29T20:00:12+00:00"]
    assert document["runs"][1] == {
        "run": "20170829T200000Z-1f2e",
        "command": "recover-time",
        "dry_run": False,
        "selection": ["web"],
        "started": "2017-08-29T20:00:00+00:00",
        "finished": "2017-08-29T20:00:12+00:00",
        "summary": counts,
    }
