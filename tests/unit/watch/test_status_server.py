"""The server: few clients at once, none of them for long, and an end that leaves nothing behind."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.request import urlopen
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from remedy.watch.status import server
from remedy.watch.status.server import serving

SECONDS = 60.0


def application(_: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "2"), ("Content-Type", "text/plain")])
    return [b"ok"]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def url(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def asked(address: str) -> bytes:
    with urlopen(address, timeout=SECONDS) as answer:
        read: bytes = answer.read()
        return read


def test_it_answers_and_ends_and_its_port_is_free_then(listener: socket.socket) -> None:
    where = listener.getsockname()
    before = set(threading.enumerate())
    with serving(listener, application):
        assert asked(url(listener)) == b"ok"
    for thread in set(threading.enumerate()) - before:
        thread.join(SECONDS)
        assert not thread.is_alive()
    socket.create_server(where).close()


def test_a_client_that_drips_is_hung_up_on_and_the_next_one_served(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SECONDS", 1)
    monkeypatch.setattr(server, "LOOK_EVERY", 1)
    monkeypatch.setattr(server, "CONNECTIONS", 6)  # with what the server has open itself
    with serving(listener, application), ExitStack() as clients:
        slow = [clients.enter_context(socket.create_connection(listener.getsockname())) for _ in range(8)]
        for client in slow:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        stop = threading.Event()

        def drip() -> None:
            while not stop.wait(0.2):
                for client in slow:
                    try:
                        client.sendall(b"y")
                    except OSError:
                        return

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            assert asked(url(listener)) == b"ok"
            slow[0].settimeout(SECONDS)
            with suppress(ConnectionResetError):
                assert slow[0].recv(1) == b""
        finally:
            stop.set()
            dripping.join()


def test_a_request_that_is_too_large_is_refused(listener: socket.socket) -> None:
    with serving(listener, application), socket.create_connection(listener.getsockname(), SECONDS) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * (server.HEADER_BYTES + 1))
        assert client.recv(64).startswith(b"HTTP/1.0 431 ")
