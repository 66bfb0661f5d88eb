"""What is said of a host's time service."""

from dataclasses import replace

import pytest

from remedy.initsystem import Init
from remedy.inventory import Host
from remedy.model import Finding, Level
from remedy.reference import Reference
from remedy.timeservice.facts import Kind, Service, TimeServiceFacts
from remedy.timeservice.judge import judge, section
from remedy.topic import Situation

SITUATION = Situation(Host("web1", "192.0.2.1"), Reference("ntp", 0.0, 0.001, 0.0))
NTPD = Service("ntpd", Kind.ISC, running=True, enabled=True)


def findings(*services: Service, synchronised: bool | None = True, container: str = "") -> tuple[Finding, ...]:
    return judge(TimeServiceFacts(Init.SYSTEMD, services, synchronised, container=container), SITUATION)


def said(*services: Service, synchronised: bool | None = True, container: str = "") -> list[tuple[Level, str]]:
    return [(f.level, f.summary) for f in findings(*services, synchronised=synchronised, container=container)]


def test_one_that_runs_starts_at_boot_and_follows_its_servers_is_right() -> None:
    assert said(NTPD) == [(Level.OK, "ntpd is running, enabled and says that it is synchronised")]
    assert said(NTPD, synchronised=None) == [(Level.OK, "ntpd is running, enabled")]
    assert said(replace(NTPD, enabled=None)) == [(Level.OK, "ntpd is running and says that it is synchronised")]


@pytest.mark.parametrize(
    ("service", "level", "summary"),
    [
        (Service("ntpd", Kind.ISC, enabled=True), Level.BAD, "ntpd is not running"),
        (Service("ntpd", Kind.ISC, running=True, enabled=False), Level.BAD, "ntpd does not start at boot"),
        (Service("ntpd", Kind.ISC, enabled=False, masked=True), Level.BAD, "ntpd is masked"),
        (
            Service("ntpd", Kind.ISC, running=True, enabled=False, masked=True),
            Level.BAD,
            "ntpd runs, but is masked: it will not start again",
        ),
        (Service("ntpd", Kind.ISC, enabled=True, unmet=True), Level.BAD, "ntpd can't run here"),
        (Service("ntpd", Kind.ISC, running=True, by_hand=True), Level.WARN, "ntpd runs, but not as a service"),
    ],
)
def test_what_is_wrong_with_it_is_said(service: Service, level: Level, summary: str) -> None:
    assert said(service) == [(level, summary)]


def test_all_that_is_wrong_is_said() -> None:
    dead = Service("ntpd", Kind.ISC, enabled=False, failed="exit status 255")
    assert [f.summary for f in findings(dead)] == ["ntpd is not running", "ntpd does not start at boot"]
    assert findings(dead)[0].detail == "how it ended: exit status 255"


def test_that_it_is_not_synchronised_yet_is_no_failure() -> None:
    assert said(NTPD, synchronised=False) == [(Level.WARN, "ntpd says that it is not synchronised (yet)")]


def test_none_and_two_are_findings() -> None:
    assert said() == [(Level.BAD, "there is no time service")]
    chronyd = Service("chronyd", Kind.CHRONY, running=True, enabled=True)
    assert said(chronyd, NTPD) == [(Level.BAD, "chronyd and ntpd run at once")]


def test_a_container_needs_none() -> None:
    assert [level for level, _ in said(container="lxc")] == [Level.OK]


def test_the_json_document_shows_the_service_after_the_repair() -> None:
    before = TimeServiceFacts(Init.SYSTEMD, (Service("ntpd", Kind.ISC, enabled=False),))
    after = TimeServiceFacts(Init.SYSTEMD, (NTPD,), synchronised=False)
    assert section(before, after) == {
        "name": "ntpd",
        "running": True,
        "enabled": True,
        "synchronised": False,
        "kind": "isc",
        "init": "systemd",
    }
    assert section(TimeServiceFacts(Init.NONE), None) is None
