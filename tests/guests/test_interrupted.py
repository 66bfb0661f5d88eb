"""What may happen in the middle of a repair: afterwards the time service runs, and a second run ends right."""

import signal
import time

import pytest

from remedy.lab.guests.lab import Lab

from .host import Host
from .toolkit import end, fab, start

PAUSE = 3 * 3600.0
STOPPED_FOR = 120.0  # seconds after which a service that was stopped by us must run again, link or no link


@pytest.fixture(params=["sysv", "ntpsec", "busybox"])
def paused(request: pytest.FixtureRequest, lab: Lab, fleet: dict[str, Host]) -> Host:
    """A host three hours behind, otherwise well."""
    host = fleet[request.param]
    host.heal()
    lab.pause([host.name], PAUSE)
    return host


def runs_again(host: Host) -> bool:
    """Whether the time service is started again by what we left behind on the host."""
    deadline = time.monotonic() + STOPPED_FOR
    while not (runs := host.running) and time.monotonic() < deadline:
        time.sleep(1)
    return runs


def assert_a_second_run_ends_right(lab: Lab, host: Host) -> None:
    ran = fab(lab, "recover-time", [host.name])
    assert ran.status == 0, ran.document
    assert host.offset == pytest.approx(0, abs=0.05)
    assert host.running
    assert host.enabled


@pytest.mark.parametrize("after", [1.5, 3.0, 4.5, 6.0])
def test_a_link_cut_at_any_time_leaves_the_time_service_running(lab: Lab, paused: Host, after: float) -> None:
    process = start(lab, "recover-time", [paused.name], "--timeout", "40")
    time.sleep(after)
    lab.guest(paused.name).cut()
    ran = end(process)
    lab.guest(paused.name).restore()
    lab.wait([paused.name])
    assert runs_again(paused), ran.document
    assert_a_second_run_ends_right(lab, paused)


def test_a_controller_killed_in_the_middle_leaves_the_time_service_running(lab: Lab, paused: Host) -> None:
    process = start(lab, "recover-time", [paused.name])
    time.sleep(4)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert runs_again(paused)
    assert_a_second_run_ends_right(lab, paused)


def test_a_guest_that_crashes_in_the_middle_comes_back_well(lab: Lab, paused: Host) -> None:
    process = start(lab, "recover-time", [paused.name], "--timeout", "60")
    time.sleep(4)
    lab.reboot([paused.name])
    end(process)
    assert_a_second_run_ends_right(lab, paused)


def test_two_runs_at_once_do_no_harm(lab: Lab, paused: Host) -> None:
    both = [start(lab, "recover-time", [paused.name]) for _ in range(2)]
    ended = [end(process) for process in both]
    assert 0 in [ran.status for ran in ended], [ran.document for ran in ended]
    assert paused.offset == pytest.approx(0, abs=0.05)
    assert paused.running


@pytest.mark.parametrize(
    ("spoil", "mend"),
    [
        ("dd if=/dev/zero of=/full bs=1M 2>/dev/null; cp /full /full2 2>/dev/null; true", "rm -f /full /full2"),
        ("mount -o remount,ro /", "mount -o remount,rw /"),
        ("mkdir -p /empty && mount --bind -o ro /empty /tmp && mount -o remount,bind,ro /tmp", "umount /tmp"),
    ],
    ids=["disk full", "read-only root", "tmp not writable"],
)
def test_a_spoilt_disk_is_no_hindrance_to_the_clock(lab: Lab, paused: Host, spoil: str, mend: str) -> None:
    paused.run(spoil)
    try:
        ran = fab(lab, "recover-time", [paused.name])
        assert paused.offset == pytest.approx(0, abs=0.05), ran.document
        assert paused.running
    finally:
        paused.run(mend)
