"""Whoever is to tell whether this machine is cut off has to be another one."""

import socket

import pytest
from fabric.config import Config

from remedy.inventory import Fleet
from remedy.inventory.fleet import Mail, ReferenceSource
from remedy.lab.ntpserver import NTPServer
from remedy.watch import look
from remedy.watch.look import Looks, is_here

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
