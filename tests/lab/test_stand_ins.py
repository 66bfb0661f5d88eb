"""The stand-ins speak and act as the real commands do (FIELD.md A4, I5; LAB.md), under every sh."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from remedy.lab.embedded import Daemon, HostSpec, Init, Running, Service
from remedy.lab.embedded.root import make_root
from remedy.lab.embedded.state import HostState

BEHIND = -10800.0
SHELLS = {"dash": ["dash"], "bash": ["bash", "--posix"], "busybox": ["busybox", "sh"]}

NTPD = Service(Daemon.NTPD)
NTPD_STOPPED = Service(Daemon.NTPD, Running.NO)
NTPD_DEAD = Service(Daemon.NTPD, Running.DEAD, enabled=False)


@dataclass(frozen=True)
class Said:
    """What a command printed, on both outputs, and how it ended."""

    text: str
    status: int


@dataclass(frozen=True)
class Machine:
    """A host of the lab without its SSH server."""

    state: HostState
    shell: list[str]

    def run(self, command: str, *arguments: str, stdin: str = "") -> Said:
        root = self.state.root
        ran = subprocess.run(
            [*self.shell, str(root / command if "/" in command else root / "bin" / command), *arguments],
            input=stdin.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"PATH": f"{root}/bin", "REMEDY_ROOT": str(root), "TZ": "UTC"},
            timeout=20,
            check=False,
        )
        return Said(ran.stdout.decode(), ran.returncode)


MakeMachine = Callable[..., Machine]


@pytest.fixture(params=SHELLS)
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> MakeMachine:
    """Makes hosts whose stand-ins run under one shell."""
    program, *arguments = SHELLS[request.param]
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed")
    names = map(str, count())

    def make(init: Init, *services: Service, **spec: object) -> Machine:
        host = HostSpec("h", init, services, **spec)  # type: ignore[arg-type]  # whatever a test says
        return Machine(make_root(tmp_path / next(names), host), [path, *arguments])

    return make


def test_gnu_date_tells_the_hosts_own_time(machine: MakeMachine) -> None:
    host = machine(Init.REDHAT, offset=BEHIND)
    for form, pattern in (("+%s.%N", r"\d+\.\d{9}\n"), ("+%s %N", r"\d+ \d{9}\n"), ("+%s", r"\d+\n")):
        before = time.time()
        said = host.run("date", form)
        after = time.time()
        assert re.fullmatch(pattern, said.text)
        told = float(said.text.strip().replace(" ", "."))
        assert before + BEHIND - 1 < told < after + BEHIND + 0.001


def test_gnu_date_sets_the_clock_to_a_moment(machine: MakeMachine) -> None:
    host = machine(Init.REDHAT, offset=BEHIND)
    said = host.run("date", "-u", "-s", f"@{time.time() + 60:.3f}", "+%Z")
    assert (said.text, said.status) == ("UTC\n", 0)
    assert 59 < host.state.offset <= 60


def test_gnu_date_moves_the_clock_by_seconds(machine: MakeMachine) -> None:
    host = machine(Init.REDHAT, offset=BEHIND)
    assert host.run("date", "-u", "-s", "+10800.250 seconds").status == 0
    assert host.state.offset == pytest.approx(0.25)
    assert host.run("date", "-u", "-s", "-3600.500 seconds").status == 0
    assert host.state.offset == pytest.approx(-3600.25)


def test_gnu_date_prints_the_wanted_time_even_if_it_may_not_set_it(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, offset=BEHIND, capable=False)
    said = host.run("date", "-u", "-s", "@1000000000", "+%s")
    assert said == Said("date: cannot set date: Operation not permitted\n1000000000\n", 1)
    assert host.state.offset == BEHIND


def test_busybox_date_knows_no_fractions(machine: MakeMachine) -> None:
    host = machine(Init.OPENRC, Service(Daemon.BUSYBOX), offset=BEHIND)
    assert re.fullmatch(r"\d+\.%N\n", host.run("date", "+%s.%N").text)
    assert host.run("date", "-u", "-s", "@1000000000.5") == Said("date: invalid date '@1000000000.5'\n", 1)
    assert host.run("date", "-u", "-s", "+5 seconds").status == 1
    assert host.state.offset == BEHIND
    host.run("date", "-u", "-s", f"@{int(time.time())}")
    assert -1.1 < host.state.offset < 0.1


def test_busybox_adjtimex_tells_microseconds_and_whether_the_clock_is_synchronised(machine: MakeMachine) -> None:
    host = machine(Init.OPENRC, Service(Daemon.BUSYBOX), offset=BEHIND)
    said = host.run("busybox", "adjtimex").text
    seconds, micros = re.findall(r"time\.tv_u?sec: +(\d+)\n", said)
    assert float(f"{seconds}.{int(micros):06d}") == pytest.approx(time.time() + BEHIND, abs=2)
    assert "status:       0 ()" in said
    host.run("date", "-s", "@1000000000")
    assert "status:       64 (UNSYNC)" in host.run("adjtimex").text


def test_busybox_names_its_applets_and_has_no_others(machine: MakeMachine) -> None:
    host = machine(Init.OPENRC, Service(Daemon.BUSYBOX))
    assert "ntpd" in host.run("busybox", "--list").text.split()
    assert host.run("busybox", "reboot") == Said("reboot: applet not found\n", 127)


def test_hwclock_writes_the_clock_to_the_hardware_clock_if_there_is_one(machine: MakeMachine) -> None:
    host = machine(Init.REDHAT, offset=BEHIND, rtc=0.0)
    assert host.run("hwclock", "--systohc") == Said("", 0)
    assert host.state.rtc == BEHIND
    assert (host.state.root / "dev/rtc0").exists()
    without = machine(Init.REDHAT)
    said = without.run("hwclock", "-w")
    assert said.status == 1
    assert said.text.startswith("hwclock: Cannot access the Hardware Clock via any known method.\n")


def test_isc_ntpdate_steps_a_wrong_clock(machine: MakeMachine) -> None:
    host = machine(Init.DEBIAN, NTPD_STOPPED, offset=BEHIND)
    said = host.run("ntpdate", "ntp.example.net")
    assert said.status == 0
    assert said.text.endswith("step time server ntp.example.net offset +10800.000000 sec\n")
    assert host.state.offset == 0


def test_isc_ntpdate_slews_a_small_offset(machine: MakeMachine) -> None:
    host = machine(Init.DEBIAN, NTPD_STOPPED, offset=-0.3)
    assert host.run("ntpdate", "h").text.endswith("adjust time server h offset +0.300000 sec\n")
    assert host.state.offset == -0.3
    host.run("ntpdate", "-b", "h")
    assert host.state.offset == 0


def test_isc_ntpdate_finds_the_socket_in_use_while_ntpd_runs_unless_it_takes_another(machine: MakeMachine) -> None:
    host = machine(Init.DEBIAN, NTPD, offset=BEHIND)
    said = host.run("ntpdate", "h")
    assert said.status == 1
    assert said.text.endswith("the NTP socket is in use, exiting\n")
    assert host.run("ntpdate", "-u", "h").status == 0
    assert host.state.offset == 0


def test_isc_ntpdate_exits_0_though_it_may_not_step(machine: MakeMachine) -> None:
    host = machine(Init.DEBIAN, NTPD_STOPPED, offset=BEHIND, capable=False)
    said = host.run("ntpdate", "-b", "h")
    assert said.status == 0
    assert said.text.endswith("step-systime: Operation not permitted\n")
    assert host.state.offset == BEHIND


def test_isc_ntpdate_only_looks_when_it_is_asked_to(machine: MakeMachine) -> None:
    host = machine(Init.DEBIAN, NTPD, offset=BEHIND)
    assert host.run("ntpdate", "-q", "h").text.endswith("step time server h offset +10800.000000 sec\n")
    assert host.state.offset == BEHIND
    assert host.state.calls == ()


def test_no_ntp_tool_steps_without_an_answer(machine: MakeMachine) -> None:
    isc = machine(Init.DEBIAN, NTPD_STOPPED, offset=BEHIND, ntp=False)
    said = isc.run("ntpdate", "h")
    assert (said.status, said.text.split("]: ")[1]) == (1, "no server suitable for synchronization found\n")
    assert isc.run("sntp", "-S", "h").status == 1
    assert isc.run("ntpd", "-g", "-q").status == 1
    ntpsec = machine(Init.SYSTEMD, Service(Daemon.NTPSEC, Running.NO), offset=BEHIND, ntp=False)
    assert ntpsec.run("ntpdate", "h") == Said("ntpdig: no eligible servers\n", 1)
    chrony = machine(Init.SYSTEMD, Service(Daemon.CHRONYD, Running.NO), offset=BEHIND, ntp=False)
    said = chrony.run("chronyd", "-q", "server h iburst")
    assert (said.status, "No suitable source for synchronisation" in said.text) == (1, True)
    busybox = machine(Init.OPENRC, Service(Daemon.BUSYBOX), offset=BEHIND, ntp=False)
    assert busybox.run("ntpd", "-n", "-q", "-p", "h").status == 142
    assert {host.state.offset for host in (isc, ntpsec, chrony, busybox)} == {BEHIND}


def test_ntpsecs_ntpdate_prints_ntpdigs_words_and_steps_beside_the_daemon(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.NTPSEC), offset=BEHIND)
    said = host.run("ntpdate", "h")
    assert said.status == 0
    assert re.search(r"^CLOCK: time stepped by 10800\.000000\n.* \+10800\.000000 \+/- .* h s2 no-leap\n$", said.text)
    assert host.state.offset == 0


def test_ntpsecs_ntpdate_slews_a_small_offset(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.NTPSEC), offset=-0.3)
    assert host.run("ntpdate", "h").status == 0
    assert host.state.offset == -0.3


def test_ntpdig_fails_where_it_may_not_step(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.NTPSEC), offset=BEHIND, capable=False)
    said = host.run("ntpdig", "-S", "h")
    assert said.status == 1
    assert said.text.startswith("CLOCK: step_systime: Operation not permitted\n")


def test_sntp_only_looks_unless_it_is_told_to_step(machine: MakeMachine) -> None:
    host = machine(Init.DEBIAN, NTPD, offset=BEHIND)
    assert "+10800.000000 +/- 0.000418 h s2 no-leap" in host.run("sntp", "h").text
    assert host.state.offset == BEHIND
    assert host.run("sntp", "-S", "h").status == 0
    assert host.state.offset == 0
    assert host.run("sntp").status == 64


def test_isc_ntpd_sets_the_clock_once_and_refuses_what_is_too_far(machine: MakeMachine) -> None:
    host = machine(Init.DEBIAN, NTPD_STOPPED, offset=BEHIND)
    assert host.run("ntpd", "-q") == Said("", 255)
    assert host.run("ntpd", "-gq") == Said("ntpd: time set +10800.000000s\n", 0)
    assert host.state.offset == 0
    running = machine(Init.DEBIAN, NTPD, offset=BEHIND)
    assert running.run("ntpd", "-g", "-q").status == 1
    assert running.state.offset == BEHIND


def test_busybox_ntpd_sets_the_clock_beside_another_one(machine: MakeMachine) -> None:
    host = machine(Init.OPENRC, Service(Daemon.BUSYBOX), offset=BEHIND)
    said = host.run("busybox", "ntpd", "-n", "-q", "-p", "h")
    assert said.status == 0
    assert re.fullmatch(r"ntpd: setting time to .* \(offset \+10800\.000000s\)\n", said.text)
    assert host.state.offset == 0


def test_chronyd_sets_the_clock_once_only_while_no_other_runs(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.CHRONYD, Running.NO), offset=BEHIND)
    assert "System clock wrong by 10800.000000 seconds (ignored)" in host.run("chronyd", "-Q", "server h iburst").text
    assert host.state.offset == BEHIND
    said = host.run("chronyd", "-q", "server h iburst")
    assert (said.status, "System clock wrong by 10800.000000 seconds (step)" in said.text) == (0, True)
    assert host.state.offset == 0
    running = machine(Init.SYSTEMD, Service(Daemon.CHRONYD), offset=BEHIND)
    said = running.run("chronyd", "-q", "server h iburst")
    assert (said.status, "Another chronyd may already be running" in said.text) == (1, True)


def test_chronyc_cannot_talk_to_a_chronyd_that_is_stopped(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.CHRONYD, Running.NO))
    assert host.run("chronyc", "tracking") == Said("506 Cannot talk to daemon\n", 1)


def test_chronyc_tells_how_far_the_clock_is_off_as_chronyd_last_saw_it(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.CHRONYD), offset=BEHIND, believed=10791.84)
    said = host.run("chronyc", "-n", "tracking")
    assert "System time     : 10791.840000000 seconds slow of NTP time\n" in said.text
    assert "Leap status     : Normal\n" in said.text
    fields = host.run("chronyc", "-n", "-c", "tracking").text.strip().split(",")
    assert (len(fields), fields[4], fields[13]) == (14, "10791.840000", "Normal")


def test_makestep_does_what_chronyd_knows_and_a_burst_lets_it_know_the_present(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.CHRONYD), offset=BEHIND)
    assert host.run("chronyc", "makestep") == Said("200 OK\n", 0)
    assert host.state.offset == BEHIND
    assert host.run("chronyc", "-a", "burst 4/4") == Said("200 OK\n", 0)
    assert host.run("chronyc", "-a", "makestep") == Said("200 OK\n", 0)
    assert host.state.offset == BEHIND  # its samples are not in yet
    host.state.set("burst", "1")  # now they are
    assert host.run("chronyc", "-a", "makestep") == Said("200 OK\n", 0)
    assert host.state.offset == 0


def test_makestep_is_refused_where_the_clock_may_not_be_set(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.CHRONYD), offset=BEHIND, believed=10800.0, capable=False)
    assert host.run("chronyc", "makestep") == Said("500 Failure\n", 1)


def test_a_visible_step_makes_chronyd_forget_what_it_knew(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.CHRONYD), offset=BEHIND, believed=10800.0)
    host.run("date", "-s", "-60 seconds")
    assert "Leap status     : Not synchronised" in host.run("chronyc", "tracking").text
    assert host.run("chronyc", "makestep") == Said("200 OK\n", 0)
    assert host.state.offset == BEHIND - 60


def test_ntpq_says_whether_ntpd_is_synchronised(machine: MakeMachine) -> None:
    host = machine(Init.DEBIAN, NTPD)
    assert "\n*10.0.0.1" in host.run("ntpq", "-pn").text
    assert "leap=00, stratum=3" in host.run("ntpq", "-n", "-c", "rv").text
    host.state.set("services/ntp/synced", "no")
    assert "leap=11, stratum=16" in host.run("ntpq", "-n", "-c", "rv").text
    stopped = machine(Init.DEBIAN, NTPD_STOPPED)
    assert stopped.run("ntpq", "-pn") == Said("ntpq: read: Connection refused\n", 1)


def test_ntpctl_says_whether_openntpd_is_synchronised(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.OPENNTPD))
    assert "clock synced" in host.run("ntpctl", "-s", "status").text
    stopped = machine(Init.SYSTEMD, Service(Daemon.OPENNTPD, Running.NO))
    said = stopped.run("ntpctl", "-s", "status")
    assert (said.status, "Connection refused" in said.text) == (1, True)


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


def test_sudo_asks_for_its_password_in_the_given_words(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, user="admin", sudo_password="secret")
    prompt = ("-S", "-p", "a%%b")
    assert host.run("sudo", *prompt, "id", "-u", stdin="secret\n") == Said("a%b0\n", 0)
    said = host.run("sudo", *prompt, "id", "-u", stdin="wrong\nwrong\nwrong\n")
    assert said == Said("a%bSorry, try again.\na%bSorry, try again.\na%bsudo: 3 incorrect password attempts\n", 1)
    assert host.run("sudo", "-n", "id").status == 1
    assert machine(Init.SYSTEMD, user="admin").run("sudo", "-n", "id", "-u") == Said("0\n", 0)


def test_touch_stays_within_the_host(machine: MakeMachine, tmp_path: Path) -> None:
    host = machine(Init.SYSTEMD)
    assert host.run("touch", "/run/here").status == 0
    assert (host.state.root / "run/here").exists()
    assert not Path("/run/here").exists()


def test_a_hook_speaks_in_place_of_a_command(machine: MakeMachine) -> None:
    text = "echo 'step-systime: Operation not permitted'; exit 0"
    host = machine(Init.DEBIAN, NTPD_STOPPED, offset=BEHIND, hooks={"ntpdate": text})
    assert host.run("ntpdate", "h") == Said("step-systime: Operation not permitted\n", 0)
    assert host.state.offset == BEHIND
    host.state.unhook("ntpdate")
    host.run("ntpdate", "h")
    assert host.state.offset == 0


def test_nothing_of_this_machine_that_could_do_harm_is_in_reach(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.CHRONYD))
    harmless = {"sh", "cat", "sed", "setsid", "timeout", "flock"}
    links = {path.name: path.resolve() for path in (host.state.root / "bin").iterdir()}
    ours = {name for name, path in links.items() if "embedded" in path.parts}
    assert harmless <= links.keys()
    assert {"date", "hwclock", "systemctl", "touch", "id", "sudo", "timedatectl"} <= ours
    assert not {"kill", "pkill", "reboot", "shutdown", "service", "mount", "python3", "perl", "bash"} & links.keys()
