"""Every kind of host, paused for three hours with nobody noticing, its time service alive and sure of itself."""

from dataclasses import dataclass

import pytest

from remedy.lab.guests.lab import Lab
from remedy.lab.guests.machines import MACHINES

from .host import STEPPED, Host, wrongs
from .toolkit import PAUSE, Ran, fab

NAMES = [machine.name for machine in MACHINES.values() if machine.flavour.service]

KINDS = {"sysv": "isc", "openrc": "ntpsec", "dropbear": "ntpsec", "admin": "chrony", "inner": "timesyncd"}


@dataclass(frozen=True)
class Morning:
    """`fab recover-time` on all hosts at once, what it made of their clocks and what it left wrong; and once more."""

    ran: Ran
    offset: dict[str, float]
    wrongs: dict[str, list[str]]
    again: Ran


@pytest.fixture(scope="module")
def morning(lab: Lab, fleet: dict[str, Host]) -> Morning:
    lab.pause(NAMES, PAUSE)
    ran = fab(lab, "recover-time", NAMES)
    offset = {name: fleet[name].offset for name in NAMES}
    return Morning(ran, offset, wrongs(fleet[name] for name in NAMES), fab(lab, "recover-time", NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_the_clock_is_stepped_to_the_true_time(morning: Morning, name: str) -> None:
    assert morning.offset[name] == pytest.approx(0, abs=STEPPED), morning.ran.host(name)


@pytest.mark.parametrize("name", NAMES)
def test_all_is_well_and_nothing_else_has_changed(morning: Morning, name: str) -> None:
    assert name not in morning.wrongs


@pytest.mark.parametrize("name", NAMES)
def test_it_knows_whose_time_service_it_is(morning: Morning, name: str) -> None:
    assert morning.ran.host(name)["timeservice"]["kind"] == KINDS.get(name, name)


def test_it_says_what_it_did(morning: Morning) -> None:
    assert morning.ran.verdicts == dict.fromkeys(NAMES, "repaired"), morning.ran.said
    assert morning.ran.status == 0


def test_a_second_run_finds_nothing_to_do(morning: Morning) -> None:
    assert morning.again.verdicts == dict.fromkeys(NAMES, "ok"), morning.again.said
    assert morning.again.status == 0
