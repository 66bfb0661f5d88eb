"""A port is up if an SSH server says who it is there, and whatever else it does is told in words."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from remedy.ssh.connection import Place
from remedy.watch import knock as knocking
from remedy.watch.knock import knock


@contextmanager
def server(says: bytes, hangs_up: bool = True) -> Iterator[int]:
    """Somebody who says this to whoever connects."""
    held = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    link, _ = listener.accept()
                    link.sendall(says)
                    if hangs_up:
                        link.close()
                    held.append(link)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    for link in held:
        link.close()


def at(port: int, address: str = "127.0.0.1", family: str = "any") -> str:
    return asyncio.run(knock(Place(address, port, family))).trouble.replace(str(port), "22")


@pytest.mark.parametrize("greeting", [b"SSH-2.0-OpenSSH_9.2\r\n", b"SSH-1.99-x\n", b"Welcome\r\n\r\nSSH-2.0-x\r\n"])
def test_a_banner_is_enough(greeting: bytes) -> None:
    with server(greeting, hangs_up=False) as port:
        assert at(port) == ""
        assert at(port, "localhost") == ""


def test_nobody_there() -> None:
    with server(b"") as port:
        pass
    assert at(port) == "port 22: connection refused"


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (b"", "port 22: hung up before the SSH banner"),
        (b"SSX", "port 22: hung up before the SSH banner"),
        (b"220 smtp\r\n" * 99, "port 22: no SSH server"),
        (b"x" * 99_000, "port 22: no SSH server"),
    ],
)
def test_somebody_else_there(says: bytes, told: str) -> None:
    with server(says) as port:
        assert at(port) == told


def test_silence_meets_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knocking, "KNOCK_SECONDS", 0.2)
    with server(b"", hangs_up=False) as port:
        assert at(port) == "no SSH banner from port 22 within 0.2 s"


def test_a_name_that_nobody_knows() -> None:
    assert at(22, "nowhere.invalid").startswith("the name nowhere.invalid is not known: ")


def test_a_family_that_the_name_has_no_address_of() -> None:
    assert at(22, "127.0.0.1", "inet6") == "no address for 127.0.0.1"
