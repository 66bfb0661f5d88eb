"""Earlier runs are found again: the newest first, by id, by its beginning, or as the last one."""

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from earlier_forms import of_form
from recorded import VERDICTS, begin, ended, going_on, keep

from remedy.errors import UsageError
from remedy.gap import Gap, GapKind
from remedy.history import History, Recorder
from remedy.history.database import MIGRATIONS, connect
from remedy.model import Verdict


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "post-mainte" / "history.db"


def kept(path: Path, *ids: str) -> History:
    for run in ids:
        keep(path, run, ended("web1"))
    return History(path)


def test_the_newest_run_comes_first_and_no_more_than_asked_for(path: Path) -> None:
    history = kept(path, "20170829-a", "20170830-b", "20170828-c")
    assert [past.run for past in history.runs(2)] == ["20170828-c", "20170830-b"]
    assert history.count() == 3


def test_a_run_at_a_glance(path: Path) -> None:
    keep(path, "r", *(ended(verdict, verdict) for verdict in VERDICTS), ended("more"))
    (past,) = History(path).runs(1)
    assert (past.run, past.command, past.dry_run, past.seconds) == ("r", "post-mainte", False, 12.5)
    assert past.states == {"unfinished": 0, **{verdict.value: 1 + (verdict is Verdict.OK) for verdict in VERDICTS}}


@pytest.mark.parametrize("name", ["20170829T2000-1f2e", "20170829T2000", "20170829T2"])
def test_a_run_is_found_by_its_id_and_by_its_beginning(path: Path, name: str) -> None:
    history = kept(path, "20170829T2000-1f2e", "20170829T1000-aaaa")
    assert history.document(name)["run"] == "20170829T2000-1f2e"


def test_the_last_run_is_the_one_that_began_last(path: Path) -> None:
    assert kept(path, "b", "a").document("last")["run"] == "a"


def test_an_id_that_another_one_begins_with_is_found(path: Path) -> None:
    assert kept(path, "20-1", "20-10").document("20-1")["run"] == "20-1"


def test_a_beginning_of_several_is_refused_and_names_them(path: Path) -> None:
    with pytest.raises(UsageError, match="2 runs begin with '20170829': 20170829-b, 20170829-a"):
        kept(path, "20170829-a", "20170829-b", "20170830-c").document("20170829")


@pytest.mark.parametrize("name", ["2018", "", "%", "_0", "2017\x00", "\ud800", "' OR 1 --", "LAST"])
def test_a_run_that_is_not_there_is_told(path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"there is no run .* `fab history` lists those that are kept"):
        kept(path, "20170829-a").document(name)


def test_what_clocks_leapt_over_is_remembered_for_as_long_as_asked(path: Path) -> None:
    leap = Gap(GapKind.STEP, 1504018800.25, 1504029600.25, "measured", 0.5)
    keep(path, "r", replace(ended("web1"), gaps=(leap,)), ended("web2"))
    keep(path, "s", replace(ended("web1"), gaps=(leap,)))
    remembered = replace(leap, source="history")
    assert History(path).gaps(time.time() - 60) == {"web1": (remembered, remembered)}
    assert History(path).gaps(time.time() + 60) == {}


def test_without_a_file_there_are_no_runs_and_none_is_made(path: Path) -> None:
    history = History(path)
    assert (history.runs(10), history.count(), history.size) == ((), 0, 0)
    with pytest.raises(UsageError, match="there is no run 'last'"):
        history.unsettled("last")
    with pytest.raises(UsageError, match="there is no run that was to put anything right"):
        history.to_resume("last")
    assert not path.parent.exists()


def test_hosts_that_did_not_end_right_are_those_to_resume_and_those_without_an_end_are_known(path: Path) -> None:
    with going_on(path, "r", "new", *VERDICTS) as recorder:
        for verdict in VERDICTS:
            recorder.host_finished(ended(verdict, verdict))
    assert History(path).unsettled("r") == ("new", "planned", "failing", "unreachable", "interrupted")
    assert History(path).unfinished("r") == ("new",)


