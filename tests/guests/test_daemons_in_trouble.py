"""Hosts paused for three hours whose time service is in trouble besides, or whose own time servers are out of reach."""

from dataclasses import dataclass

import pytest

from remedy.lab.guests.flavours import SERVERS
from remedy.lab.guests.lab import Lab

from .host import RIGHT, STEPPED, Host
from .toolkit import Ran, fab

PAUSE = 3 * 3600.0
STALE = ("dropbear", "sysv", "openrc", "timesyncd")  # killed: a stale pid file, a failed unit
STOPPED = ("chrony", "busybox", "inner")
DISABLED = ("ntpsec", "sysv", "openrc", "busybox", "chrony", "timesyncd", "openntpd")
NAMES = tuple(dict.fromkeys(STALE + STOPPED + DISABLED))


@dataclass(frozen=True)
class Morning:
    """What a run over hosts in trouble came to."""

    ran: Ran
    offset: dict[str, float]


@pytest.fixture(scope="module")
def morning(lab: Lab, fleet: dict[str, Host]) -> Morning:
    for name in DISABLED:
        fleet[name].do("disable")
    lab.pause(NAMES, PAUSE)
    for name in STALE:
        fleet[name].kill_service()
    for name in STOPPED:
        fleet[name].do("stop")
    ran = fab(lab, "recover-time", NAMES)
    return Morning(ran, {name: fleet[name].offset for name in NAMES})


@pytest.mark.parametrize("name", NAMES)
def test_clock_and_time_service_are_put_right(morning: Morning, fleet: dict[str, Host], name: str) -> None:
    assert morning.ran.verdict(name) == "repaired", morning.ran.host(name)
    assert morning.offset[name] == pytest.approx(0, abs=STEPPED)
    assert fleet[name].settled_offset == pytest.approx(0, abs=RIGHT)
    assert fleet[name].running
    assert fleet[name].enabled


@pytest.fixture(scope="module")
def alone(lab: Lab, fleet: dict[str, Host], morning: Morning) -> Morning:
    """Hosts that reach no time server of their own."""
    names = ("ntpsec", "chrony", "sysv", "busybox")
    for name in names:
        for server in SERVERS:
            fleet[name].run(f"ip route add blackhole {server}/32")
    lab.pause(names, PAUSE)
    ran = fab(lab, "recover-time", names)
    offset = {name: fleet[name].offset for name in names}
    for name in names:
        for server in SERVERS:
            fleet[name].run(f"ip route del blackhole {server}/32")
    return Morning(ran, offset)


def test_a_host_whose_own_servers_are_out_of_reach_gets_the_controllers_time(
    alone: Morning, fleet: dict[str, Host]
) -> None:
    assert alone.offset == pytest.approx(dict.fromkeys(alone.offset, 0), abs=STEPPED), alone.ran.document
    for name in alone.offset:
        assert fleet[name].running
