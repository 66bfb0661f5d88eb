"""What is seen of hosts and sites by real looks, and that what hinders the looks is no trouble of theirs."""

import asyncio
import os
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from fabric.config import Config

from remedy.inventory import Fleet, Host
from remedy.inventory.host import Site
from remedy.sites import ask as asking
from remedy.sites import tls
from remedy.sites.ask import ask_site
from remedy.sites.facts import SiteFacts
from remedy.ssh.connection import Place
from remedy.watch import knock as knocking
from remedy.watch import look as looking
from remedy.watch import turns
from remedy.watch.knock import Answer, knock
from remedy.watch.look import Looks
from remedy.watch.model import Seen, Subject

BANNER = b"SSH-2.0-OpenSSH_9.2\r\n"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"  # the latter has the former as its client, as another machine would


@contextmanager
def server(says: bytes, address: str = HERE, listens: bool = False) -> Iterator[int]:
    """Somebody who says this to whoever connects, at once or when something was said."""
    with socket.create_server((address, 0), backlog=128) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    link, _ = listener.accept()
                    with link:
                        if listens:
                            link.recv(4096)
                        link.sendall(says)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def free_files(number: int) -> Iterator[None]:
    """No more may be opened than so many."""
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(number + 1)]
    most = opened[-1]
    for file in opened:
        os.close(file)
    allowed, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def seen(*hosts: Host) -> list[Seen]:
    return list(Looks(Config(), Fleet(), accept_new=False).knock(hosts))


@pytest.mark.parametrize(("address", "is_here"), [(HERE, True), (ELSEWHERE, False)])
def test_it_is_seen_whether_this_machine_itself_has_answered(address: str, is_here: bool) -> None:
    with server(BANNER, address) as port, server(PAGE, address, listens=True) as web:
        site = Site(f"http://www.example.test:{web}/", resolve=address)
        looks = seen(Host("web1", address, port=port, sites=(site,), interval=1.0))
    assert [(look.subject.what, look.trouble, look.is_here) for look in looks] == [
        ("ssh", "", is_here),
        (site.url, "", is_here),
    ]


def test_sites_that_this_machine_can_not_ask_are_not_seen_and_that_is_said_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    tls.verifying.cache_clear()
    looks = Looks(Config(), Fleet(), accept_new=False)
    with server(BANNER) as port:
        host = Host("web1", HERE, port=port, sites=(Site("https://www.example.test/", resolve=HERE),), interval=1.0)
        for _ in range(3):
            assert [look.subject.what for look in looks.knock([host])] == ["ssh"]
    assert capsys.readouterr().err.count("this machine can ask no site") == 1


def test_many_that_are_silent_take_no_open_files_from_those_that_are_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knocking, "KNOCK_SECONDS", 0.3)
    monkeypatch.setattr(turns, "SPREAD", (0.0, 0.0))
    silent = socket.create_server((HERE, 0), backlog=128)  # the kernel takes the connections, and nobody says anything
    with silent, server(BANNER) as port:
        hosts = [Host(f"silent{number}", HERE, port=silent.getsockname()[1]) for number in range(80)]
        hosts += [Host(f"good{number}", HERE, port=port) for number in range(10)]
        with free_files(40):
            looks = seen(*hosts)
    assert len(looks) == len(hosts)
    assert {look.trouble for look in looks if look.subject.host.startswith("good")} == {""}
    assert {look.trouble.partition(" from ")[0] for look in looks if look.trouble} == {"no SSH banner"}


def test_where_no_file_may_be_opened_nobody_was_asked() -> None:
    async def asked(port: int) -> tuple[Answer, bool]:
        with free_files(0):
            return await knock(Place(HERE, port)), (await ask_site(Site(f"http://{HERE}:{port}/"))).is_unasked

    tls.verifying()
    with server(BANNER) as port:
        assert asyncio.run(asked(port)) == (Answer(f"port {port}: Too many open files", is_unasked=True), True)


def test_a_host_that_could_not_be_asked_is_not_seen_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def unasked(_: Place) -> Answer:
        return Answer("port 22: Too many open files", is_unasked=True)

    monkeypatch.setattr(looking, "knock", unasked)
    assert seen(Host("web1", HERE)) == []
    assert "not everything could be looked at: port 22: Too many open files" in capsys.readouterr().err


def test_sites_that_hang_hold_nobody_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs(site: Site) -> SiteFacts:
        await asyncio.sleep(0.6)
        return SiteFacts(site, trouble="it hangs")

    monkeypatch.setattr(asking, "ask_site", hangs)
    sites = tuple(Site(f"https://www{number}.example.test/") for number in range(40))
    with server(BANNER) as port:
        looks = seen(Host("web1", HERE, port=port, sites=sites, interval=2.0))
    asked = [look.subject.what for look in looks if look.trouble]
    assert 0 < len(asked) < len(sites)
    assert asked == [site.url for site in sites[: len(asked)]]


def test_sites_of_a_host_behind_a_jump_host_are_seen_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Looks, "_log_in", lambda _, hosts: [Seen(Subject(host.name), 0.0) for host in hosts])
    with server(PAGE, listens=True) as port:
        site = Site(f"http://{HERE}:{port}/")
        looks = seen(Host("web1", "web1", jump="bastion.example.test", sites=(site,)))
    assert sorted((look.subject.what, look.trouble) for look in looks) == [(site.url, ""), ("ssh", "")]
