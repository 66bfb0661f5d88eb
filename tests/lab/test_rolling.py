"""`--rolling` and `--max-failures` through the front door: what is begun, and what is left for another run."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import typed

from remedy.lab.embedded import Daemon, EmbeddedLab, HostSpec, Init, Service

from .command import fab

BEHIND = -10800.0
NAMES = ("a", "b", "c", "d")
LEFT = {"a": "repaired", "b": "unreachable", "c": "interrupted", "d": "interrupted"}


@pytest.fixture
def lab() -> Iterator[EmbeddedLab]:
    """Four hosts whose clocks are behind; the second can't be reached."""
    services = (Service(Daemon.CHRONYD),)
    with EmbeddedLab([HostSpec(name, Init.SYSTEMD, services, BEHIND, up=name != "b") for name in NAMES]) as lab:
        yield lab


def verdicts(hosts: Mapping[str, Any]) -> dict[str, str]:
    return {name: host["verdict"] for name, host in hosts.items()}


@pytest.mark.parametrize("wave", ["1", "25%"])
def test_the_first_failure_is_the_last_host_that_is_begun_and_another_run_goes_on(lab: EmbeddedLab, wave: str) -> None:
    ran = fab(lab, "recover-time", "--rolling", wave)

    assert (ran.status, verdicts(ran.hosts)) == (1, LEFT)
    assert {ran.hosts[name]["error"] for name in "cd"} == {"not begun: 1 host failed, --max-failures 0"}
    assert abs(lab.state("c").offset - BEHIND) < 60
    lab.power_on("b")
    again = fab(lab, "post-mainte", "--only", "clock", "--resume", "last", "--rolling", wave)
    assert (again.status, verdicts(again.hosts)) == (0, {"b": "repaired", "c": "repaired", "d": "repaired"})


def test_as_many_may_fail_as_are_said(lab: EmbeddedLab) -> None:
    ran = fab(lab, "recover-time", "--rolling", "1", "--max-failures", "1")

    assert (ran.status, verdicts(ran.hosts)) == (1, {**dict.fromkeys("acd", "repaired"), "b": "unreachable"})


def test_failures_end_a_run_without_waves_too(lab: EmbeddedLab) -> None:
    assert verdicts(fab(lab, "recover-time", "--parallel", "1", "--max-failures", "0").hosts) == LEFT


def test_a_host_that_is_waited_for_has_not_failed(lab: EmbeddedLab) -> None:
    threading.Timer(3.0, lab.power_on, ["b"]).start()
    ran = fab(lab, "post-mainte", "--only", "clock", "--wait", "100s", "--rolling", "1")

    assert (ran.status, verdicts(ran.hosts)) == (0, dict.fromkeys(NAMES, "repaired"))


def test_a_dry_run_looks_at_every_host(lab: EmbeddedLab) -> None:
    ran = fab(lab, "recover-time", "--dry-run", "--rolling", "1")

    assert verdicts(ran.hosts) == {**dict.fromkeys("acd", "planned"), "b": "unreachable"}


def test_what_was_planned_carefully_is_to_be_done_as_carefully(lab: EmbeddedLab) -> None:
    words = ("recover-time", "--dry-run", "--allow-backward", "--rolling", "25%", "--max-failures", "1")
    told = typed.fab(*words, environment=lab.environment()).stdout
    assert "\n  fab recover-time --allow-backward --rolling 25% --max-failures 1 -H a,c,d\n" in told
