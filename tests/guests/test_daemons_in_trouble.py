"""Hosts paused for three hours whose time service is in trouble besides, or whose own time servers are out of reach."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from remedy.lab.guests.flavours import SERVERS
from remedy.lab.guests.lab import Lab

from .host import STEPPED, Host, at_once, wrongs
from .toolkit import PAUSE, fab

DOOMED = "sysv"
KILLED = ("ntpsec", "openrc", "timesyncd", "admin")  # leaves a stale pid file, or a failed unit
STOPPED = ("chrony", "busybox", "inner")
DISABLED = ("sysv", "openrc", "busybox", "chrony", "timesyncd", "openntpd", "dropbear")
WITHOUT_NTPDATE = ("sysv", "openrc")
NAMES = tuple(dict.fromkeys((DOOMED, *KILLED, *STOPPED, *DISABLED)))
OUT_OF_REACH = ("ntpsec", "chrony", "busybox")
DEAD_WITHIN = 150.0  # seconds after which ISC ntpd has looked at the true time so often that it believes it


@contextmanager
def without_ntpdate(hosts: list[Host]) -> Iterator[None]:
    """The hosts, with no ntpdate and the like on them."""
    programs = "/usr/sbin/ntpdate /usr/bin/ntpdig"
    at_once(lambda host: host.run(f"for file in {programs}; do [ ! -e $file ] || mv $file $file.away; done"), hosts)
    yield
    at_once(
        lambda host: host.run(f"for file in {programs}; do [ ! -e $file.away ] || mv $file.away $file; done"), hosts
    )


@contextmanager
def without_servers(hosts: list[Host]) -> Iterator[None]:
    """The hosts, with no way to any time server of theirs."""
    for verb in ("add", "del"):
        routes = "; ".join(f"ip route {verb} blackhole {server}/32" for server in SERVERS)
        at_once(lambda host, routes=routes: host.run(routes), hosts)  # type: ignore[misc]
        if verb == "add":
            yield


@pytest.fixture(scope="module", autouse=True)
def doomed(lab: Lab, fleet: dict[str, Host]) -> Host:
    """A host whose time service is about to die of the jump, while other tests run."""
    lab.pause([DOOMED], PAUSE)
    return fleet[DOOMED]


def test_a_host_whose_own_servers_are_out_of_reach_gets_the_controllers_time(lab: Lab, fleet: dict[str, Host]) -> None:
    hosts = [fleet[name] for name in OUT_OF_REACH]
    with without_servers(hosts):
        lab.pause(OUT_OF_REACH, PAUSE)
        ran = fab(lab, "recover-time", OUT_OF_REACH)
        offset = {host.name: host.offset for host in hosts}
    assert offset == pytest.approx(dict.fromkeys(OUT_OF_REACH, 0), abs=STEPPED), ran.document
    assert all(ran.ran(name, "env TZ=UTC0 date -u -s") for name in OUT_OF_REACH), ran.document
    assert wrongs(hosts) == {}


def test_a_time_service_in_trouble_is_put_right_with_its_clock(lab: Lab, fleet: dict[str, Host], doomed: Host) -> None:
    assert doomed.dies_within(DEAD_WITHIN)
    lab.pause([name for name in NAMES if name != DOOMED], PAUSE)
    at_once(lambda host: host.do("disable"), (fleet[name] for name in DISABLED))
    at_once(Host.kill_service, (fleet[name] for name in KILLED))
    at_once(lambda host: host.do("stop"), (fleet[name] for name in STOPPED))
    with without_ntpdate([fleet[name] for name in WITHOUT_NTPDATE]):
        ran = fab(lab, "recover-time", NAMES)
    offset = {name: fleet[name].offset for name in NAMES}
    assert ran.verdicts == dict.fromkeys(NAMES, "repaired"), ran.said
    far_off = {name: ran.host(name) for name in NAMES if abs(offset[name]) > STEPPED}
    assert not far_off, f"{offset}: {far_off}"
    assert wrongs(fleet[name] for name in NAMES) == {}
