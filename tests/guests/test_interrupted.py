"""What may happen in the middle of a repair: afterwards the time service runs, and a second run ends right."""

import signal
import subprocess
from collections.abc import Iterable

import pytest

from remedy.lab.guests.lab import Lab

from .host import STEPPED, Host, at_once, wrongs
from .moments import Moment, struck
from .toolkit import PAUSE, end, fab, start

TIMEOUT = ("--timeout", "20")  # seconds that a run has for a host that is lost to it
LEFT_ALONE = 120.0  # seconds after which a repair has ended, link or no link

# STOPPED and STEPPING only where that takes seconds: else the moment is over before it is seen.
CUTS = (
    {
        "timesyncd": Moment.LOGGED_IN,
        "sysv": Moment.STOPPED,
        "dropbear": Moment.STEPPING,
        "chrony": Moment.BEGUN,
        "openntpd": Moment.STEPPED,
        "ntpsec": Moment.STEPPED,
        "openrc": Moment.STARTED,
    },
    {"admin": Moment.BEGUN, "openrc": Moment.STEPPED, "ntpsec": Moment.STARTED},
)
CRASHES = (
    {"busybox": Moment.LOGGED_IN},
    {
        "dropbear": Moment.STOPPED,
        "sysv": Moment.STEPPING,
        "chrony": Moment.STEPPED,
        "openntpd": Moment.STARTED,
    },
)
KILLS = {  # when a controller is killed, and the hosts that it is at
    ("sysv", Moment.STOPPED): ("sysv", "ntpsec", "chrony"),
    ("openntpd", Moment.STEPPED): ("openntpd", "openrc", "dropbear"),
}
SEVERAL = tuple(name for names in KILLS.values() for name in names)
# How commands begin that step a clock.
STEPS = ("ntpdate", "ntpdig", "sntp", "ntpd -g", "busybox ntpd", "chronyd -q", "chronyc -a makestep", "env TZ=")

SPOILED = {
    "sysv": "dd if=/dev/zero of=/full bs=1M 2>/dev/null; cp /full /full2 2>/dev/null; true",  # no space left
    "ntpsec": "mount -o remount,ro /",
    "openrc": "mount --bind /mnt /tmp && mount -o remount,bind,ro /tmp",
}
MENDED = {"sysv": "rm -f /full /full2", "ntpsec": "mount -o remount,rw /", "openrc": "umount /tmp"}


def assert_well_after_a_second_run(lab: Lab, hosts: Iterable[Host]) -> None:
    hosts = list(hosts)
    names = [host.name for host in hosts]
    assert at_once(lambda host: host.is_at_rest_within(LEFT_ALONE), hosts) == dict.fromkeys(names, True)
    assert at_once(lambda host: host.running, hosts) == dict.fromkeys(names, True)
    ran = fab(lab, "recover-time", names)
    assert set(ran.verdicts.values()) <= {"ok", "repaired"}, ran.said
    assert wrongs(hosts) == {}


@pytest.mark.parametrize(
    ("cuts", "crashes"), tuple(zip(CUTS, CRASHES, strict=True)), ids=["once", "and at other points"]
)
def test_links_are_cut_and_guests_crash(
    lab: Lab, fleet: dict[str, Host], cuts: dict[str, Moment], crashes: dict[str, Moment]
) -> None:
    moments = cuts | crashes
    hosts = {fleet[name]: moment for name, moment in moments.items()}

    def strike(host: Host) -> None:
        if host.name in crashes:
            lab.crash(host.name)
        else:
            lab.guest(host.name).cut()

    lab.pause(list(moments), PAUSE)
    try:
        with struck(hosts, strike):
            end(start(lab, "recover-time", list(moments), *TIMEOUT))
    finally:
        for name in cuts:
            lab.guest(name).restore()
        lab.reboot(list(crashes))
    lab.wait(cuts)
    assert_well_after_a_second_run(lab, hosts)


def test_controllers_are_killed(lab: Lab, fleet: dict[str, Host]) -> None:
    lab.pause(SEVERAL, PAUSE)
    controllers: dict[str, subprocess.Popen[str]] = {}
    with struck({fleet[name]: moment for name, moment in KILLS}, lambda host: controllers[host.name].kill()):
        for (name, _), names in KILLS.items():
            controllers[name] = start(lab, "recover-time", names)
    for controller in controllers.values():
        controller.communicate()
        assert controller.returncode == -signal.SIGKILL
    assert_well_after_a_second_run(lab, (fleet[name] for name in SEVERAL))


def test_two_runs_at_once(lab: Lab, fleet: dict[str, Host]) -> None:
    hosts = [fleet[name] for name in SEVERAL]
    lab.pause(SEVERAL, PAUSE)
    runs = [end(process) for process in [start(lab, "recover-time", SEVERAL) for _ in range(2)]]
    offset = {host.name: host.offset for host in hosts}
    assert offset == pytest.approx(dict.fromkeys(SEVERAL, 0), abs=STEPPED), [ran.document for ran in runs]
    for name in SEVERAL:
        told = [ran.host(name) for ran in runs]
        verdicts = {host["verdict"] for host in told}
        assert "repaired" in verdicts, told
        assert verdicts <= {"ok", "repaired", "failing"}, told  # failing: it has waited for the other one in vain
        assert [any(ran.ran(name, step) for step in STEPS) for ran in runs].count(True) == 1, told
    assert_well_after_a_second_run(lab, hosts)


def test_disks_are_full_or_read_only(lab: Lab, fleet: dict[str, Host]) -> None:
    hosts = [fleet[name] for name in SPOILED]
    lab.pause(list(SPOILED), PAUSE)
    at_once(lambda host: host.run(SPOILED[host.name]), hosts)
    try:
        ran = fab(lab, "recover-time", list(SPOILED))
        assert ran.verdicts == dict.fromkeys(SPOILED, "repaired"), ran.document
        offset = {host.name: host.offset for host in hosts}
        assert offset == pytest.approx(dict.fromkeys(SPOILED, 0), abs=STEPPED), ran.document
        assert at_once(lambda host: host.running, hosts) == dict.fromkeys(SPOILED, True)
    finally:
        at_once(lambda host: host.run(MENDED[host.name]), hosts)
    assert_well_after_a_second_run(lab, hosts)
