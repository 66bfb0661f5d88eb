"""Whoever is to tell whether this machine is cut off has to be another one, and nobody's login holds up a round."""

import socket
import threading

import pytest
from fabric.config import Config

from remedy.errors import NoReferenceError
from remedy.history import unfinished
from remedy.inventory import Fleet, Host
from remedy.inventory.fleet import Mail, ReferenceSource
from remedy.job import Job
from remedy.lab.ntpserver import NTPServer
from remedy.model import HostReport
from remedy.reference import Reference
from remedy.ssh.deadline import Deadline
from remedy.watch import look
from remedy.watch.look import LEAST_LOGIN_SECONDS, LOGIN_SECONDS, LOGINS, Looks, is_here

HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"  # the latter has the former as its client, as another machine would


@pytest.mark.parametrize(("address", "told"), [(HERE, True), ("127.0.1.1", True), (ELSEWHERE, False)])
def test_an_address_of_this_machine_is_told_from_others(address: str, told: bool) -> None:
    assert is_here(socket.AF_INET, (address, 123)) is told


@pytest.mark.parametrize(("address", "has_witness"), [(HERE, False), (ELSEWHERE, True)])
def test_an_ntp_server_is_a_witness_where_it_is_another_machine(
    address: str, has_witness: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "WITNESS_SECONDS", 1.0)
    with NTPServer(address=address) as server:
        fleet = Fleet(reference=ReferenceSource(servers=(server.name,)))
        assert Looks(Config(), fleet, accept_new=False).has_witness() is has_witness


@pytest.mark.parametrize(("address", "has_witness"), [(HERE, False), (ELSEWHERE, True)])
def test_a_mail_server_is_a_witness_where_it_is_another_machine(address: str, has_witness: bool) -> None:
    with socket.create_server((address, 0)) as server:
        mail = Mail(("ops@example.jp",), "watch@example.jp", f"{address}:{server.getsockname()[1]}")
        fleet = Fleet(reference=ReferenceSource(servers=()), mail=mail)
        assert Looks(Config(), fleet, accept_new=False).has_witness() is has_witness


def test_hosts_that_hang_at_login_hold_the_others_up_for_half_an_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []
    over = threading.Event()
    all_hang = threading.Barrier(LOGINS, over.set, timeout=60)

    class Hangs:
        def __init__(self, host: Host, _: object) -> None:
            self._host = host

        def make(self, _: object) -> HostReport:
            all_hang.wait()
            return unfinished(self._host)

    class WhenAllHang(Deadline):
        def __init__(self, seconds: float, name: str) -> None:
            super().__init__(seconds, name)
            given.append(seconds)

        @property
        def passed(self) -> bool:
            return over.is_set()

    monkeypatch.setattr(look, "Visit", Hangs)
    monkeypatch.setattr(look, "Deadline", WhenAllHang)
    monkeypatch.setattr(look, "measure", lambda *_: Reference("local", 0.0, 0.0, 0.0))
    hosts = [Host(f"web{number}", f"web{number}", interval=60.0) for number in range(2 * LOGINS)]
    seen, _ = Looks(Config(), Fleet(), accept_new=False).read_clocks(hosts)
    assert {one.subject.host for one in seen} == {host.name for host in hosts[:LOGINS]}
    assert given == [30.0]


@pytest.mark.parametrize(("interval", "seconds"), [(600.0, LOGIN_SECONDS), (60.0, 15.0), (30.0, LEAST_LOGIN_SECONDS)])
def test_a_login_instead_of_a_knock_leaves_time_for_three_within_two_intervals(
    interval: float, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []

    class Notes:
        def __init__(self, host: Host, job: Job) -> None:
            self._host = host
            given.append(job.host_seconds)

        def make(self, _: object) -> HostReport:
            return unfinished(self._host)

    monkeypatch.setattr(look, "Visit", Notes)
    monkeypatch.setattr(Looks, "_place", lambda *_: None)  # it is behind a jump host
    (seen,) = Looks(Config(), Fleet(), accept_new=False).knock([Host("web1", "web1", interval=interval)])
    assert (seen.subject.host, given) == ("web1", [seconds])


def test_that_nobody_tells_the_true_time_is_said_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def silent(*_: object) -> Reference:
        raise NoReferenceError("no trustworthy time")

    monkeypatch.setattr(look, "measure", silent)
    looks = Looks(Config(), Fleet(), accept_new=False)
    for _ in range(3):
        assert looks.read_clocks([Host("web1", "web1")]) == ((), ())
    assert capsys.readouterr().err.count("no trustworthy time") == 1
