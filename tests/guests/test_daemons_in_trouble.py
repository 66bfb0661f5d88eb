"""Hosts paused for three hours whose time service is in trouble besides, or whose own time servers are out of reach."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from remedy.lab.guests.flavours import SERVERS
from remedy.lab.guests.lab import Lab

from .host import STEPPED, Host, at_once, wrongs
from .toolkit import PAUSE, Ran, fab

DIE_OF_IT = ("ntpsec", "sysv", "dropbear")
POLL = 1100.0  # seconds after which every daemon has looked at the true time once more
POLLS = 30
KILLED = ("openrc", "timesyncd", "admin")  # leaves a stale pid file, or a failed unit
STOPPED = ("chrony", "busybox", "inner")
DISABLED = ("sysv", "openrc", "busybox", "chrony", "timesyncd", "openntpd", "dropbear")
WITHOUT_NTPDATE = ("sysv", "openrc")
NAMES = tuple(dict.fromkeys(DIE_OF_IT + KILLED + STOPPED + DISABLED))
OUT_OF_REACH = ("ntpsec", "chrony", "sysv", "busybox")


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


def let_the_daemons_die(lab: Lab, hosts: list[Host]) -> None:
    """Let time pass until each time service has seen the true time, and given up over it."""
    for _ in range(POLLS):
        if not any(at_once(lambda host: host.runs_within(0), hosts).values()):
            return
        lab.advance(POLL)
        time.sleep(1)
    pytest.fail(f"after {POLLS} polls one of {', '.join(host.name for host in hosts)} still runs")


@pytest.fixture(scope="module")
def morning(lab: Lab, fleet: dict[str, Host]) -> Ran:
    hosts = [fleet[name] for name in NAMES]
    at_once(lambda host: host.do("disable"), (fleet[name] for name in DISABLED))
    lab.pause(NAMES, PAUSE)
    let_the_daemons_die(lab, [fleet[name] for name in DIE_OF_IT])
    at_once(Host.kill_service, (fleet[name] for name in KILLED))
    at_once(lambda host: host.do("stop"), (fleet[name] for name in STOPPED))
    with without_ntpdate([fleet[name] for name in WITHOUT_NTPDATE]):
        ran = fab(lab, "recover-time", NAMES)
    assert max(abs(host.offset) for host in hosts) < STEPPED, ran.document
    return ran


def test_a_time_service_in_trouble_is_put_right_with_its_clock(morning: Ran, fleet: dict[str, Host]) -> None:
    assert morning.verdicts == dict.fromkeys(NAMES, "repaired"), morning.said
    assert wrongs(fleet[name] for name in NAMES) == {}


def test_a_host_whose_own_servers_are_out_of_reach_gets_the_controllers_time(lab: Lab, fleet: dict[str, Host]) -> None:
    hosts = [fleet[name] for name in OUT_OF_REACH]
    with without_servers(hosts):
        lab.pause(OUT_OF_REACH, PAUSE)
        ran = fab(lab, "recover-time", OUT_OF_REACH)
        offset = {host.name: host.offset for host in hosts}
    assert offset == pytest.approx(dict.fromkeys(OUT_OF_REACH, 0), abs=STEPPED), ran.document
    assert all(ran.ran(name, "date -u -s") for name in OUT_OF_REACH), ran.document
    assert wrongs(hosts) == {}
