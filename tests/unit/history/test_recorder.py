"""A run is kept as it goes on, whoever else writes, and whatever happens to the file or to us."""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from recorded import begin, end, ended, going_on, keep

from remedy.document import from_document, to_document
from remedy.errors import NoReferenceError
from remedy.history import History, HistoryError, Recorder
from remedy.history.database import MIGRATIONS, connect
from remedy.model import Verdict

KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from recorded import begin, ended
from remedy.history import Recorder
from remedy.model import Verdict
recorder = Recorder(begin("killed", "web1", "web2", "web3"), ("web",), Path({path!r}))
with recorder:
    recorder.host_finished(ended("web2", Verdict.REPAIRED))
    os.kill(os.getpid(), signal.SIGKILL)
"""
MANY = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from recorded import ended, keep
for number in range(5):
    keep(Path({path!r}), f"{{sys.argv[1]}}-{{number}}", *(ended(f"web{{host}}") for host in range(20)))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "post-mainte" / "history.db"


def program(text: str, path: Path) -> list[str]:
    return [sys.executable, "-c", text.format(tests=str(Path(__file__).parent), path=str(path))]


def test_a_whole_run_comes_back_as_it_was(path: Path) -> None:
    whole = keep(path, "20170829T200000Z-1f2e", ended("web1"), ended("web2", Verdict.FAILING, "\x00\ud800<>&\n'"))
    document = History(path).document("last")
    assert document == json.loads(json.dumps(to_document(whole)))
    assert list(document) == list(to_document(whole))
    assert from_document(document) == whole


def test_a_killed_controller_leaves_a_run_that_can_be_read_and_resumed(path: Path) -> None:
    killed = subprocess.run(program(KILLED, path), check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    history = History(path)
    (past,) = history.runs(10)
    assert (past.finished, past.seconds, past.selection) == (None, None, ("web",))
    assert (past.states["unfinished"], past.states["repaired"]) == (2, 1)
    assert history.unsettled("last") == ("web1", "web3")
    run = from_document(history.document("killed"))
    assert [(host.name, host.verdict) for host in run.hosts] == [
        ("web1", Verdict.INTERRUPTED),
        ("web2", Verdict.REPAIRED),
        ("web3", Verdict.INTERRUPTED),
    ]
    assert (run.hosts[0].error or "").startswith("unfinished: ")
    assert run.hosts[1] == ended("web2", Verdict.REPAIRED)


def test_a_run_that_goes_on_can_be_read(path: Path) -> None:
    with going_on(path, "now", "web1", "web2") as recorder:
        recorder.host_finished(ended("web1"))
        assert History(path).unsettled("now") == ("web2",)


def test_hosts_may_end_in_many_threads_at_once(path: Path) -> None:
    names = [f"web{number}" for number in range(200)]
    with going_on(path, "threads", *names) as recorder, ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda name: recorder.host_finished(ended(name)), names))
    assert History(path).runs(1)[0].states["ok"] == 200


def test_the_whole_run_has_the_last_word_on_a_host(path: Path) -> None:
    begun = begin("late", "web1")
    interrupted = replace(ended("web1"), verdict=Verdict.INTERRUPTED, error="interrupted")
    with Recorder(begun, (), path) as recorder:
        recorder.finish(end(begun, interrupted))
        recorder.host_finished(ended("web1"))
    assert History(path).unsettled("late") == ("web1",)


def test_a_run_without_a_reference_is_forgotten_for_it_touched_nothing(path: Path) -> None:
    keep(path, "before", ended("web1"))
    with pytest.raises(NoReferenceError), going_on(path, "nothing", "web1"):
        raise NoReferenceError("nobody answers")
    assert [past.run for past in History(path).runs(10)] == ["before"]
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM hosts").fetchone() == (1,)


def test_several_controllers_begin_a_history_at_once(path: Path) -> None:
    writers = [subprocess.Popen([*program(MANY, path), f"w{n}"], stderr=subprocess.PIPE) for n in range(6)]
    assert [writer.communicate(timeout=60)[1] for writer in writers] == [b""] * 6
    assert History(path).count() == 30
    assert all(past.states["ok"] == 20 for past in History(path).runs(30))


def test_only_its_owner_can_read_it(path: Path) -> None:
    mask = os.umask(0)
    try:
        with going_on(path, "now", "web1"):
            files = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    finally:
        os.umask(mask)
    assert files == {"history.db": 0o600, "history.db-wal": 0o600, "history.db-shm": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_it_lies_where_the_desktop_says_and_else_below_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for told, folder in ((str(tmp_path / "x"), "x"), ("", ".local/state"), ("relative", ".local/state")):
        monkeypatch.setenv("XDG_STATE_HOME", told)
        assert History().path == tmp_path / folder / "post-mainte" / "history.db"


def a_folder_in_its_place(path: Path) -> None:
    path.mkdir(parents=True)


def no_database_in_its_place(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("something else, and long enough to be looked at as if it were a database\n" * 100)


def no_folder_for_it(path: Path) -> None:
    path.parent.parent.parent.mkdir(exist_ok=True)
    path.parent.parent.write_text("a file where a folder should be")


def a_later_form(path: Path) -> None:
    with closing(connect(path)) as database:
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")


def a_file_that_is_cut_short(path: Path) -> None:
    keep(path, "before", *(ended(f"web{n}") for n in range(50)))
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.truncate(path, 5000)


TROUBLES = [a_folder_in_its_place, no_database_in_its_place, a_later_form, a_file_that_is_cut_short]


@pytest.mark.parametrize("trouble", [*TROUBLES, no_folder_for_it])
def test_a_history_that_can_not_be_written_is_one_warning(
    trouble: Callable[[Path], None], path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trouble(path)
    keep(path, "now", ended("web1"), ended("web2"))
    said = capsys.readouterr().err
    assert said.startswith("warning: the history can't be written: ")
    assert said.endswith(f" ({path})\n")
    assert said.count("\n") == 1


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_history_that_can_not_be_read_is_told_in_a_line(trouble: Callable[[Path], None], path: Path) -> None:
    trouble(path)
    with pytest.raises(HistoryError, match="the history can't be read: ") as caught:
        History(path).runs(10)
    assert "\n" not in str(caught.value)


def test_a_full_disk_ends_no_run(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(path, "before", ended("web1"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    action = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20_000, limits[1]))
    try:
        keep(path, "now", ended("web1", output="x" * 100_000), ended("web2"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, action)
    assert capsys.readouterr().err.count("warning: the history can't be written: ") == 1
    assert History(path).document("before")["hosts"][0]["name"] == "web1"


def test_somebody_who_holds_the_file_for_long_costs_one_wait_and_nothing_of_the_run(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remedy.history.database.BUSY_SECONDS", 0.05)
    begun = begin("now", "web1", "web2")
    with closing(connect(path)) as other, Recorder(begun, (), path) as recorder:
        other.execute("BEGIN IMMEDIATE")
        recorder.host_finished(ended("web1"))
        recorder.host_finished(ended("web2"))
        other.execute("ROLLBACK")
        recorder.finish(end(begun, ended("web1"), ended("web2")))
    assert capsys.readouterr().err == f"warning: the history can't be written: database is locked ({path})\n"
    assert History(path).runs(1)[0].states["ok"] == 2


def test_what_could_not_be_kept_of_a_host_is_kept_at_the_end(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun = begin("now", "web1", "web2")
    with Recorder(begun, (), path) as recorder:
        recorder.host_finished(replace(ended("web1"), sections={"odd": object()}))
        recorder.host_finished(ended("web2"))
        recorder.finish(end(begun, ended("web1"), ended("web2")))
    assert "not JSON serializable" in capsys.readouterr().err
    assert History(path).runs(1)[0].states["ok"] == 2


def test_nobody_s_home_is_one_warning(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    with Recorder(begin("now", "web1"), ()) as recorder:
        recorder.host_finished(ended("web1"))
    assert capsys.readouterr().err == "warning: the history can't be written: Could not determine home directory.\n"
