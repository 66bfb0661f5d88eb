"""Mail by SMTP, as `mail:` of hosts.yaml says."""

import os
import shlex
import smtplib
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import formatdate, make_msgid
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from remedy.errors import PostMainteError
from remedy.harmless import harmless
from remedy.inventory.address import mailbox, split_server
from remedy.inventory.fleet import Mail
from remedy.ssh.deadline import WATCHDOG, Deadline
from remedy.ssh.dial import connect, reason, resolve

PASSWORD = "POST_MAINTE_MAIL_PASSWORD"  # noqa: S105  # the variable's name
KEYRING, KEYRING_SECONDS = "post-mainte", 10.0  # the service that passwords are kept for in a keyring
KEYRING_HOLDS = 60.0  # seconds until a keyring is asked again: a monitor is to find out what was put into it
SECONDS = 60.0
PORT, TLS_PORT = 25, 465  # the latter speaks TLS from the first byte (RFC 8314, section 3.3)
READY = 220  # the greeting's code
FOR_GOOD = 500  # and above: a refusal that stays
SUBJECT_LENGTH = 200
REPLY_LENGTH = 300


class MailError(PostMainteError):
    """The mail was not sent, or not to everybody; the message says why."""


class PartlySentError(MailError):
    """The mail was sent, but not to everybody: sent again, the others would have it twice.

    `later` are the mailboxes that the server may take it for later (RFC 5321, section 4.2.1: 4yz).
    """

    def __init__(self, message: str, later: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.later = tuple(later)


def send(
    mail: Mail,
    subject: str,
    text: str,
    seconds: float = SECONDS,
    environment: Mapping[str, str] = os.environ,
    html: str = "",
    message_id: str = "",
) -> None:
    """Send a plain text within so many seconds; raise MailError if anybody in `to:` doesn't get it.

    `html` says the same as a page, for those who read their mail so. `message_id` is that of a mail that may have been
    sent before; without it, it is a new one.

    With `user:` we log in by the password in $POST_MAINTE_MAIL_PASSWORD or a keyring, and then only over TLS with a
    certificate that holds for the server's name. Without, TLS is used where it is offered, whoever the server is: that
    is no worse than to send it in the clear, as it would be otherwise (RFC 7435).
    """
    if why := lacking(mail, environment):
        raise MailError(f"no mail was sent: {why}")
    message, deadline = compose(mail, subject, text, html, message_id), Deadline(seconds, "mail")
    with _errors_told(mail, deadline), _connected(mail, deadline) as client:
        if mail.user:
            client.login(mail.user, _password(mail, environment))
        data = message.as_bytes(policy=compat32.clone(linesep="\r\n"))
        refused = client.sendmail(_mailbox(mail.from_), list(map(_mailbox, mail.to)), data)
    if refused:
        later = [mailbox for mailbox, (code, _) in refused.items() if code < FOR_GOOD]
        raise PartlySentError(f"the mail was sent, but not to all: {mail.server}: {_refusals(refused)}", later)


def lacking(mail: Mail, environment: Mapping[str, str] = os.environ) -> str:
    """What is lacking here to send any mail; empty if nothing is."""
    if mail.user and not _password(mail, environment):
        keep = f"keyring set {KEYRING} {shlex.quote(_entry(mail))}"
        return f"`user: {mail.user}` of mail: needs a password in ${PASSWORD}, or in a keyring, by `{keep}`"
    return ""


def _password(mail: Mail, environment: Mapping[str, str]) -> str:
    return environment.get(PASSWORD) or _kept(_entry(mail), int(time.monotonic() // KEYRING_HOLDS))


def _entry(mail: Mail) -> str:
    """Whose password it is, in a keyring."""
    return f"{mail.user}@{mail.server}"


@lru_cache(maxsize=8)
def _kept(entry: str, _when: int) -> str:
    """The password in the keyring; empty if it has none, or there is no keyring here.

    It is asked by a process of its own: one that is locked may wait for somebody to open it.
    """
    command = [sys.executable, "-m", "keyring", "get", KEYRING, entry]
    with suppress(OSError, subprocess.TimeoutExpired):
        if find_spec("keyring"):
            options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
            done = subprocess.run(command, timeout=KEYRING_SECONDS, check=False, **options)
            return str(done.stdout).rstrip("\n") if done.returncode == 0 else ""
    return ""


def compose(mail: Mail, subject: str, text: str, html: str = "", message_id: str = "") -> "Message[str, str | Header]":
    """The message; raise MailError for a mailbox that SMTP does not know.

    Neither subject nor text can bring a header of its own. That is why this is no EmailMessage: it decodes the encoded
    words (RFC 2047) that a header is set to, and writes the line breaks in them out as they are.
    """
    sender = _mailbox(mail.from_)
    message = _alternatives(text, html) if html else _part(text)
    message["From"] = sender
    message["To"] = ", ".join(map(_mailbox, mail.to))
    message["Subject"] = _encoded(_line(subject, SUBJECT_LENGTH))
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = message_id or make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is to answer it
    return message


def _alternatives(text: str, html: str) -> "Message[str, str | Header]":
    """The same in two forms, the better one last (RFC 2046, section 5.1.4)."""
    message: Message[str, str | Header] = Message()
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = "multipart/alternative"
    message.attach(_part(text))
    page = _part(html)
    page.set_type("text/html")
    message.attach(page)
    return message


def _part(words: str) -> "Message[str, str | Header]":
    part: Message[str, str | Header] = Message()
    part.set_payload(_clean(words), _quoted_printable())
    return part


def _quoted_printable() -> Charset:
    charset = Charset("utf-8")
    charset.body_encoding = QP
    return charset


def _encoded(line: str) -> Header:
    """A header's value; what is in ASCII, and no encoded word by itself, stays readable."""
    is_plain = line.isascii() and "=?" not in line
    return Header(line, "us-ascii" if is_plain else "utf-8", header_name="Subject")


def _mailbox(text: str) -> str:
    try:
        return mailbox(text)
    except ValueError:
        raise MailError(f"no mail was sent: {text!r} is no mailbox that every mail server knows") from None


class _Client(smtplib.SMTP):
    """smtplib's client on a connection of ours: made within a deadline, and our own name is not looked up."""

    def __init__(self, name: str, link: socket.socket) -> None:
        address = link.getsockname()[0]
        literal = f"[IPv6:{address}]" if ":" in address else f"[{address}]"  # RFC 5321, section 4.1.3
        super().__init__(local_hostname=literal)
        self._host = name  # that a certificate must hold for
        self._link = link

    def _get_socket(self, *_: Any) -> socket.socket:
        return self._link


@contextmanager
def _connected(mail: Mail, deadline: Deadline) -> Iterator[_Client]:
    """A client that the server has greeted; over TLS where that can be, and must be where a password follows."""
    name, port = split_server(mail.server)
    context = _context(is_checked=mail.user is not None)
    link = connect(resolve(name, port or PORT, "any", deadline), deadline)
    with link.dup() as handle, WATCHDOG.watch(deadline, lambda: _cut(handle)):
        is_tls = port == TLS_PORT
        with closing(_Client(name, context.wrap_socket(link, server_hostname=name) if is_tls else link)) as client:
            code, reply = client.connect(name, port or PORT)
            if code != READY:
                raise smtplib.SMTPConnectError(code, reply)
            client.ehlo_or_helo_if_needed()
            if not is_tls and client.has_extn("starttls"):
                client.starttls(context=context)
            if mail.user and not isinstance(client.sock, ssl.SSLSocket):
                raise MailError(f"no mail was sent: {mail.server} offers no TLS, and no password goes without it")
            yield client
            with suppress(OSError):
                client.quit()


def _context(is_checked: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not is_checked:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _cut(handle: socket.socket) -> None:
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)


@contextmanager
def _errors_told(mail: Mail, deadline: Deadline) -> Iterator[None]:
    """Turn what can go wrong on the way into a MailError."""
    try:
        yield
    except (OSError, ValueError) as error:
        why = deadline.says("the server did not take it") if deadline.passed else _why(mail, error)
        raise MailError(f"no mail was sent: {mail.server}: {why}") from None  # the cause may show the password


def _why(mail: Mail, error: Exception) -> str:
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _refusals(error.recipients)
        case smtplib.SMTPAuthenticationError():
            return f"it refuses the login of {mail.user}: {_reply(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPResponseException():
            return f"it refuses: {_reply(error.smtp_code, error.smtp_error)}"
        case ssl.SSLCertVerificationError():
            return f"its certificate does not hold: {error.verify_message}"
        case UnicodeEncodeError():
            return "user and password have to be in ASCII"
        case OSError():
            return _line(reason(error), REPLY_LENGTH)
    return "it does not speak SMTP"


def _refusals(recipients: Mapping[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"it refuses {mailbox}: {_reply(*reply)}" for mailbox, reply in recipients.items())


def _reply(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return _line(f"{code} {words}", REPLY_LENGTH)


def _line(words: str, length: int) -> str:
    """The words on one line, without control characters, and not too long."""
    line = " ".join(_clean(words).split())
    return line if len(line) <= length else line[: length - 3] + "..."


def _clean(words: str) -> str:
    return harmless(words.encode(errors="replace").decode())
