"""A small mail server for the demo and the tests: it takes any mail, and keeps it in memory.

A real one, aiosmtpd's, in a thread; it serves whatever socket it is given, be it of another network namespace.
"""

import asyncio
import email
import email.policy
import socket
import threading
import time
from dataclasses import dataclass
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Arrived:
    """A mail, and when it was taken, in Unix seconds by this machine's clock."""

    at: float
    message: EmailMessage

    @property
    def lines(self) -> list[str]:
        """Its plain text, whatever else it holds; none if it has none."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()).splitlines() if body else []


class MailServer:
    """A server on `listening`, a bound TCP socket, within the `with`.

    `mails` are those that it took, in their order.
    """

    def __init__(self, listening: socket.socket) -> None:
        self.mails: list[Arrived] = []
        self._listening = listening
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail server", daemon=True)

    @property
    def address(self) -> str:
        """How `mail:` of hosts.yaml is to call it: ADDRESS:PORT."""
        address, port = self._listening.getsockname()
        return f"{address}:{port}"

    def __enter__(self) -> Self:
        self._loop.run_until_complete(self._loop.create_server(self._protocol, sock=self._listening))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._listening.close()
        self._loop.close()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, as aiosmtpd hands it over."""
        message = email.message_from_bytes(envelope.original_content or b"", policy=email.policy.default)
        self.mails.append(Arrived(time.time(), message))
        return "250 OK"

    def _protocol(self) -> SMTP:
        return SMTP(self, hostname="lab", loop=self._loop)
