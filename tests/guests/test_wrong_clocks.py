"""Clocks that are wrong in other ways than by a pause: stepped by somebody, ahead, a little off, far off."""

from collections.abc import Sequence

import pytest

from remedy.lab.guests.lab import Lab

from .host import RIGHT, STEPPED, Host, heal
from .toolkit import fab

SET_BACK = "date -u -s @$(($(date +%s) - 10800))"


@pytest.fixture
def healed(fleet: dict[str, Host]) -> dict[str, Host]:
    """The fleet; the hosts that these tests make wrong are right at the start."""
    heal(fleet[name] for name in ("ntpsec", "sysv", "openntpd", "busybox"))
    return fleet


def assert_right(hosts: Sequence[Host]) -> None:
    for host in hosts:
        assert host.settled_offset == pytest.approx(0, abs=RIGHT), host.name
        assert host.running, host.name


def test_a_clock_that_somebody_set_back_is_put_right(lab: Lab, healed: dict[str, Host]) -> None:
    hosts = [healed[name] for name in ("ntpsec", "sysv", "openntpd", "busybox")]
    for host in hosts:
        host.run(SET_BACK)
    ran = fab(lab, "recover-time", [host.name for host in hosts])
    assert ran.status == 0, ran.document
    assert_right(hosts)


def test_a_clock_that_is_ahead_is_set_back_only_when_that_is_allowed(lab: Lab, healed: dict[str, Host]) -> None:
    host = healed["sysv"]
    host.lead(3600)
    refused = fab(lab, "recover-time", [host.name])
    assert refused.status == 1
    assert host.offset == pytest.approx(3600, abs=STEPPED)
    assert host.running
    allowed = fab(lab, "recover-time", [host.name], "--allow-backward")
    assert allowed.verdict(host.name) == "repaired", allowed.document
    assert_right([host])


def test_a_small_offset_is_left_to_the_time_service(lab: Lab, healed: dict[str, Host]) -> None:
    host = healed["sysv"]
    host.lead(0.2)
    ran = fab(lab, "recover-time", [host.name])
    assert ran.verdict(host.name) == "ok"
    assert ran.host(host.name).get("steps", []) == []
    assert host.offset > 0.1


@pytest.mark.parametrize("then", ["$(($(date +%s) - 40 * 86400))", "0"], ids=["40 days behind", "in 1970"])
def test_a_clock_that_is_far_off_is_put_right(lab: Lab, healed: dict[str, Host], then: str) -> None:
    hosts = [healed[name] for name in ("ntpsec", "sysv", "busybox")]
    for host in hosts:
        host.do("stop")  # as at a boot without a battery; a service that runs may step the clock before we do
        host.run(f"date -u -s @{then}")
    ran = fab(lab, "recover-time", [host.name for host in hosts])
    assert ran.status == 0, ran.document
    assert [host.date for host in hosts] == pytest.approx([lab.time()] * len(hosts), abs=5)
    assert_right(hosts)


def test_a_host_without_a_time_service_gets_the_true_time_and_is_told_to_get_one(
    lab: Lab, fleet: dict[str, Host]
) -> None:
    host = fleet["none"]
    host.run(SET_BACK)
    ran = fab(lab, "recover-time", [host.name])
    assert ran.verdict(host.name) == "failing"
    assert host.offset == pytest.approx(0, abs=STEPPED)
