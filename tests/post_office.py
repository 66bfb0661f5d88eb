"""A real SMTP server for the tests, and what it takes in."""

import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from remedy.inventory.fleet import Mail

MAIL = Mail(to=("ops@example.jp", "boss@example.jp"), from_="post-mainte@example.jp")
SECRET = "correct horse"


class PostOffice:
    """What a server takes in, and from whom it refuses to."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.sessions: list[Session] = []
        self.logins: list[str] = []
        self.unknown: set[str] = set()
        self.greylisted: set[str] = set()

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 5.1.1 no such\x1b[31m user"
        if address in self.greylisted:
            return "450 4.2.0 come again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.sessions.append(session)
        self.envelopes.append(envelope)
        return "250 OK"

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        return AuthResult(success=data.password == SECRET.encode(), handled=False)

    def the_message(self) -> Any:
        (envelope,) = self.envelopes
        assert isinstance(envelope.content, bytes)
        return email.message_from_bytes(envelope.content)


@contextmanager
def serving(office: PostOffice, **options: Any) -> Iterator[Mail]:
    """A server with that post office; the `mail:` that leads to it."""
    port = free_port()
    controller = Controller(office, hostname="127.0.0.1", port=port, server_hostname="test", **options)
    controller.start()
    try:
        yield replace(MAIL, server=f"localhost:{port}")
    finally:
        controller.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
