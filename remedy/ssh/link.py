"""Paramiko's transport, without its own deadlines, and with an ear for what a server says that is no SSH."""

import contextlib
import logging
import socket
from collections.abc import Collection
from typing import Any

from paramiko import SSHException, Transport
from paramiko.packet import Packetizer

from remedy.shell.answers import printable

UNBOUNDED = 1e9  # seconds: Paramiko counts time.time(), which may be stepped; our watchdog bounds every wait instead
CHUNK = 32 * 1024  # bytes read of a socket at once
HEARD_LIMIT = 200  # bytes kept of what a server says before its banner
BANNER_LIMIT = 64 * 1024  # bytes without a banner: this is no SSH server
CERTIFICATE = "-cert-v01@openssh.com"
RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")  # the algorithms of a key of type ssh-rsa (RFC 8332)

logging.getLogger("paramiko").addHandler(logging.NullHandler())  # its errors reach us as exceptions


class Inlet:
    """A socket, or what stands for one, that is read in large pieces: Paramiko asks for three small ones a packet."""

    def __init__(self, sock: Any) -> None:
        self._socket = sock
        self.send = sock.send
        self._ahead, self._at = b"", 0  # what was read, and how much of it was taken

    def recv(self, size: int) -> bytes:
        """Some bytes, `size` at most; b"" at the end. Waits, and raises, as the socket does."""
        if self._at == len(self._ahead):
            self._ahead, self._at = self._socket.recv(CHUNK), 0
        start = self._at
        self._at = min(start + size, len(self._ahead))
        return self._ahead[start : self._at]

    def close(self) -> None:
        """Close it, and let the thread that waits for its bytes know."""
        if isinstance(self._socket, socket.socket):
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class Wire(Packetizer):
    """Keeps the beginning of what a server says before its banner."""

    def __init__(self, sock: Any) -> None:
        super().__init__(Inlet(sock))  # type: ignore[arg-type]  # its stubs want all of a socket
        self.heard = b""
        self._before_banner = 0

    def start_handshake(self, timeout: float) -> None:
        """Start no timer: Paramiko's is a thread for each connection, which outlives a lost one."""

    def _read_timeout(self, timeout: float) -> bytes:
        data: bytes = super()._read_timeout(timeout)  # type: ignore[misc]  # missing in its stubs
        self.heard = (self.heard + data)[:HEARD_LIMIT]
        self._before_banner += len(data)
        if self._before_banner > BANNER_LIMIT:
            raise SSHException("too much before the banner")
        return data


class Link(Transport):
    """A transport that asks for the host keys that are known, and for no certificates, which it can't check."""

    packetizer: Wire
    _active_check_timeout = 2.0  # seconds between two looks whether to go on: a closed socket wakes it up anyway

    def __init__(self, sock: Any, known_types: Collection[str], disabled_algorithms: Any = None) -> None:
        super().__init__(sock, disabled_algorithms=disabled_algorithms, packetizer_class=Wire)
        self.banner_timeout = self.auth_timeout = self.channel_timeout = UNBOUNDED
        self.clear_to_send_timeout = UNBOUNDED
        self._known_types = {
            algorithm for known in known_types for algorithm in (RSA_SIGNATURES if known == "ssh-rsa" else (known,))
        }

    @property
    def preferred_ciphers(self) -> tuple[str, ...]:
        """Ciphers, those first that need no MAC beside them: Paramiko compares MACs byte by byte."""
        return tuple(sorted(super().preferred_ciphers, key=lambda name: "gcm" not in name))

    @property
    def preferred_keys(self) -> tuple[str, ...]:
        """Algorithms for host keys, those of known keys first."""
        usable = [name for name in super().preferred_keys if not name.endswith(CERTIFICATE)]
        return tuple(sorted(usable, key=lambda name: name not in self._known_types))

    def _parse_debug(self, _message: object) -> None:
        """Nobody reads what sshd says for debugging, and Paramiko takes long to make it printable."""

    @property
    def reached(self) -> str:
        """How far it has come, as what is missing: "no SSH banner from" and so on."""
        if not self.remote_version:
            return "no SSH banner from"
        if not self.initial_kex_done:
            return "no end of the key exchange with"
        if not (self.auth_handler and self.auth_handler.is_authenticated()):
            return "no end of the authentication at"
        return "no channel from"

    @property
    def said_instead(self) -> str:
        """What it heard in place of a banner."""
        return printable(self.packetizer.heard).strip().partition("\n")[0]
