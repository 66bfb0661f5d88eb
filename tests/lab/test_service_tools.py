"""The stand-ins for services speak and act as the real commands do (FIELD.md I5; LAB.md), under every sh."""

import os
import re

import pytest

from remedy.lab.embedded import Daemon, Init, Running, Service

from .machine import MakeMachine, Said

BEHIND = -10800.0
NTPD = Service(Daemon.NTPD)
NTPD_DEAD = Service(Daemon.NTPD, Running.DEAD, enabled=False)


def test_timedatectl_tells_the_kernels_flag_which_a_step_resets(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.TIMESYNCD), offset=BEHIND)
    assert host.run("timedatectl", "show", "-p", "NTP", "-p", "NTPSynchronized", "--value") == Said("yes\nyes\n", 0)
    assert "System clock synchronized: yes\n              NTP service: active\n" in host.run("timedatectl").text
    host.run("date", "-s", "+5 seconds")
    assert host.run("timedatectl", "show", "-p", "NTPSynchronized") == Said("NTPSynchronized=no\n", 0)
    assert host.run("timedatectl", "set-time", "12:00").status == 1


def test_systemctl_shows_a_service_by_its_alias_only_while_it_is_enabled(machine: MakeMachine) -> None:
    properties = ("show", "-p", "Id", "-p", "LoadState", "-p", "ActiveState", "-p", "SubState", "-p", "UnitFileState")
    running = "LoadState=loaded\nActiveState=active\nSubState=running\n"
    host = machine(Init.SYSTEMD, Service(Daemon.NTPSEC))
    assert (
        host.run("systemctl", *properties, "ntp.service").text == f"Id=ntpsec.service\n{running}UnitFileState=enabled\n"
    )
    assert host.run("systemctl", "is-enabled", "ntp") == Said("alias\n", 0)
    assert host.run("systemctl", "enable", "ntp").status == 1
    host.run("systemctl", "disable", "ntpsec")
    assert host.run("systemctl", *properties, "ntpsec", "ntp").text == (
        f"Id=ntpsec.service\n{running}UnitFileState=disabled\n\n"
        "Id=ntp.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\nUnitFileState=\n"
    )


def test_systemctl_tells_a_service_that_died_from_one_that_was_stopped(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.NTPSEC, Running.DEAD))
    properties = ("show", "-p", "ActiveState", "-p", "Result", "-p", "ExecMainStatus", "ntpsec")
    assert host.run("systemctl", *properties).text == "Result=exit-code\nExecMainStatus=255\nActiveState=failed\n"
    assert host.run("systemctl", "is-active", "ntpsec") == Said("failed\n", 3)
    host.run("systemctl", "reset-failed", "ntpsec")
    assert host.run("systemctl", "is-active", "ntpsec") == Said("inactive\n", 3)


def test_systemctl_shows_what_failed_of_all(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.NTPSEC, Running.DEAD), Service(Daemon.CHRONYD, Running.NO))
    shown = ("show", "--state=failed", "-p", "Id", "-p", "ActiveState", "*")
    assert host.run("systemctl", *shown) == Said("Id=ntpsec.service\nActiveState=failed\n", 0)
    host.run("systemctl", "start", "ntpsec")
    assert host.run("systemctl", *shown) == Said("", 0)


def test_systemctl_answers_for_an_unknown_unit_as_systemd_does(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD)
    no_file = "Failed to get unit file state for nosuch.service: No such file or directory\n"
    assert host.run("systemctl", "is-active", "nosuch") == Said("inactive\n", 3)
    assert host.run("systemctl", "is-enabled", "nosuch") == Said(no_file, 1)
    assert host.run("systemctl", "start", "nosuch").status == 5
    assert host.run("systemctl", "show", "-p", "LoadState", "nosuch") == Said("LoadState=not-found\n", 0)


def test_systemctl_stops_starts_and_enables(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.CHRONYD, enabled=False))
    assert host.run("systemctl", "stop", "chrony").status == 0
    assert host.state.running("chrony") is Running.NO
    assert host.run("systemctl", "enable", "--now", "chrony").status == 0
    assert host.state.running("chrony") is Running.YES
    assert host.state.enabled("chrony")
    assert host.state.calls == ("systemctl stop chrony", "systemctl enable chrony")


