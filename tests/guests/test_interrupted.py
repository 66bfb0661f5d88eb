"""What may happen in the middle of a repair: afterwards the time service runs, and a second run ends right."""

import time

import pytest

from remedy.lab.guests.lab import Lab

from .host import RIGHT, STEPPED, Host, heal
from .toolkit import end, fab, start

PAUSE = 3 * 3600.0
MOMENTS = {"sysv": 2.0, "openntpd": 3.0, "ntpsec": 4.0, "busybox": 5.0, "openrc": 6.5, "chrony": 8.0}  # seconds
NAMES = tuple(MOMENTS)
LEFT_ALONE = 120.0  # seconds after which a service that was stopped by us runs again, link or no link

SPOILED = {
    "sysv": "dd if=/dev/zero of=/full bs=1M 2>/dev/null; cp /full /full2 2>/dev/null; true",  # no space left
    "ntpsec": "mount -o remount,ro /",
    "busybox": "mkdir -p /empty && mount --bind /empty /tmp && mount -o remount,bind,ro /tmp",
}
MENDED = {"sysv": "rm -f /full /full2", "ntpsec": "mount -o remount,rw /", "busybox": "umount /tmp"}


@pytest.fixture
def paused(lab: Lab, fleet: dict[str, Host]) -> list[Host]:
    """Hosts three hours behind, otherwise well."""
    hosts = [fleet[name] for name in NAMES]
    heal(hosts)
    lab.pause(NAMES, PAUSE)
    return hosts


def assert_well_after_a_second_run(lab: Lab, hosts: list[Host]) -> None:
    assert {host.name: host.runs_within(LEFT_ALONE) for host in hosts} == dict.fromkeys(NAMES, True)
    ran = fab(lab, "recover-time", NAMES)
    assert ran.status == 0, ran.said
    for host in hosts:
        assert host.settled_offset == pytest.approx(0, abs=RIGHT), host.name
        assert host.running, host.name
        assert host.enabled, host.name


def test_links_are_cut_at_several_points(lab: Lab, paused: list[Host]) -> None:
    process = start(lab, "recover-time", NAMES, "--timeout", "40")
    begun = time.monotonic()
    for name, moment in MOMENTS.items():
        time.sleep(max(0.0, begun + moment - time.monotonic()))
        lab.guest(name).cut()
    end(process)
    for name in NAMES:
        lab.guest(name).restore()
    lab.wait(NAMES)
    assert_well_after_a_second_run(lab, paused)


@pytest.mark.parametrize("moment", [3.0, 6.0])
def test_the_controller_is_killed(lab: Lab, paused: list[Host], moment: float) -> None:
    process = start(lab, "recover-time", NAMES)
    time.sleep(moment)
    process.kill()
    process.communicate()
    assert_well_after_a_second_run(lab, paused)


def test_guests_crash(lab: Lab, paused: list[Host]) -> None:
    process = start(lab, "recover-time", NAMES, "--timeout", "40")
    begun = time.monotonic()
    for name, moment in MOMENTS.items():
        time.sleep(max(0.0, begun + moment - time.monotonic()))
        lab.crash(name)
    end(process)
    lab.reboot(NAMES)
    assert_well_after_a_second_run(lab, paused)


def test_two_runs_at_once(lab: Lab, paused: list[Host]) -> None:
    for ran in [end(process) for process in [start(lab, "recover-time", NAMES) for _ in range(2)]]:
        assert {host["verdict"] for host in ran.document["hosts"]} <= {"ok", "repaired", "failing"}
    assert_well_after_a_second_run(lab, paused)


def test_disks_are_full_or_read_only(lab: Lab, paused: list[Host], fleet: dict[str, Host]) -> None:
    for name, command in SPOILED.items():
        fleet[name].run(command)
    try:
        ran = fab(lab, "recover-time", tuple(SPOILED))
        for name in SPOILED:
            assert fleet[name].offset == pytest.approx(0, abs=STEPPED), ran.host(name)
            assert fleet[name].running, ran.host(name)
    finally:
        for name, command in MENDED.items():
            fleet[name].run(command)
    assert_well_after_a_second_run(lab, paused)
