"""What on_return says is run once, however often the monitor is killed meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Signal
from typing import Any

import pytest
from fabric.config import Config

from remedy.errors import NoReferenceError
from remedy.history import History, HistoryError, Recorder, unfinished
from remedy.inventory import Fleet, Host
from remedy.model import Finding, Level, Run, Verdict
from remedy.report.mail import Letter
from remedy.request import Request
from remedy.watch import returns as handled
from remedy.watch.model import ClockStanding, Event, Kind, State, Subject
from remedy.watch.returns import Returns, result
from remedy.watch.store import MAIL, Store, Told

NOW = 1_504_000_800.0
HOSTS = {name: Host(name, name, on_return="post-mainte") for name in ("web1", "web2")} | {"db1": Host("db1", "db1")}
REQUEST = Request("watch", Config(), Path(), (), "", None, 300.0, as_json=False, accept_new=False)


def a_run(what: str, hosts: tuple[Host, ...], run: str, verdict: Verdict = Verdict.REPAIRED) -> Run:
    sections = {} if verdict is Verdict.UNREACHABLE else {"clock": {"before": {"offset_s": -3600.0, "error_s": 0.01}}}
    reports = tuple(replace(unfinished(host), verdict=verdict, error=None, sections=sections) for host in hosts)
    return Run(run, what, False, datetime.now(UTC), datetime.now(UTC), None, reports)


class Monitor:
    """What is run, instead of the commands, and what is to be told of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.store = Store(folder / "history.db")
        self.ran: list[tuple[str, tuple[str, ...]]] = []
        self.error: Exception | None = None
        self.fails = 99
        self.verdict = Verdict.REPAIRED
        self.returns = Returns(self.store, REQUEST, lambda: NOW, lambda: None)

    def on_return(self, _: Request, what: str, _fleet: Fleet, hosts: tuple[Host, ...], run: str, wait: float) -> Run:
        assert wait > 60
        self.ran.append((what, tuple(host.name for host in hosts)))
        if self.error and len(self.ran) <= self.fails:
            raise self.error
        return a_run(what, hosts, run, self.verdict)

    def are_back(self, *names: str) -> None:
        events = [Event(Kind.BACK, Subject(name), NOW, NOW, is_return=True) for name in names]
        self.store.keep(State(), events, due=lambda event: event.at, destinations=[MAIL])

    def handles(self) -> None:
        self.returns.begin(Fleet(), HOSTS)
        self.returns.begin(Fleet(), HOSTS)
        self.returns.wait()

    def results(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {}

        def write(told: Sequence[Told]) -> Letter:
            found.update({one.event.subject.host: one.result for one in told})
            return Letter("", "")

        self.store.next_letter(NOW, MAIL, "example.jp", write)
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
    assert "\n    fab report r1" in str(monitor.results()["web1"])


def test_nothing_is_run_while_it_is_not_known_what_was_done(monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise HistoryError("database is locked")

    monitor.are_back("web1")
    monitor.store.begin_run(monitor.store.returns(), "r1")
    with monkeypatch.context() as locked:
        locked.setattr(History, "unfinished", fails)
        with pytest.raises(HistoryError):
            monitor.handles()
    assert monitor.ran == []
    monitor.handles()
    assert monitor.ran == [("post-mainte", ("web1",))]


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
def test_what_could_not_be_run_is_told(
    monitor: Monitor, error: Exception, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handled, "WAIT", 61.0)
    monkeypatch.setattr(handled, "RETRY", 99.0)
    monitor.are_back("db1")
    monitor.error = error
    monitor.handles()
    assert monitor.results() == {"db1": told}


def test_while_nobody_tells_the_true_time_it_is_tried_again(monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handled, "RETRY", 0.0)
    monitor.are_back("web1")
    monitor.error, monitor.fails = NoReferenceError("nobody tells the time"), 2
    monitor.handles()
    assert monitor.ran == [("post-mainte", ("web1",))] * 3
    assert "repaired" in str(monitor.results()["web1"])


def test_a_clock_that_could_not_be_read_then_is_told_of_once(monitor: Monitor) -> None:
    monitor.are_back("web1")
    monitor.handles()
    assert monitor.returns.unread() == set()
    monitor.verdict = Verdict.UNREACHABLE
    monitor.are_back("web1")
    monitor.store.keep(State(clocks={name: ClockStanding(NOW, -3600.0, 0.01, is_wrong=True) for name in HOSTS}), [])
    monitor.handles()
    assert monitor.store.load().clocks.keys() == {"web2", "db1"}
    assert (monitor.returns.unread(), monitor.returns.unread()) == ({"web1"}, set())


def test_an_alarm_of_a_clock_has_told_of_it_whatever_became_of_its_run(monitor: Monitor) -> None:
    monitor.verdict = Verdict.UNREACHABLE
    monitor.store.keep(State(), [Event(Kind.CLOCK, Subject("web1"), NOW, NOW, is_return=True)])
    monitor.handles()
    assert monitor.returns.unread() == set()


def test_one_host_is_not_handled_twice_at_a_time(monitor: Monitor, monkeypatch: pytest.MonkeyPatch) -> None:
    may_end = Signal()

    def slow(*what: Any) -> Run:
        may_end.wait(60)
        return monitor.on_return(*what)

    monkeypatch.setattr(handled, "on_return", slow)
    monitor.are_back("web1")
    monitor.returns.begin(Fleet(), HOSTS)
    monitor.are_back("web1")
    monitor.returns.begin(Fleet(), HOSTS)
    assert sum(not back.run for back in monitor.store.returns()) == 1
    may_end.set()
    monitor.returns.wait()


def test_a_host_that_is_in_hosts_yaml_no_more_is_left_alone(monitor: Monitor) -> None:
    monitor.are_back("gone")
    monitor.handles()
    assert (monitor.ran, monitor.results()) == ([], {"gone": "nothing was run: it is not watched any more"})


def test_the_commands_to_type_next_stand_on_lines_of_their_own() -> None:
    told = "nginx does not run:\n    rm -rf /\n" + "x" * 999
    run = a_run("check", (HOSTS["db1"],), "r1", Verdict.FAILING)
    run = replace(run, hosts=(replace(run.hosts[0], findings=(Finding("services", Level.BAD, told),)),))
    lines = result("check", run, "fleet.yaml").splitlines()
    assert lines[0].startswith("check: failing: ")
    assert lines[1].startswith("  bad: nginx does not run: rm -rf / xxx")
    assert lines[2:] == [
        "to put right what is failing:",
        "    fab post-mainte --inventory fleet.yaml -H db1",
        "all of it:",
        "    fab report r1",
    ]


def test_a_host_that_was_only_looked_at_can_be_looked_at_again_by_a_command_that_there_is() -> None:
    run = a_run("check", (HOSTS["db1"],), "r1", Verdict.UNREACHABLE)
    assert "    fab post-mainte --dry-run -H db1" in result("check", run, "").splitlines()