def test_one_time_service_that_starts_ends_another(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.NTPSEC, Running.NO), Service(Daemon.TIMESYNCD))
    host.run("systemctl", "start", "ntpsec")
    assert host.state.running("systemd-timesyncd") is Running.NO


def test_in_a_container_systemctl_starts_nothing_and_says_that_all_is_well(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.CHRONYD, Running.NO), capable=False, container="lxc")
    assert host.run("systemctl", "start", "chrony") == Said("", 0)
    assert host.state.running("chrony") is Running.NO
    assert "ConditionResult=no\n" in host.run("systemctl", "show", "chrony").text
    assert host.run("systemd-detect-virt", "-c") == Said("lxc\n", 0)
    assert machine(Init.SYSTEMD).run("systemd-detect-virt", "-c") == Said("none\n", 1)


@pytest.mark.parametrize("daemon", [Daemon.CHRONYD, Daemon.TIMESYNCD])
def test_a_daemon_that_steps_at_its_start_does_so(machine: MakeMachine, daemon: Daemon) -> None:
    host = machine(Init.SYSTEMD, Service(daemon, Running.NO), offset=BEHIND)
    host.run("systemctl", "start", *host.state.services)
    assert host.state.offset == 0


def test_a_daemon_that_does_not_step_at_once_leaves_a_wrong_clock(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.OPENNTPD, Running.NO), offset=BEHIND)
    host.run("systemctl", "start", "openntpd")
    assert host.state.offset == BEHIND


@pytest.mark.parametrize(
    ("running", "text", "status"),
    [
        (Running.DEAD, "ntpd dead but pid file exists\n", 1),
        (Running.NO, "ntpd is stopped\n", 3),
    ],
)
def test_service_of_redhat_tells_by_its_status(machine: MakeMachine, running: Running, text: str, status: int) -> None:
    host = machine(Init.REDHAT, Service(Daemon.NTPD, running))
    assert host.run("service", "ntpd", "status") == Said(text, status)


def test_service_of_redhat_restarts_what_was_dead(machine: MakeMachine) -> None:
    host = machine(Init.REDHAT, NTPD_DEAD)
    assert host.run("service", "ntpd", "restart") == Said(
        "Shutting down ntpd: [FAILED]\r\nStarting ntpd: [  OK  ]\r\n", 0
    )
    assert re.fullmatch(r"ntpd \(pid  \d+\) is running\.\.\.\n", host.run("service", "ntpd", "status").text)
    assert host.run("service", "ntpd", "start") == Said("Starting ntpd: \n", 0)
    assert host.run("service", "nosuch", "status") == Said("nosuch: unrecognized service\n", 1)


def test_service_of_debian_stops_what_runs_or_not_with_the_same_words(machine: MakeMachine) -> None:
    host = machine(Init.DEBIAN, NTPD)
    assert host.run("service", "ntp", "status") == Said("NTP server is running.\n", 0)
    for _ in range(2):
        assert host.run("service", "ntp", "stop") == Said("Stopping NTP server: ntpd.\n", 0)
    assert host.run("service", "ntp", "status") == Said("NTP server is not running ... failed!\n", 3)
    dead = machine(Init.DEBIAN, NTPD_DEAD)
    assert dead.run("service", "ntp", "status") == Said("NTP server is not running ... failed!\n", 1)
    assert dead.run("service", "ntp", "start") == Said("Starting NTP server: ntpd.\n", 0)
    assert dead.state.running("ntp") is Running.YES


def test_an_init_script_is_what_its_name_says(machine: MakeMachine) -> None:
    host = machine(Init.DEBIAN, NTPD)
    script = host.state.root / "etc/init.d/ntp"
    assert os.access(script, os.X_OK)
    assert host.run("etc/init.d/ntp", "status") == Said("NTP server is running.\n", 0)


