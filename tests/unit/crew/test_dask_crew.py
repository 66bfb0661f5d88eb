"""What travels to Dask's workers, and what becomes of a visit that nobody is there for."""

import pickle
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

import pytest

from remedy.crew import Made, dask
from remedy.crew.worker import Order
from remedy.errors import NoReferenceError, UsageError
from remedy.inventory import Host
from remedy.inventory.fleet import ReferenceSource
from remedy.job import Job
from remedy.report.progress import Progress
from remedy.run import Visit
from remedy.topics import chosen, looked_at

TOPICS = looked_at(chosen())
WEB1 = Host("web1", "192.0.2.1", groups=("tokyo",))
JOB = Job(TOPICS, host_seconds=60.0, repairing=("clock",))


def test_a_visit_travels_with_its_topics_by_name() -> None:
    travelled = pickle.loads(pickle.dumps(Visit(WEB1, JOB)))
    assert (travelled.host, travelled.job, travelled.has_begun) == (WEB1, JOB, False)
    assert all(mine is yours for mine, yours in zip(TOPICS, travelled.job.topics, strict=True))


def test_the_seconds_of_a_visit_go_on_where_it_is() -> None:
    visit = Visit(WEB1, JOB)
    visit.begin()
    assert pickle.loads(pickle.dumps(visit)).report().seconds == pytest.approx(visit.report().seconds, abs=1.0)


class Scheduler:
    """A client of a scheduler, as far as it is used: its workers, and what they answer."""

    def __init__(self, workers: dict[str, Any], status: str = "running", **said: Any) -> None:
        self.workers, self.status, self.said = workers, status, said
        self.callbacks: list[Callable[[Any], None]] = []

    def submit(self, _work: object, _visit: Visit, key: str) -> "Scheduler":
        assert key.startswith("web1-")
        return self

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        self.callbacks.append(callback)

    def scheduler_info(self) -> dict[str, Any]:
        return {"workers": self.workers}

    def cancel(self, _futures: object) -> None:
        pass

    def run(self, *_: Any, **__: Any) -> dict[str, Any]:
        return self.said

    def close(self) -> None:
        pass


def handed_out(client: Any) -> "Future[Made]":
    workers = dask._Workers(client, Progress())
    return workers.submit(partial(print), Visit(WEB1, JOB))


def test_a_visit_is_given_up_when_all_workers_are_gone_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "LOOKS", 0.01)
    report = handed_out(Scheduler({})).result(timeout=60).report
    assert (report.name, report.verdict, report.groups) == ("web1", "failing", ("tokyo",))
    assert report.error == "all Dask workers are gone; what was begun on the host ends by itself"


def test_a_visit_is_not_given_up_while_there_are_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "LOOKS", 0.01)
    future = handed_out(Scheduler({"tcp://192.0.2.9:4711": {}}))
    time.sleep(0.2)
    assert not future.done()


def test_a_visit_that_workers_died_of_is_a_report_like_any_other() -> None:
    class KilledWorker(Exception):  # noqa: N818  # as Dask calls it
        pass

    scheduler = Scheduler({"tcp://192.0.2.9:4711": {}})
    future = handed_out(scheduler)
    died: Future[Made] = Future()
    died.set_exception(KilledWorker())
    scheduler.callbacks[0](died)
    error = future.result(timeout=60).report.error
    assert error == "each Dask worker that had it died; what was begun on the host ends by itself"


def test_a_visit_is_not_begun_when_the_scheduler_was_lost() -> None:
    error = handed_out(Scheduler({}, status="closed")).result(timeout=60).report.error
    assert error == "the Dask scheduler was lost; what was begun on the host ends by itself"


def entered(monkeypatch: pytest.MonkeyPatch, **said: Any) -> None:
    monkeypatch.setattr(dask, "_connect", lambda _address: Scheduler({}, **said))
    with dask.Dask("dask://192.0.2.8:8786", Order("r", ReferenceSource(), accept_new=False)):
        pass


def test_a_scheduler_without_workers_says_how_to_start_some(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="has no workers: start some with: dask worker HOST:PORT"):
        entered(monkeypatch)


def test_a_worker_that_does_not_know_the_time_ends_the_run_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoReferenceError, match="the Dask worker far: nobody answered"):
        entered(monkeypatch, near=None, far=NoReferenceError("nobody answered"))


def test_a_worker_without_post_mainte_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="the Dask worker far has no post-mainte, or another version of it: No module"):
        entered(monkeypatch, near=None, far=ModuleNotFoundError("No module named 'remedy'"))


def test_who_has_no_dask_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"\.venv/bin/pip install -e '\.\[dask\]'"):
        dask.Dask("dask://192.0.2.8:8786", Order("r", ReferenceSource(), accept_new=False))
