"""What on_return says is run once, however often the monitor is killed meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fabric.config import Config

from remedy.command import Request
from remedy.errors import NoReferenceError
from remedy.history import Recorder, unfinished
from remedy.inventory import Fleet, Host
from remedy.model import Run, Verdict
from remedy.watch import returns as handled
from remedy.watch.model import Event, Kind, State, Subject
from remedy.watch.returns import Returns
from remedy.watch.store import Store, Told

NOW = 1_504_000_800.0
HOSTS = {name: Host(name, name, on_return="post-mainte") for name in ("web1", "web2")} | {"db1": Host("db1", "db1")}
REQUEST = Request("watch", Config(), Path(), (), "", None, 300.0, as_json=False, accept_new=False)


def a_run(what: str, hosts: tuple[Host, ...], run: str, verdict: Verdict = Verdict.REPAIRED) -> Run:
    reports = tuple(replace(unfinished(host), verdict=verdict, error=None) for host in hosts)
    return Run(run, what, False, datetime.now(UTC), datetime.now(UTC), None, reports)


class Monitor:
    """What is run, instead of the commands, and what is to be told of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.store = Store(folder / "history.db")
        self.ran: list[tuple[str, tuple[str, ...]]] = []
        self.error: Exception | None = None

    def on_return(self, _: Request, what: str, _fleet: Fleet, hosts: tuple[Host, ...], run: str) -> Run:
        self.ran.append((what, tuple(host.name for host in hosts)))
        if self.error:
            raise self.error
        return a_run(what, hosts, run)

    def are_back(self, *names: str) -> None:
        events = [Event(Kind.BACK, Subject(name), NOW, NOW, is_return=True) for name in names]
        self.store.keep(State(), events, due=lambda event: event.at)

    def handles(self) -> None:
        returns = Returns(self.store, REQUEST, lambda: NOW, lambda: None)
        returns.begin(Fleet(), HOSTS)
        returns.begin(Fleet(), HOSTS)
        returns.wait()

    def results(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {}

        def write(told: Sequence[Told]) -> tuple[str, str]:
            found.update({one.event.subject.host: one.result for one in told})
            return "", ""

        self.store.next_letter(NOW, "example.jp", write)
        return found


@pytest.fixture
def monitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Monitor]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monitor = Monitor(tmp_path)
    monkeypatch.setattr(handled, "on_return", monitor.on_return)
    yield monitor
    monitor.store.close()


def test_hosts_that_return_together_are_one_run_of_each_kind(monitor: Monitor) -> None:
    monitor.are_back("web1", "db1", "web2")
    monitor.handles()
    monitor.handles()
    assert sorted(monitor.ran) == [("check", ("db1",)), ("post-mainte", ("web1", "web2"))]
    assert all("repaired" in str(result) for result in monitor.results().values())


def test_what_ended_before_a_kill_counts(monitor: Monitor) -> None:
    monitor.are_back("web1", "web2")
    run = a_run("post-mainte", (HOSTS["web1"], HOSTS["web2"]), "r1")
    with Recorder(replace(run, hosts=tuple(map(unfinished, (HOSTS["web1"], HOSTS["web2"])))), ()) as recorder:
        recorder.host_finished(run.hosts[0])
    monitor.store.begin_run(monitor.store.returns(), "r1")
    monitor.handles()
    assert monitor.ran == [("post-mainte", ("web2",))]
    assert "`fab report r1` shows all of it" in str(monitor.results()["web1"])


def test_a_run_that_was_killed_before_it_was_kept_is_made_anew(monitor: Monitor) -> None:
    monitor.are_back("web1")
    monitor.store.begin_run(monitor.store.returns(), "r1")
    monitor.handles()
    assert monitor.ran == [("post-mainte", ("web1",))]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NoReferenceError("nobody tells the time"), "`check` could not be run: nobody tells the time"),
        (ValueError("oh"), "`check` could not be run: a defect of post-mainte: ValueError: oh"),
    ],
)
def test_what_could_not_be_run_is_told(monitor: Monitor, error: Exception, told: str) -> None:
    monitor.are_back("db1")
    monitor.error = error
    monitor.handles()
    assert monitor.results() == {"db1": told}


def test_a_host_that_is_in_hosts_yaml_no_more_is_left_alone(monitor: Monitor) -> None:
    monitor.are_back("gone")
    monitor.handles()
    assert (monitor.ran, monitor.results()) == ([], {"gone": "nothing was run: it is not watched any more"})
