"""Deadlines and the watchdog."""

import threading
import time

import pytest

from remedy.ssh.deadline import Deadline, Watchdog, sooner


def test_a_deadline_names_itself_and_its_length() -> None:
    assert Deadline(10, "connect").says("no answer") == "connect deadline: no answer within 10 s"


def test_of_two_deadlines_the_sooner_holds() -> None:
    near, far = Deadline(1, "step"), Deadline(2, "host")

    assert sooner(near, far) is sooner(far, near) is near


def test_a_deadline_takes_no_notice_of_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    deadline = Deadline(10, "host")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3600)  # the controller's clock is stepped

    assert not deadline.passed


def test_the_watchdog_strikes_each_in_its_time() -> None:
    watchdog, struck, done = Watchdog(), list[str](), threading.Event()

    def last() -> None:
        struck.append("late")
        done.set()

    with (
        watchdog.watch(Deadline(0.2, "late"), last),
        watchdog.watch(Deadline(0.1, "soon"), lambda: struck.append("soon")),
        watchdog.watch(Deadline(60, "never"), lambda: struck.append("never")),
    ):
        assert done.wait(5)

    assert struck == ["soon", "late"]


def test_the_watchdog_does_not_strike_after_the_block() -> None:
    watchdog, struck = Watchdog(), list[str]()
    with watchdog.watch(Deadline(0.05, "step"), lambda: struck.append("over")):
        pass
    time.sleep(0.15)

    assert struck == []
