"""What is seen of hosts and sites by real looks, and that what hinders the looks is no trouble of theirs."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from fabric.config import Config

from remedy.inventory import Fleet, Host
from remedy.inventory.host import Site
from remedy.sites import tls
from remedy.watch.look import Looks
from remedy.watch.model import Seen

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
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


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
