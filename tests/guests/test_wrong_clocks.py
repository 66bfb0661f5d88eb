"""Clocks that are wrong in other ways than by a pause: stepped by somebody, ahead, a little off, far off."""

import pytest

from remedy.lab.guests.lab import Lab

from .host import Host
from .toolkit import fab


@pytest.fixture
def host(request: pytest.FixtureRequest, fleet: dict[str, Host]) -> Host:
    """A host that is right until now."""
    host = fleet[request.param]
    host.heal()
    return host


@pytest.mark.parametrize("host", ["ntpsec", "sysv", "openntpd", "busybox"], indirect=True)
def test_a_clock_that_somebody_set_back_is_put_right(lab: Lab, host: Host) -> None:
    host.run("date -u -s @$(($(date +%s) - 10800))")
    ran = fab(lab, "recover-time", [host.name])
    assert ran.status == 0, ran.document
    assert host.offset == pytest.approx(0, abs=0.05)
    assert host.running


@pytest.mark.parametrize("host", ["sysv"], indirect=True)
def test_a_clock_that_is_ahead_is_set_back_only_when_that_is_allowed(lab: Lab, host: Host) -> None:
    host.lead(3600)
    refused = fab(lab, "recover-time", [host.name])
    assert refused.status == 1
    assert host.offset == pytest.approx(3600, abs=0.5)
    assert host.running
    allowed = fab(lab, "recover-time", [host.name], "--allow-backward")
    assert allowed.verdict(host.name) == "repaired", allowed.document
    assert host.offset == pytest.approx(0, abs=0.05)
    assert host.running


@pytest.mark.parametrize("host", ["sysv"], indirect=True)
def test_a_small_offset_is_left_to_the_time_service(lab: Lab, host: Host) -> None:
    host.lead(0.2)
    ran = fab(lab, "recover-time", [host.name])
    assert ran.verdict(host.name) == "ok"
    assert ran.host(host.name).get("steps", []) == []
    assert host.offset > 0.1


@pytest.mark.parametrize("then", ["$(($(date +%s) - 40 * 86400))", "0"], ids=["40 days behind", "in 1970"])
@pytest.mark.parametrize("host", ["ntpsec", "sysv", "busybox"], indirect=True)
def test_a_clock_that_is_far_off_is_put_right(lab: Lab, host: Host, then: str) -> None:
    host.do("stop")  # as at a boot without a battery; a service that runs may step it before we do
    host.run(f"date -u -s @{then}")
    ran = fab(lab, "recover-time", [host.name])
    assert ran.status == 0, ran.document
    assert host.date == pytest.approx(lab.time(), abs=3)
    assert host.offset == pytest.approx(0, abs=0.05)
    assert host.running


@pytest.mark.parametrize("host", ["none"], indirect=True)
def test_a_host_without_a_time_service_gets_the_true_time_and_is_told_to_get_one(lab: Lab, host: Host) -> None:
    host.run("date -u -s @$(($(date +%s) - 10800))")
    ran = fab(lab, "recover-time", [host.name])
    assert ran.verdict(host.name) == "failing"
    assert host.offset == pytest.approx(0, abs=0.05)
