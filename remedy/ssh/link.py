"""Paramiko's transport, without its own deadlines, and with an ear for what a server says that is no SSH."""

import contextlib
import logging
import socket
import time
from collections.abc import Collection
from typing import Any

from paramiko import Channel, SSHException, Transport
from paramiko.common import CONNECTION_FAILED_CODE
from paramiko.message import Message
from paramiko.packet import Packetizer

from remedy.errors import UnreachableError
from remedy.shell.answers import printable
from remedy.ssh.deadline import Deadline
from remedy.ssh.tunnel import Gate, Tunnel

UNBOUNDED = 1e9  # seconds: Paramiko counts time.time(), which may be stepped; our watchdog bounds every wait instead
CHUNK = 32 * 1024  # bytes read of a socket at once
HEARD_LIMIT = 200  # bytes kept of what a server says before its banner
BANNER_LIMIT = 64 * 1024  # bytes without a banner: this is no SSH server
CERTIFICATE = "-cert-v01@openssh.com"
RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")  # the algorithms of a key of type ssh-rsa (RFC 8332)

logging.getLogger("paramiko").addHandler(logging.NullHandler())  # its errors reach us as exceptions
POLL = 0.1  # seconds between two looks whether a link is still there, as Paramiko has it


class HungUpError(UnreachableError):
    """The server hung up before it said anything of SSH, or a jump host did before it connected us: try again."""


class Inlet:
    """A socket, or what stands for one, that is read in large pieces: Paramiko asks for three small ones a packet."""

    def __init__(self, sock: Any) -> None:
        self._socket = sock
        self.send = sock.send
        self.heard_at = time.monotonic()  # the moment at which bytes came last
        self._ahead, self._at = b"", 0  # what was read, and how much of it was taken

    def recv(self, size: int) -> bytes:
        """Some bytes, `size` at most; b"" at the end. Waits, and raises, as the socket does."""
        if self._at == len(self._ahead):
            self._ahead, self._at = self._socket.recv(CHUNK), 0
            self.heard_at = time.monotonic()
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
        self._inlet = Inlet(sock)
        super().__init__(self._inlet)  # type: ignore[arg-type]  # its stubs want all of a socket
        self.heard = b""
        self.writes_since = 0.0  # the moment (time.monotonic()) at which the write that goes on began; 0: none does
        self._before_banner = 0

    @property
    def heard_at(self) -> float:
        """The moment (time.monotonic()) at which bytes came last, or at which it was made."""
        return self._inlet.heard_at

    def write_all(self, out: Any) -> None:
        """Write it, however long that takes."""
        self.writes_since = time.monotonic()
        super().write_all(out)
        self.writes_since = 0.0

    def give_up(self) -> None:
        """Let whoever reads or writes end with an error, at its next look; close and wait for nothing."""
        self._Packetizer__closed = True

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
    _channels: Any  # these four are missing in Paramiko's stubs
    _next_channel: Any
    _send_user_message: Any
    _unlink_channel: Any

    def __init__(self, sock: Any, known_types: Collection[str], disabled_algorithms: Any = None) -> None:
        super().__init__(sock, disabled_algorithms=disabled_algorithms, packetizer_class=Wire)
        self.banner_timeout = self.auth_timeout = self.channel_timeout = UNBOUNDED
        self.clear_to_send_timeout = UNBOUNDED
        self._tunnels: dict[int, Tunnel] = {}  # those that the server has not answered yet
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

    @property
    def stuck_seconds(self) -> float:
        """How long the message has been on its way that is being sent now."""
        since = self.packetizer.writes_since
        return time.monotonic() - since if since else 0.0

    def give_up(self) -> None:
        """End it soon: its thread, and whoever waits, see it at their next look. Waits for nothing, not even a lock."""
        self.active = False
        self.packetizer.give_up()

    def open_tunnel(self, host: str, port: int, deadline: Deadline) -> Channel:
        """A connection that the server makes to a host for us, beside others; it is the caller's to be closed.

        Raises UnreachableError where it does not make it, HungUpError where the link is lost, and TimeoutError when the
        deadline strikes. (open_channel of Paramiko is for one thread: of two that are refused one would get the other's
        reason, and of one that gives up the connection stays open.)
        """
        tunnel = self._new_tunnel()
        self._send_user_message(tunnel.opening(host, port))
        while not tunnel.answered.wait(min(POLL, deadline.left)):
            if not self.is_active():
                raise HungUpError("the link was lost")
            if deadline.passed and tunnel.is_given_up():
                raise TimeoutError
        if tunnel.refusal:
            raise UnreachableError(tunnel.refusal)
        return tunnel

    def _new_tunnel(self) -> Tunnel:
        with self.lock:
            tunnel = Tunnel(self._next_channel())
            self._tunnels[tunnel.chanid] = tunnel
            self._channels.put(tunnel.chanid, tunnel)
            self.channels_seen[tunnel.chanid] = True
            tunnel.belong(self)
        return tunnel

    def _send_message(self, data: Message) -> None:
        """Send it, unless it comes too late. Messages of tunnels come here one after the other."""
        gate: Gate | None = getattr(data, "gate", None)
        if gate is None or gate.lets_through(data):
            super()._send_message(data)  # type: ignore[misc]  # missing in its stubs

    def _parse_channel_open_success(self, m: Message) -> None:
        super()._parse_channel_open_success(m)  # type: ignore[misc]  # missing in its stubs
        m.rewind()
        if tunnel := self._tunnels.pop(m.get_int(), None):
            tunnel.answer()

    def _parse_channel_open_failure(self, m: Message) -> None:
        number, code, said = m.get_int(), m.get_int(), m.get_binary()
        if tunnel := self._tunnels.pop(number, None):
            self._unlink_channel(number)
            reason = CONNECTION_FAILED_CODE.get(code, "refused")
            tunnel.answer(": ".join(filter(None, (reason, printable(said).strip()))))
        else:
            m.rewind()
            super()._parse_channel_open_failure(m)  # type: ignore[misc]
