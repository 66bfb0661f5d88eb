"""Facts from answers, a file a case: recorded on real hosts (bookworm-*, bullseye-*), or written after manuals."""

from pathlib import Path

import pytest

from remedy.errors import ProbeError
from remedy.initsystem import EXITED, Init
from remedy.inventory import Host
from remedy.reference import Reference
from remedy.shell.answers import Answers, FrameReader
from remedy.timeservice import Kind, TimeServiceFacts
from remedy.timeservice.facts import read
from remedy.topic import Situation

CASES = Path(__file__).parents[2] / "data/timeservice"
SITUATION = Situation(Host("web1", "192.0.2.1"), Reference("ntp", 0.0, 0.001, 0.0))
YES, NO, SILENT = True, False, None

HEALTH = {  # the end of a recorded case's name: running, enabled, how it failed
    "healthy": (YES, YES, ""),
    "started": (YES, YES, ""),
    "killed": (YES, YES, ""),  # and started again by systemd
    "stopped": (NO, YES, ""),
    "stopped-disabled": (NO, NO, ""),
}
SERVICES = {
    "bookworm-ntpsec": (Init.SYSTEMD, "ntpsec", Kind.NTPSEC),
    "bookworm-chrony": (Init.SYSTEMD, "chrony", Kind.CHRONY),
    "bookworm-timesyncd": (Init.SYSTEMD, "systemd-timesyncd", Kind.TIMESYNCD),
    "bookworm-openntpd": (Init.SYSTEMD, "openntpd", Kind.OPENNTPD),
    "bookworm-openrc-ntpsec": (Init.OPENRC, "ntpsec", Kind.NTPSEC),
    "bullseye-sysv-isc": (Init.SYSV, "ntp", Kind.ISC),
}
RECORDED = [
    (host, state) for host in SERVICES for state in HEALTH if (CASES / f"{host}-{state}.txt").exists()
]  # fmt: skip


def answers(case: str) -> Answers:
    reader = FrameReader("TOKEN")
    for _ in reader.feed((CASES / f"{case}.txt").read_bytes(), 0.0):
        pass
    reader.close()
    return Answers(tuple(reader.answers))


def facts(case: str) -> TimeServiceFacts:
    return read(answers(case), SITUATION)


@pytest.mark.parametrize(("host", "state"), RECORDED)
def test_a_recorded_host_is_read_as_it_was(host: str, state: str) -> None:
    init, name, kind = SERVICES[host]
    read_facts = facts(f"{host}-{state}")
    service = read_facts.active
    assert service
    assert (read_facts.init, service.name, service.kind) == (init, name, kind)
    assert (service.running, service.enabled, service.failed) == HEALTH[state]
    assert read_facts.services == (service,)
    assert (service.by_hand, service.unmet, service.masked) == (False, False, False)


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("bookworm-ntpsec-healthy", YES),
        ("bookworm-ntpsec-started", NO),
        ("bookworm-chrony-healthy", YES),
        ("bookworm-chrony-started", NO),
        ("bookworm-timesyncd-healthy", YES),
        ("bookworm-openntpd-healthy", NO),
        ("bullseye-sysv-isc-healthy", YES),
        ("bullseye-sysv-isc-started", NO),
        ("bookworm-openrc-ntpsec-healthy", YES),
        ("bookworm-ntpsec-stopped", SILENT),
        ("alpine-openrc-busybox-healthy", YES),
        ("alpine-openrc-busybox-unsynchronised", NO),
        ("started-by-hand-no-init", SILENT),
    ],
)
def test_synchronised_is_the_running_daemons_own_word(case: str, says: bool | None) -> None:
    assert facts(case).synchronised is says


@pytest.mark.parametrize(
    ("case", "end"),
    [
        ("bookworm-ntpsec-dead", "signal 9"),
        ("bookworm-chrony-dead", "signal 9"),
        ("centos7-ntpd-failed-after-panic", "exit status 255"),
        ("bullseye-sysv-isc-dead", "dead, with a stale pid file"),
        ("centos6-sysv-ntpd-dead", "dead, with a stale pid file"),
        ("bookworm-openrc-ntpsec-dead", "dead, with a stale pid file"),
        ("alpine-openrc-chrony-crashed", "crashed"),
    ],
)
def test_a_daemon_that_died_is_not_running_and_says_how_it_ended(case: str, end: str) -> None:
    service = facts(case).active
    assert service
    assert (service.running, service.enabled, service.failed) == (NO, YES, end)


def test_links_of_another_runlevel_do_not_enable_a_service() -> None:
    here, elsewhere = facts("centos6-sysv-ntpd-healthy"), facts("centos6-sysv-ntpd-not-in-this-runlevel")
    assert here.active
    assert here.active.enabled
    assert elsewhere.active
    assert not elsewhere.active.enabled
    assert elsewhere.init_tools == {"service", "chkconfig"}


def test_a_script_is_not_believed_when_it_says_stopped_with_status_0() -> None:
    service = facts("sysv-script-that-says-stopped-with-status-0").active
    assert service
    assert not service.running


def test_busybox_is_told_apart_from_other_daemons_of_that_name() -> None:
    for case in ("alpine-openrc-busybox-healthy", "alpine-openrc-busybox-unsynchronised"):
        service = facts(case).active
        assert service
        assert (service.name, service.kind, service.running) == ("ntpd", Kind.BUSYBOX, True)


def test_two_that_run_at_once_are_both_seen() -> None:
    assert {service.name for service in facts("centos7-chronyd-and-ntpd-run-at-once").running} == {"chronyd", "ntpd"}


def test_what_failed_counts_more_than_what_is_only_installed() -> None:
    read_facts = facts("centos7-ntpd-failed-after-panic")
    assert [service.name for service in read_facts.services] == ["chronyd", "ntpd"]
    assert read_facts.active
    assert read_facts.active.name == "ntpd"


def test_a_generated_unit_is_enabled_by_its_sysv_links_and_runs_only_with_its_daemon() -> None:
    running, dead = facts("debian8-generated-unit").active, facts("debian8-generated-unit-whose-daemon-died").active
    assert running
    assert (running.running, running.enabled) == (YES, YES)
    assert dead
    assert (dead.running, dead.enabled) == (NO, NO)
    assert (running.failed, dead.failed) == ("", EXITED)


def test_a_daemon_that_was_started_by_hand_runs_outside_its_service() -> None:
    for case, name in (("bookworm-ntpsec-by-hand", "ntpsec"), ("started-by-hand-no-init", "isc")):
        service = facts(case).active
        assert service
        assert (service.name, service.running, service.by_hand) == (name, True, True)


def test_a_masked_unit_and_one_whose_condition_is_not_met_are_told_apart() -> None:
    masked, unmet = facts("bookworm-timesyncd-masked").active, facts("container-where-the-unit-may-not-run").active
    assert masked
    assert (masked.masked, masked.unmet, masked.running) == (True, False, False)
    assert unmet
    assert (unmet.masked, unmet.unmet, unmet.running) == (False, True, False)


@pytest.mark.parametrize("case", ["nothing-installed-systemd", "nothing-installed-no-init"])
def test_a_host_without_a_time_service_has_no_active_one(case: str) -> None:
    assert facts(case).active is None


@pytest.mark.parametrize("case", ["systemctl-that-fails", "cut-in-the-middle", "forged-init"])
def test_what_cannot_be_read_is_no_fact(case: str) -> None:
    with pytest.raises(ProbeError):
        facts(case)
