"""A real SMTP server for the tests, and what it takes in."""

import email
import email.header
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from ports import free_port
from waiting import wait_until

from remedy.inventory.fleet import Mail

MAIL = Mail(to=("ops@example.jp", "boss@example.jp"), from_="post-mainte@example.jp")
SECRET = "correct horse"


class PostOffice:
    """A server that can be away, what it takes in, and from whom it refuses to.

    `mails` are those that it took, in their order, by the `envelopes`.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.envelopes: list[Envelope] = []
        self.sessions: list[Session] = []
        self.logins: list[str] = []
        self.unknown: set[str] = set()
        self.greylisted: set[str] = set()
        self._controller: Controller | None = None

    def open(self, **options: Any) -> None:
        """Listen; the options are aiosmtpd's."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, server_hostname="test", **options)
        self._controller.start()

    def close(self) -> None:
        if self._controller:
            self._controller.stop()
        self._controller = None

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

    @property
    def mails(self) -> list[Message]:
        return [email.message_from_bytes(envelope.original_content or b"") for envelope in self.envelopes]

    @property
    def recipients(self) -> list[list[str]]:
        return [envelope.rcpt_tos for envelope in self.envelopes]

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    @property
    def subjects(self) -> list[str]:
        return [str(email.header.make_header(email.header.decode_header(mail["Subject"]))) for mail in self.mails]

    def the_message(self) -> Any:
        (mail,) = self.mails
        return mail

    def text(self, number: int) -> str:
        return self._part(number, 0)

    def html(self, number: int) -> str:
        return self._part(number, 1)

    def _part(self, number: int, which: int) -> str:
        mail = self.mails[number]
        assert mail.get_content_type() == "multipart/alternative"
        part = mail.get_payload(which)
        assert isinstance(part, Message)
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        return payload.decode()

    def wait_for(self, number: int) -> None:
        wait_until(lambda: len(self.envelopes) >= number, f"{number} mails do not come")


@contextmanager
def serving(office: PostOffice, **options: Any) -> Iterator[Mail]:
    """That post office, open; the `mail:` that leads to it."""
    office.open(**options)
    try:
        yield replace(MAIL, server=f"localhost:{office.port}")
    finally:
        office.close()
