"""Clocks that are wrong in other ways than by a long pause: stepped by somebody, ahead, a little off, far off."""

import pytest

from remedy.lab.guests.lab import Lab

from .host import STEPPED, Host, at_once, wrongs
from .toolkit import fab

HOUR = 3600.0
SET_BACK = "date -u -s @$(($(date +%s) - 10800))"
DAYS_AGO, IN_1970 = "$(($(date +%s) - 40 * 86400))", "864000"  # Linux takes no time before its boot
FAR_OFF = {
    "ntpsec": DAYS_AGO,
    "timesyncd": DAYS_AGO,
    "openrc": DAYS_AGO,
    "chrony": DAYS_AGO,
    "sysv": IN_1970,
    "busybox": IN_1970,
    "dropbear": IN_1970,
    "openntpd": IN_1970,
}


def test_a_clock_that_somebody_set_back_is_put_right(lab: Lab, fleet: dict[str, Host]) -> None:
    hosts = [fleet[name] for name in ("ntpsec", "sysv", "openntpd", "busybox")]
    at_once(lambda host: host.run(SET_BACK), hosts)
    ran = fab(lab, "recover-time", [host.name for host in hosts])
    assert ran.status == 0, ran.document
    assert wrongs(hosts) == {}


def test_a_clock_that_is_ahead_is_set_back_only_when_that_is_allowed(lab: Lab, fleet: dict[str, Host]) -> None:
    hosts = [fleet[name] for name in ("openntpd", "sysv", "ntpsec", "chrony")]
    patient = hosts[0]  # its daemon neither steps it nor dies
    for host in hosts:
        host.lead(HOUR)
    refused = fab(lab, "recover-time", [patient.name])
    assert refused.status == 1
    assert "--allow-backward" in str(refused.host(patient.name)["findings"])
    assert patient.offset == pytest.approx(HOUR, abs=STEPPED)
    assert patient.running
    allowed = fab(lab, "recover-time", [host.name for host in hosts], "--allow-backward")
    assert allowed.verdicts == {host.name: "repaired" for host in hosts}, allowed.document
    assert wrongs(hosts) == {}


def test_a_small_offset_is_left_to_the_time_service(lab: Lab, fleet: dict[str, Host]) -> None:
    host = fleet["openntpd"]
    lab.pause([host.name], 0.2)
    ran = fab(lab, "recover-time", [host.name])
    assert ran.verdicts == {host.name: "ok"}, ran.document
    assert ran.host(host.name)["steps"] == []
    assert host.offset == pytest.approx(-0.2, abs=0.05)
    host.lead(-host.offset)
    assert wrongs([host]) == {}


def test_a_clock_that_is_far_off_is_put_right(lab: Lab, fleet: dict[str, Host]) -> None:
    hosts = [fleet[name] for name in FAR_OFF]
    at_once(lambda host: host.do("stop"), hosts)  # as at a boot without a battery
    at_once(lambda host: host.run(f"date -u -s @{FAR_OFF[host.name]}"), hosts)
    ran = fab(lab, "recover-time", [host.name for host in hosts])
    assert ran.status == 0, ran.document
    assert wrongs(hosts) == {}


def test_a_host_without_a_time_service_gets_the_true_time_and_is_told_to_get_one(
    lab: Lab, fleet: dict[str, Host]
) -> None:
    host = fleet["none"]
    host.run(SET_BACK)
    ran = fab(lab, "recover-time", [host.name])
    assert ran.verdicts == {host.name: "failing"}
    assert wrongs([host]) == {}
