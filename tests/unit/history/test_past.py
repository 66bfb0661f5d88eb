"""Earlier runs are found again: the newest first, by id, by its beginning, or as the last one."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
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


def test_each_form_is_reached_from_the_one_before(path: Path) -> None:
    kept(path, "before")
    database = connect(path)
    assert database.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert database.execute("SELECT id FROM runs").fetchall() == [("before",)]
    database.close()
