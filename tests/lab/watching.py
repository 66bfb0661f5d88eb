"""`fab watch` as a process, hosts that come and go under it, and a mail server."""

import email
import email.header
import signal
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from email.message import Message
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from remedy.lab.embedded import EmbeddedLab

from .command import FAB, ROOT, SECONDS, wait_until


class PostOffice:
    """A mail server that can be away. `mails` are those that it took, in their order, for those `recipients`."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[Message] = []
        self.recipients: list[list[str]] = []
        self.greylisted: set[str] = set()
        self._controller: Controller | None = None

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.greylisted:
            return "450 4.2.0 come again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.recipients.append(envelope.rcpt_tos)
        self.mails.append(email.message_from_bytes(envelope.content))
        return "250 OK"

    def open(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, server_hostname="test")
        self._controller.start()

    def close(self) -> None:
        if self._controller:
            self._controller.stop()
        self._controller = None

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    @property
    def subjects(self) -> list[str]:
        return [str(email.header.make_header(email.header.decode_header(mail["Subject"]))) for mail in self.mails]

    def text(self, number: int) -> str:
        return self._part(number, 0)

    def html(self, number: int) -> str:
        return self._part(number, 1)

    def _part(self, number: int, which: int) -> str:
        assert self.mails[number].get_content_type() == "multipart/alternative"
        part = self.mails[number].get_payload(which)
        assert isinstance(part, Message)
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        return payload.decode()

    def wait_for(self, number: int) -> None:
        wait_until(lambda: len(self.mails) >= number, f"{number} mails do not come; there are {self.subjects}")


class Monitor:
    """`fab watch`, which may be killed and started again."""

    def __init__(self, lab: EmbeddedLab, *options: str, **environment: str) -> None:
        self._lab, self._options, self._environment = lab, options, environment
        self._log = lab.folder / "watch.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        if error:
            print(self._log.read_text())

    def start(self) -> None:
        with self._log.open("ab") as log:
            line = [str(FAB), "watch", *self._options]
            env = self._lab.environment() | self._environment
            self._process = subprocess.Popen(line, env=env, cwd=ROOT, stdout=log, stderr=log)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(SECONDS)

    def stop(self, how: signal.Signals) -> int:
        assert self._process
        self._process.send_signal(how)
        return self._process.wait(SECONDS)

    def said(self) -> str:
        return self._log.read_text()

    def wait_for(self, words: str) -> None:
        wait_until(lambda: words in self.said(), f"{words!r} is not said")


def once(lab: EmbeddedLab) -> subprocess.CompletedProcess[str]:
    """One round, as cron makes it."""
    line = [str(FAB), "watch", "--once"]
    env = lab.environment()
    return subprocess.run(line, env=env, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)


def database(lab: EmbeddedLab, query: str) -> list[tuple[Any, ...]]:
    path = lab.home / ".local/state/post-mainte/history.db"
    with suppress(sqlite3.OperationalError):
        link = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=SECONDS)
        try:
            return link.execute(query).fetchall()
        finally:
            link.close()
    return []


def says(lab: EmbeddedLab, more: str) -> None:
    """Add something to its hosts.yaml."""
    with lab.hosts_yaml.open("a") as file:
        file.write(more + "\n")


@contextmanager
def told(lab: EmbeddedLab, port: int) -> Iterator[PostOffice]:
    """Its mail server, and the `mail:` that leads to it."""
    says(lab, f"mail: {{to: ops@example.jp, from: post-mainte@example.jp, server: '127.0.0.1:{port}'}}")
    office = PostOffice(port)
    office.open()
    try:
        yield office
    finally:
        office.close()


def runs(lab: EmbeddedLab) -> list[Mapping[str, Any]]:
    """The runs that the history has, as (command, hosts)."""
    query = """SELECT json_extract(head, '$.command'), json_extract(head, '$.dry_run'), selection, ended FROM runs
        ORDER BY number"""
    return [dict(zip(("command", "dry_run", "hosts", "ended"), row, strict=True)) for row in database(lab, query)]
