"""Every kind of host, paused for three hours with nobody noticing, its time service alive and sure of itself."""

from dataclasses import dataclass

import pytest

from remedy.lab.guests.lab import Lab
from remedy.lab.guests.machines import MACHINES

from .host import RIGHT, STEPPED, Host
from .toolkit import Ran, fab

PAUSE = 3 * 3600.0
NAMES = [machine.name for machine in MACHINES.values() if machine.flavour.service]


@dataclass(frozen=True)
class Morning:
    """What was seen before and after `fab recover-time` on all hosts at once; by host where it is a dict."""

    ran: Ran
    again: Ran
    before: dict[str, set[str]]
    after: dict[str, set[str]]
    offset: dict[str, float]


@pytest.fixture(scope="module")
def morning(lab: Lab, fleet: dict[str, Host]) -> Morning:
    before = {name: fleet[name].snapshot() for name in NAMES}
    lab.pause(NAMES, PAUSE)
    ran = fab(lab, "recover-time", NAMES)
    offset = {name: fleet[name].offset for name in NAMES}
    again = fab(lab, "recover-time", NAMES)
    return Morning(ran, again, before, {name: fleet[name].snapshot() for name in NAMES}, offset)


@pytest.mark.parametrize("name", NAMES)
def test_the_clock_is_right(morning: Morning, fleet: dict[str, Host], name: str) -> None:
    assert morning.offset[name] == pytest.approx(0, abs=STEPPED), morning.ran.host(name)
    assert fleet[name].settled_offset == pytest.approx(0, abs=RIGHT)


@pytest.mark.parametrize("name", NAMES)
def test_the_time_service_runs_and_will_run_after_a_boot(morning: Morning, fleet: dict[str, Host], name: str) -> None:
    assert fleet[name].running
    assert fleet[name].enabled


@pytest.mark.parametrize("name", NAMES)
def test_nothing_else_has_changed(morning: Morning, name: str) -> None:
    assert morning.after[name] == morning.before[name]


def test_it_says_what_it_did(morning: Morning) -> None:
    assert {name: morning.ran.verdict(name) for name in NAMES} == dict.fromkeys(NAMES, "repaired"), morning.ran.said
    assert morning.ran.status == 0


def test_a_second_run_finds_nothing_to_do(morning: Morning) -> None:
    assert {name: morning.again.verdict(name) for name in NAMES} == dict.fromkeys(NAMES, "ok"), morning.again.said
    assert morning.again.status == 0


def test_the_time_service_survives_a_boot(lab: Lab, morning: Morning, fleet: dict[str, Host]) -> None:
    lab.reboot(NAMES)
    assert {name: fleet[name].running for name in NAMES} == dict.fromkeys(NAMES, True)
