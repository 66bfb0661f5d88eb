"""Paramiko's transport, without its own deadlines, and with an ear for what a server says that is no SSH."""

import logging
from collections.abc import Collection
from typing import Any

from paramiko import SSHException, Transport
from paramiko.packet import Packetizer

from remedy.shell.answers import printable

UNBOUNDED = 1e9  # seconds: Paramiko counts time.time(), which may be stepped; our watchdog bounds every wait instead
HEARD_LIMIT = 200  # bytes kept of what a server says before its banner
BANNER_LIMIT = 64 * 1024  # bytes without a banner: this is no SSH server
CERTIFICATE = "-cert-v01@openssh.com"
RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")  # the algorithms of a key of type ssh-rsa (RFC 8332)

logging.getLogger("paramiko").addHandler(logging.NullHandler())  # its errors reach us as exceptions


class Wire(Packetizer):
    """Keeps the beginning of what a server says before its banner."""

    def __init__(self, socket: Any) -> None:
        super().__init__(socket)
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

    def __init__(self, sock: Any, known_types: Collection[str], disabled_algorithms: Any = None) -> None:
        super().__init__(sock, disabled_algorithms=disabled_algorithms, packetizer_class=Wire)
        self.banner_timeout = self.auth_timeout = self.channel_timeout = UNBOUNDED
        self.clear_to_send_timeout = UNBOUNDED
        self._known_types = {
            algorithm for known in known_types for algorithm in (RSA_SIGNATURES if known == "ssh-rsa" else (known,))
        }

    @property
    def preferred_keys(self) -> tuple[str, ...]:
        """Algorithms for host keys, those of known keys first."""
        usable = [name for name in super().preferred_keys if not name.endswith(CERTIFICATE)]
        return tuple(sorted(usable, key=lambda name: name not in self._known_types))

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
