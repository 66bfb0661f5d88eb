"""The reference of a run: measured once, and anew where it is too old to be believed."""

import time
from collections.abc import Iterator

import pytest

from remedy.errors import HostError, NoReferenceError
from remedy.inventory.fleet import ReferenceSource
from remedy.lab.ntpserver import NTPServer
from remedy.reference import TrueTime, truetime


@pytest.fixture
def server() -> Iterator[NTPServer]:
    with NTPServer(time.time_ns) as server:
        yield server


def true_time(server: NTPServer) -> TrueTime:
    return TrueTime(ReferenceSource((server.name,), "never"))


@pytest.fixture
def is_old_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(truetime, "FRESH", 0.0)


def test_all_who_ask_within_a_minute_get_the_same_one(server: NTPServer) -> None:
    true = true_time(server)
    assert true() is true() is true.first


@pytest.mark.usefixtures("is_old_at_once")
def test_an_old_one_is_measured_anew(server: NTPServer) -> None:
    true = true_time(server)
    first, second = true(), true()
    assert first.measured < second.measured
    assert true.first is first


def test_where_there_is_none_the_run_ends_and_nobody_is_asked_again() -> None:
    true = TrueTime(ReferenceSource(("127.0.0.1:1",), "never"))
    for _ in range(2):
        with pytest.raises(NoReferenceError):
            true()


@pytest.mark.usefixtures("is_old_at_once")
def test_where_there_is_none_any_more_a_host_fails_and_the_next_one_asks_again(
    server: NTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = true_time(server)
    first = true.first
    with monkeypatch.context() as cut:
        cut.setattr(true, "_source", ReferenceSource(("127.0.0.1:1",), "never"))
        with pytest.raises(HostError, match="no trustworthy time"):
            true()
    assert true().measured > first.measured
