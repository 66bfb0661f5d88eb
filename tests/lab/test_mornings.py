"""fab itself on hosts of the lab, all of them in each run: what it says, and what became of the hosts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from remedy.lab.embedded import Daemon, EmbeddedLab, HostSpec, Init, Running, Service

from .command import Ran, fab

BEHIND = -10800.0

DEAD = Running.DEAD
LIE = "echo 'step-systime: Operation not permitted'; exit 0"

BROKEN = (
    HostSpec("dead", Init.REDHAT, (Service(Daemon.NTPD, DEAD, enabled=False),), BEHIND, rtc=BEHIND),
    HostSpec("alive", Init.DEBIAN, (Service(Daemon.NTPD),), BEHIND),
    HostSpec("disabled", Init.DEBIAN, (Service(Daemon.NTPD, enabled=False),)),
    HostSpec("ntpsec", Init.SYSTEMD, (Service(Daemon.NTPSEC, DEAD),), BEHIND),
    HostSpec("slewing", Init.SYSTEMD, (Service(Daemon.CHRONYD),), BEHIND, believed=10791.84),
    HostSpec("timesyncd", Init.SYSTEMD, (Service(Daemon.TIMESYNCD, enabled=False),), BEHIND),
    HostSpec("openntpd", Init.SYSTEMD, (Service(Daemon.OPENNTPD, synced=False),), BEHIND),
    HostSpec("busybox", Init.OPENRC, (Service(Daemon.BUSYBOX, DEAD, enabled=False),), BEHIND, shell="busybox"),
    HostSpec("lied-to", Init.DEBIAN, (Service(Daemon.NTPD),), BEHIND, hooks={"ntpdate": LIE, "ntpd": LIE}),
    HostSpec("no-ntp", Init.SYSTEMD, (Service(Daemon.NTPSEC),), BEHIND, ntp=False),
    HostSpec("by-sudo", Init.SYSTEMD, (Service(Daemon.NTPSEC),), BEHIND, user="admin"),
    HostSpec("a-bit-ahead", Init.SYSTEMD, (Service(Daemon.NTPSEC),), 0.8),
    HostSpec("flood", Init.REDHAT, (Service(Daemon.NTPD),), BEHIND, hooks={"login": "head -c 10000000 /dev/zero"}),
    HostSpec(
        "chatty",
        Init.REDHAT,
        (Service(Daemon.NTPD),),
        BEHIND,
        hooks={"login": "printf 'ようこそ \\377\\n' >&2; printf '\\033[31m\\n'"},
    ),
)
LOST = (
    HostSpec("container", Init.SYSTEMD, (Service(Daemon.CHRONYD, Running.NO),), BEHIND, capable=False, container="lxc"),
    HostSpec("incapable", Init.SYSTEMD, (Service(Daemon.NTPSEC),), BEHIND, capable=False),
    HostSpec("far-ahead", Init.SYSTEMD, (Service(Daemon.NTPSEC),), 3600.0),
)
FINE = (
    HostSpec("right", Init.SYSTEMD, (Service(Daemon.NTPSEC),)),
    HostSpec("small", Init.REDHAT, (Service(Daemon.NTPD),), -0.2),
)
DOWN = (HostSpec("down", up=False),)


@dataclass(frozen=True)
class Morning:
    """The lab after the runs, and what each run said."""

    lab: EmbeddedLab
    checked: Ran
    planned: Ran
    calls_until_then: Mapping[str, tuple[str, ...]]
    repaired: Ran
    calls: Mapping[str, tuple[str, ...]]
    repaired_again: Ran


@pytest.fixture(scope="module")
def morning() -> Iterator[Morning]:
    def calls() -> dict[str, tuple[str, ...]]:
        return {name: state.calls for name, state in lab.states.items()}

    with EmbeddedLab([*BROKEN, *LOST, *FINE, *DOWN]) as lab:
        checked, planned = fab(lab, "check-time"), fab(lab, "recover-time", "--dry-run")
        until_then = calls()
        repaired = fab(lab, "recover-time")
        yield Morning(lab, checked, planned, until_then, repaired, calls(), fab(lab, "recover-time"))


def names(specs: tuple[HostSpec, ...]) -> list[str]:
    return [spec.name for spec in specs]


def verdicts(ran: Ran, specs: tuple[HostSpec, ...]) -> dict[str, str]:
    return {name: ran.hosts[name]["verdict"] for name in names(specs)}


def test_check_time_finds_what_is_wrong_and_what_is_not(morning: Morning) -> None:
    assert morning.checked.status == 1
    assert set(verdicts(morning.checked, BROKEN + LOST).values()) == {"failing"}
    assert set(verdicts(morning.checked, FINE).values()) == {"ok"}
    assert verdicts(morning.checked, DOWN) == {"down": "unreachable"}


def test_every_offset_is_true_within_its_bound(morning: Morning) -> None:
    for spec in BROKEN + LOST + FINE:
        measured = morning.checked.hosts[spec.name]["clock"]["before"]
        assert measured["offset_s"] == pytest.approx(spec.offset, abs=measured["error_s"])


def test_a_dry_run_plans_for_what_can_be_repaired(morning: Morning) -> None:
    assert set(verdicts(morning.planned, BROKEN).values()) == {"planned"}
    assert all(morning.planned.hosts[name]["planned"] for name in names(BROKEN))
    assert set(verdicts(morning.planned, LOST).values()) == {"failing"}


def test_neither_a_check_nor_a_dry_run_changes_anything(morning: Morning) -> None:
    assert not [calls for calls in morning.calls_until_then.values() if calls]


@pytest.mark.parametrize("name", names(BROKEN))
def test_recover_time_puts_a_host_right(morning: Morning, name: str) -> None:
    host, state = morning.repaired.hosts[name], morning.lab.state(name)
    assert host["verdict"] == "repaired", host
    assert abs(state.offset) < 0.1
    (service,) = state.services
    assert state.running(service) is Running.YES
    assert state.enabled(service)


@pytest.mark.parametrize("spec", LOST, ids=names(LOST))
def test_what_cannot_be_put_right_is_said_and_not_touched(morning: Morning, spec: HostSpec) -> None:
    host, state = morning.repaired.hosts[spec.name], morning.lab.state(spec.name)
    assert host["verdict"] == "failing"
    assert state.offset == spec.offset
    assert state.calls == ()


@pytest.mark.parametrize("spec", FINE, ids=names(FINE))
def test_what_is_right_is_left_alone(morning: Morning, spec: HostSpec) -> None:
    state = morning.lab.state(spec.name)
    assert (state.offset, state.calls) == (spec.offset, ())


def test_a_running_chronyd_steps_itself(morning: Morning) -> None:
    calls = morning.calls["slewing"]
    assert any("makestep" in call for call in calls)
    assert not any("stop" in call or call.startswith("date") for call in calls)


def test_a_tool_that_lies_is_not_believed(morning: Morning) -> None:
    calls = morning.calls["lied-to"]
    assert any(call.startswith("date -s") for call in calls)
    assert calls[-1] == "service ntp start"


def test_the_hardware_clock_is_set_where_there_is_one(morning: Morning) -> None:
    assert morning.lab.state("dead").rtc == pytest.approx(0, abs=0.1)


def test_doing_it_twice_does_no_more_than_doing_it_once(morning: Morning) -> None:
    assert {name: state.calls for name, state in morning.lab.states.items()} == morning.calls
    assert set(verdicts(morning.repaired_again, BROKEN + FINE).values()) == {"ok"}


def test_a_clock_that_is_far_ahead_is_set_back_when_that_is_allowed(morning: Morning) -> None:
    ran = fab(morning.lab, "recover-time", "--allow-backward", "-H", "far-ahead")
    assert (ran.status, ran.hosts["far-ahead"]["verdict"]) == (0, "repaired")
    assert abs(morning.lab.state("far-ahead").offset) < 0.1