def test_a_process_is_in_proc_while_the_service_runs(machine: MakeMachine) -> None:
    host = machine(Init.DEBIAN, NTPD)

    def names() -> list[str]:
        return [path.read_text() for path in (host.state.root / "proc").glob("[2-9]*/comm")]

    assert names() == ["ntpd\n"]
    host.run("service", "ntp", "stop")
    assert names() == []
    host.run("service", "ntp", "start")
    assert names() == ["ntpd\n"]


def test_chkconfig_lists_and_switches(machine: MakeMachine) -> None:
    host = machine(Init.REDHAT, NTPD_DEAD)
    assert host.run("chkconfig", "--list", "ntpd").text.split()[4] == "3:off"
    assert host.run("chkconfig", "ntpd").status == 1
    assert host.run("chkconfig", "ntpd", "on") == Said("", 0)
    assert host.run("chkconfig", "--list", "ntpd").text.split()[4] == "3:on"
    assert host.state.enabled("ntpd")
    assert (host.state.root / "etc/rc5.d/S58ntpd").is_symlink()
    host.run("chkconfig", "ntpd", "off")
    assert not host.state.enabled("ntpd")
    assert (host.state.root / "etc/rc3.d/K42ntpd").is_symlink()
    assert host.run("chkconfig", "--list", "nosuch").status == 1


def test_update_rc_d_enables_only_what_has_links_and_makes_links_only_where_there_are_none(
    machine: MakeMachine,
) -> None:
    host = machine(Init.DEBIAN, Service(Daemon.NTPD, enabled=False))
    host.run("update-rc.d", "ntp", "defaults")
    assert not host.state.enabled("ntp")
    assert host.run("update-rc.d", "ntp", "enable").status == 0
    assert host.state.enabled("ntp")
    host.run("update-rc.d", "-f", "ntp", "remove")
    assert host.run("update-rc.d", "ntp", "enable").status == 1
    host.run("update-rc.d", "ntp", "defaults")
    assert host.state.enabled("ntp")
    assert host.run("update-rc.d", "nosuch", "enable").status == 1


@pytest.mark.parametrize(
    ("running", "text", "status"),
    [
        (Running.YES, " * status: started\n", 0),
        (Running.NO, " * status: stopped\n", 3),
        (Running.DEAD, " * status: crashed\n", 32),
    ],
)
def test_rc_service_tells_by_its_status(machine: MakeMachine, running: Running, text: str, status: int) -> None:
    host = machine(Init.OPENRC, Service(Daemon.BUSYBOX, running))
    assert host.run("rc-service", "ntpd", "status") == Said(text, status)


@pytest.mark.parametrize(
    ("running", "state"), [(Running.YES, "started"), (Running.DEAD, "crashed"), (Running.NO, "stopped")]
)
def test_rc_status_lists_the_runlevel(machine: MakeMachine, running: Running, state: str) -> None:
    host = machine(Init.OPENRC, Service(Daemon.CHRONYD, running), Service(Daemon.OPENNTPD, Running.NO, enabled=False))
    said = host.run("rc-status", "default")
    assert re.fullmatch(rf"Runlevel: default\n chronyd +\[  {state}  \]\n", said.text)
    assert said.status == 0


def test_openrc_starts_and_enables(machine: MakeMachine) -> None:
    host = machine(Init.OPENRC, Service(Daemon.BUSYBOX, Running.DEAD, enabled=False))
    assert host.run("rc-service", "nosuch", "start") == Said(" * rc-service: service `nosuch' does not exist\n", 1)
    host.run("rc-service", "ntpd", "zap")
    assert host.run("rc-service", "ntpd", "start") == Said(" * Starting ntpd ... [ ok ]\n", 0)
    assert host.run("rc-service", "ntpd", "start") == Said(" * WARNING: ntpd has already been started\n", 0)
    assert host.run("rc-update", "show", "default") == Said("", 0)
    assert host.run("rc-update", "add", "ntpd", "default").text == " * service ntpd added to runlevel default\n"
    assert host.run("rc-update", "show", "default").text.split() == ["ntpd", "|", "default"]
    assert host.state.enabled("ntpd")
    assert "already installed" in host.run("rc-update", "add", "ntpd", "default").text
