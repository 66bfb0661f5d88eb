"""The lab itself: that its guests are what the other tests take them for."""

import time

import pytest

from remedy.lab.guests.errors import LabError
from remedy.lab.guests.lab import Lab
from remedy.lab.guests.machines import MACHINES

from .host import STEPPED, Host

HOUR = 3600.0
RIGHT_TICK, FAST, SLOW = 10_000, 11_000, 9_000  # microseconds that a kernel adds to its clock at each tick


@pytest.mark.parametrize("name", MACHINES)
def test_a_guest_comes_up_with_its_time_service_and_the_true_time(fleet: dict[str, Host], name: str) -> None:
    host = fleet[name]
    assert host.offset == pytest.approx(0, abs=STEPPED)
    assert not host.service or (host.running and host.enabled)


def test_a_paused_guest_is_behind_by_the_pause_and_no_other_is(lab: Lab, fleet: dict[str, Host]) -> None:
    paused, other = fleet["none"], fleet["chrony"]
    before = paused.run("cut -d' ' -f1 /proc/uptime; date +%s").split()
    offsets = paused.offset, other.offset
    lab.pause([paused.name], 3 * HOUR)
    after = paused.run("cut -d' ' -f1 /proc/uptime; date +%s").split()
    assert paused.offset - offsets[0] == pytest.approx(-3 * HOUR, abs=0.2)
    assert other.offset - offsets[1] == pytest.approx(0, abs=0.2)
    assert [float(late) - float(early) < 60 for early, late in zip(before, after, strict=True)] == [True, True]
    paused.lead(-paused.offset)
    assert paused.wrongs() == []


def test_a_clock_that_is_slewed_is_as_wrong_after_a_leap_as_before(lab: Lab, fleet: dict[str, Host]) -> None:
    host = fleet["busybox"]
    host.do("stop")
    host.run(f"adjtimex -t {FAST}")
    before = host.offset
    lab.advance(3 * HOUR)
    moved = host.offset - before
    host.run(f"adjtimex -t {SLOW}")  # a clock must not be moved back
    while host.offset > 0:
        time.sleep(0.1)
    host.run(f"adjtimex -t {RIGHT_TICK}")
    host.lead(-host.offset)
    host.do("start")
    assert moved == pytest.approx(0, abs=1)
    assert host.wrongs() == []


def test_a_pause_that_cannot_be_lets_all_go_on(lab: Lab) -> None:
    with pytest.raises(LabError, match="no guest 'nosuch'"):
        lab.pause(["none", "nosuch"], 3 * HOUR)
    assert lab.guest("none").answers()


def test_a_cut_link_lets_nothing_pass(lab: Lab) -> None:
    guest = lab.guest("none")
    guest.cut()
    assert not guest.answers()
    guest.restore()
    assert guest.answers(5)
