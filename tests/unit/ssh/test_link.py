"""What lies below and beside Paramiko's transport."""

import contextlib
import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from remedy.ssh.link import Inlet, Link


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    with near, far:
        yield near, far


def test_bytes_come_in_the_pieces_that_are_asked_for_and_in_their_order(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    near, far = ends
    inlet = Inlet(near)
    far.sendall(b"packet one")

    assert [inlet.recv(4), inlet.recv(4), inlet.recv(4)] == [b"pack", b"et o", b"ne"]

    far.sendall(b"two")
    far.close()

    assert [inlet.recv(4), inlet.recv(4)] == [b"two", b""]


def test_waiting_ends_as_the_socket_has_it_and_loses_nothing(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    near.settimeout(0.01)
    inlet = Inlet(near)
    with pytest.raises(TimeoutError):
        inlet.recv(4)
    far.sendall(b"late")

    assert inlet.recv(4) == b"late"


def test_closing_wakes_up_who_waits(ends: tuple[socket.socket, socket.socket]) -> None:
    inlet = Inlet(ends[0])

    def wait() -> None:
        with contextlib.suppress(OSError):  # closed before it waited
            inlet.recv(4)

    reader = Thread(target=wait, daemon=True)
    reader.start()
    inlet.close()
    reader.join(10)

    assert not reader.is_alive()


def test_ciphers_that_need_no_mac_are_preferred(ends: tuple[socket.socket, socket.socket]) -> None:
    ciphers = Link(ends[0], ()).preferred_ciphers

    assert ciphers[:2] == ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
    assert "aes128-ctr" in ciphers