@pytest.mark.parametrize("command", ["post-mainte", "recover-time", "run-backups"])
def test_the_last_run_to_resume_is_the_newest_that_was_to_put_something_right(path: Path, command: str) -> None:
    for run in (
        begin("older", "web1"),
        begin("morning", "web1", command=command),
        begin("plan", "web1", command=command, dry_run=True),
        begin("watched", "web1", command="check"),
        begin("clock", "web1", command="check-time"),
    ):
        with Recorder(run, (), path):
            pass
    assert History(path).to_resume("last") == "morning"
    assert History(path).to_resume("clo") == "clock"
    assert History(path).document("last")["run"] == "clock"


def test_hosts_stay_in_their_order_however_they_end(path: Path) -> None:
    names = ("c", "a", "b")
    with going_on(path, "r", *names) as recorder:
        for name in ("b", "c"):
            recorder.host_finished(ended(name))
    assert [host["name"] for host in History(path).document("r")["hosts"]] == list(names)


def test_a_run_without_hosts_is_no_trouble(path: Path) -> None:
    with Recorder(begin("r"), (), path):
        pass
    assert History(path).document("r")["hosts"] == []


def test_what_a_run_costs_on_the_disk_is_about_its_document(path: Path) -> None:
    for number in range(50):
        keep(path, f"run{number:02}", *(ended(f"web{host}") for host in range(100)))
    assert 50 * 100 * 500 < History(path).size < 50 * 100 * 2000 + 5_000_000


HEAD = {
    "schema": 1,
    "run": "before",
    "command": "post-mainte",
    "dry_run": False,
    "started": "2017-08-29T20:00:00+00:00",
    "finished": "2017-08-29T20:00:00+00:00",
    "reference": None,
}
HOST = {"name": "web1", "address": "203.0.113.1", "verdict": "failing"}
KEPT = (  # what each form can keep that the one before could not
    (
        f"runs (id, head, selection, ended) VALUES ('before', '{json.dumps(HEAD)}', '[]', 0)",
        f"hosts (run, name, state, document) VALUES (1, 'web1', 'failing', '{json.dumps(HOST)}')",
    ),
    ("windows (hosts, start, end, added) VALUES ('[]', '2017-08-30T02:00 UTC', '2017-08-30T05:00 UTC', '2017-08-28')",),
    (
        "watched VALUES ('web1', '', '{}')",
        "readings VALUES ('web1', 1504029600.5, -10800.0, 0.004)",
        "mails (message_id, subject, text, tried, next) VALUES ('<1@a>', 'web1 is DOWN', 'why', 2, 1504029600.5)",
        "events (host, at, document, run, result) VALUES ('web1', 1504029600.5, '{}', '20170829-a', 'repaired')",
    ),
    ("mails (message_id, subject, text, next, html) VALUES ('<2@a>', 'web2 is DOWN', 'why', 1504029600.5, 'a page')",),
    ("news (event, destination, mail) VALUES (1, '$PAGER', 2)",),
)


def rows(database: sqlite3.Connection) -> dict[str, list[dict[str, object]]]:
    """What each table holds."""
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {table: database.execute(f"SELECT * FROM {table}") for table in tables}
    return {
        table: [dict(zip([column for column, *_ in cursor.description], row, strict=True)) for row in cursor]
        for table, cursor in found.items()
    }


@pytest.mark.parametrize("form", range(1, len(MIGRATIONS)))
def test_what_an_earlier_form_has_kept_is_there_in_the_newest(form: int, path: Path) -> None:
    with closing(of_form(form, path)) as earlier:
        for row in chain.from_iterable(KEPT[:form]):
            earlier.execute(f"INSERT INTO {row}")
        before = rows(earlier)
    with closing(connect(path)) as database:
        now = rows(database)
        assert database.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert all(before.values())
    for table, kept in before.items():
        assert [{name: row[name] for name in kept[0]} for row in now[table]] == kept
    assert History(path).unsettled("last") == ("web1",)
    assert History(path).document("before")["hosts"] == [HOST]
