"""Connections to hosts through a link that many hosts share: channels of it that do the others no harm."""

import contextlib
import threading
from typing import Any

from paramiko import Channel, SSHException, Transport
from paramiko.common import cMSG_CHANNEL_CLOSE, cMSG_CHANNEL_OPEN
from paramiko.message import Message


class Tunnel(Channel):
    """A channel that leads to a host, and what the server answered: it is open, or why it is not."""

    def __init__(self, chanid: int) -> None:
        super().__init__(chanid)
        self.answered = threading.Event()
        self.refusal = ""
        self._given_up = False
        self._turn = threading.Lock()

    def belong(self, link: Transport) -> None:
        """Become a channel of the link."""
        self._set_transport(Gate(link))  # type: ignore[attr-defined]  # missing in its stubs
        self._set_window(link.default_window_size, link.default_max_packet_size)  # type: ignore[attr-defined]

    def opening(self, host: str, port: int) -> Message:
        """What asks the server to open it, to that port of that host."""
        message = Message()
        message.add_byte(cMSG_CHANNEL_OPEN)
        message.add_string("direct-tcpip")
        for number in (self.chanid, self.in_window_size, self.in_max_packet_size):
            message.add_int(number)
        for name, number in ((host, port), ("", 0)):
            message.add_string(name)
            message.add_int(number)
        return message

    def cut(self) -> None:
        """Let whoever reads it find its end at once; send nothing. Nobody who waits holds the lock of the buffer."""
        self.in_buffer.close()

    def close(self) -> None:
        """Close it; where the link is lost, that is done already."""
        with contextlib.suppress(OSError, EOFError, SSHException):
            super().close()

    def answer(self, refusal: str = "") -> None:
        """Take the answer of the server; a connection that nobody waits for any more is closed."""
        self.refusal = refusal
        with self._turn:
            self.answered.set()
        if self._given_up and not refusal:
            self.close()

    def is_given_up(self) -> bool:
        """Wait for it no more; False where the answer has come."""
        with self._turn:
            self._given_up = not self.answered.is_set()
        return self._given_up


class Gate:
    """What a tunnel takes for its link: after its close no message of it goes through.

    Paramiko looks whether a channel is open, and sends a little later, when another thread may have closed it. A server
    that hears of a channel that is gone hangs up, on all hosts of the link.
    """

    def __init__(self, link: Transport) -> None:
        self._link = link
        self._is_shut = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._link, name)

    def _send_user_message(self, message: Any) -> None:
        message.gate = self
        self._link._send_user_message(message)  # type: ignore[attr-defined]  # missing in its stubs

    def lets_through(self, message: Message) -> bool:
        """Whether the message may be sent, which is done now; to be asked by one thread at a time."""
        was_shut = self._is_shut
        self._is_shut |= message.asbytes()[:1] == cMSG_CHANNEL_CLOSE
        return not was_shut
