"""Whoever watches goes on with what it knows, whatever becomes of hosts.yaml, of the mail and of the network."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event as Signal
from threading import Semaphore

import pytest
from fabric.config import Config

from remedy.history.database import HistoryError
from remedy.inventory import Fleet, Host, load
from remedy.report.mail import Letter
from remedy.request import Request
from remedy.watch import couriers
from remedy.watch import watch as watching
from remedy.watch.model import Event, Kind, Reading, Seen, State, Subject
from remedy.watch.post import Post
from remedy.watch.store import MAIL, Store
from remedy.watch.watch import Watcher, watch_once
from remedy.watch.watched import Pulse


class AllIsWell:
    """Looks at hosts that are all up."""

    def __init__(self, *_: object) -> None:
        pass

    def knock(self, hosts: Sequence[Host]) -> Sequence[Seen]:
        return [Seen(Subject(host.name), time.time()) for host in hosts]

    def read_clocks(self, _: Sequence[Host]) -> tuple[Sequence[Seen], Sequence[Reading]]:
        return (), ()

    def has_witness(self) -> bool:
        return True


class Monitor:
    """What watches, with the hosts.yaml that it watches by."""

    def __init__(self, folder: Path) -> None:
        self.path, self.store = folder / "hosts.yaml", Store(folder / "history.db")
        self._changes = 0.0
        self._folder = folder

    def says(self, text: str) -> "Monitor":
        self.path.write_text(text)
        self._changes += 60  # seconds, as file systems count them
        os.utime(self.path, (self._changes, self._changes))
        return self

    def watcher(self, *selection: str) -> Watcher:
        return Watcher(self.request(*selection), self.store)

    def request(self, *selection: str) -> Request:
        return Request("watch", Config(), self._folder, selection, "", None, 300.0, as_json=False, accept_new=False)

    def watched(self) -> set[str]:
        return {subject.host for subject in self.store.load().standings}


@pytest.fixture
def monitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Monitor]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(watching, "Looks", AllIsWell)
    monitor = Monitor(tmp_path)
    yield monitor
    monitor.store.close()


def test_hosts_yaml_that_is_gone_for_a_moment_holds_on(monitor: Monitor, capsys: pytest.CaptureFixture[str]) -> None:
    watcher = monitor.says("hosts: {tokyo: {address: 192.0.2.1}}").watcher("tokyo")
    monitor.path.unlink()
    watcher.round_and_wait()
    assert "what it said before holds" in capsys.readouterr().err
    monitor.says("{hosts: {tokyo: {address: 192.0.2.2}, osaka: {}}, groups: {east: [tokyo, osaka]}}")
    watcher.round_and_wait()
    assert "read anew" in capsys.readouterr().out


def test_hosts_yaml_that_is_written_on_while_it_is_read_is_read_again(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = monitor.says("hosts: [web1]").watcher()

    def slow(path: Path) -> Fleet:
        fleet = load(path)
        monkeypatch.setattr(watching, "load", load)
        monitor.says("hosts: [web1, web2]")
        return fleet

    monkeypatch.setattr(watching, "load", slow)
    monitor.says("hosts: [web1]")
    watcher.round_and_wait()
    watcher.round_and_wait()
    assert monitor.watched() == {"web1", "web2"}


def test_a_state_that_can_not_be_read_lets_the_old_hosts_yaml_hold_until_it_can(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: Store) -> None:
        raise sqlite3.OperationalError("database is locked")

    watcher = monitor.says("hosts: [web1]").watcher()
    monitor.says("hosts: [web1, web2]")
    with monkeypatch.context() as locked:
        locked.setattr(Store, "load", fails)
        assert watcher.round_and_wait() == watching.PAUSE
    watcher.greet()
    assert "watching 1 host;" in capsys.readouterr().out
    watcher.round_and_wait()
    watcher.greet()
    assert "watching 2 hosts;" in capsys.readouterr().out


BY_MAIL = "hosts: [web1]\nwatch: {ping: 'http://deadman.example/5f2a'}\nmail: {to: a@example.jp, from: b@example.jp, "


@pytest.mark.parametrize(
    ("mail", "refused", "pings"),
    [("server: localhost", 0, 1), ("server: localhost", 4, 0), ("server: localhost, user: watch", 0, 0)],
)
def test_where_nobody_can_be_told_by_mail_whoever_watches_the_monitor_is_to_give_the_alarm(
    monitor: Monitor, mail: str, refused: int, pings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POST_MAINTE_MAIL_PASSWORD", raising=False)
    pinged: list[str] = []
    monkeypatch.setattr(watching, "ping", pinged.append)
    watcher = monitor.says(f"{BY_MAIL}{mail}}}").watcher()
    monitor.store.keep(State(), [Event(Kind.DOWN, Subject("web1"), 0.0, 0.0)], due=lambda _: 0.0, destinations=[MAIL])
    letter = monitor.store.next_letter(0.0, MAIL, "example.jp", lambda _: Letter("", ""))
    assert letter
    for _ in range(refused):
        monitor.store.was_refused(letter, time.time())
    watcher.round_and_wait()
    assert len(pinged) == pings


def test_a_password_that_is_missing_is_told_at_once(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("POST_MAINTE_MAIL_PASSWORD", raising=False)
    monitor.says(f"{BY_MAIL}server: localhost, user: watch}}").watcher().greet()
    assert "nobody can be told by mail: `user: watch` of mail: needs a password" in capsys.readouterr().err


def test_the_mail_goes_on_whatever_fails(monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = Semaphore(0)

    def fails(*_: object) -> bool:
        tries.release()
        for error in errors:
            raise error
        return Signal().wait()

    errors = iter((RuntimeError("can't start new thread"), KeyError("tokyo")))
    monkeypatch.setattr(couriers, "IDLE", 0.01)
    monkeypatch.setattr(Post, "deliver", fails)
    monitor.says(f"{BY_MAIL}server: localhost}}").watcher().begin_telling()
    assert all(tries.acquire(timeout=60) for _ in range(3))


def test_a_lock_that_can_not_be_made_is_told(monitor: Monitor, tmp_path: Path) -> None:
    (tmp_path / "state/post-mainte/watch.lock").mkdir(parents=True)
    with pytest.raises(HistoryError, match=r"can't keep what it sees: .*watch\.lock"):
        watch_once(monitor.says("hosts: [web1]").request())


def test_it_says_how_its_rounds_go(monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = monitor.says("hosts: [web1]").watcher()
    assert watcher.watched().pulse == Pulse()
    watcher.round_and_wait()
    made = watcher.watched().pulse.made
    assert made is not None
    with monkeypatch.context() as full:
        full.setattr(watching, "announced", fails)
        watcher.round_and_wait()
    assert watcher.watched().pulse == Pulse(made, "disk full")
    watcher.round_and_wait()
    assert watcher.watched().pulse.trouble == ""


def fails(*_: object) -> None:
    raise OSError("disk full")


@pytest.mark.parametrize("module", ["waitress", "prometheus_client", "jinja2", "remedy.watch.status"])
def test_what_serves_the_status_is_not_loaded_before_it_is_asked_for(module: str) -> None:
    program = f"import remedy.watch.watch, sys; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_log_that_can_not_be_written_hinders_no_round(monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = monitor.says("hosts: [web1]").watcher()
    monitor.says("hosts: [web1, web2]")
    with suppress(OSError), Path("/dev/full").open("w") as full:  # closing it fails, too
        monkeypatch.setattr(sys, "stdout", full)
        watcher.greet()
        watcher.round_and_wait()
    assert watcher.watched().pulse.trouble == ""
    assert monitor.watched() == {"web1", "web2"}


def test_what_is_for_somebody_whom_hosts_yaml_names_no_more_is_dropped(
    monitor: Monitor, capsys: pytest.CaptureFixture[str]
) -> None:
    watcher = monitor.says(f"{BY_MAIL}server: localhost}}").watcher()
    capsys.readouterr()
    event = Event(Kind.DOWN, Subject("web1"), 0.0, 0.0)
    monitor.store.keep(State(), [event], due=lambda _: 0.0, destinations=[MAIL, "$PAGER"])
    monitor.says(f"{BY_MAIL}server: localhost2}}")
    watcher.round_and_wait()
    assert "1 letters and events are told to nobody" in capsys.readouterr().err
    assert monitor.store.next_mail_at(0.0, "$PAGER") is None
    assert monitor.store.next_mail_at(0.0, MAIL) == 0.0


def test_rounds_do_not_run_wild_while_nobody_can_be_looked_at(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AllIsWell, "knock", lambda *_: ())
    assert monitor.says("hosts: [web1]").watcher().round_and_wait() == watching.BREATH
