"""The stand-ins that tell and set a clock speak and act as the real commands do (FIELD.md A4), under every sh."""

import re
import time

import pytest

from remedy.lab.embedded import Daemon, Init, Running, Service

from .machine import MakeMachine, Said

BEHIND = -10800.0
NTPD = Service(Daemon.NTPD)
NTPD_STOPPED = Service(Daemon.NTPD, Running.NO)


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
