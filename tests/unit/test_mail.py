"""Mail reaches a real SMTP server, over TLS where there is a password, and says clearly why where it does not."""

import email
import email.header
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from ports import free_port
from post_office import MAIL, SECRET, PostOffice, serving

from remedy.inventory.fleet import Mail
from remedy.mail import PASSWORD, MailError, PartlySentError, compose, lacking, send

HEADERS = [
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
]
HOSTILE = st.text() | st.from_regex(r"(.|\n)*=\?utf-8\?[qb]\?(=0d=0aBcc=3a|DQpCY2M6)[ -~]*\?=(.|\n)*", fullmatch=True)


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


def certified(authority: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


@contextmanager
def saying(*pieces: bytes) -> Iterator[Mail]:
    """A server that says these, one after the other, and never listens; the last one for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def speak() -> None:
            with suppress(OSError), listener.accept()[0] as link:
                for piece in pieces:
                    link.sendall(piece)
                while pieces and not over.wait(0.01):
                    link.sendall(pieces[-1])
                over.wait()

        thread = threading.Thread(target=speak)
        thread.start()
        try:
            yield replace(MAIL, server=f"127.0.0.1:{listener.getsockname()[1]}")
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def with_login(office: PostOffice, context: ssl.SSLContext) -> dict[str, Any]:
    return {"tls_context": context, "authenticator": office.authenticate}


def refused(mail: Mail, password: str = SECRET, **how: Any) -> str:
    with pytest.raises(MailError) as caught:
        send(mail, "subject", "text", environment={PASSWORD: password}, **how)
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_text_reaches_everybody_in_to_as_it_was_written(office: PostOffice) -> None:
    text = "First\n.\n..\nFrom here\n" + "ü" * 2000 + "\n" + "x" * 2000 + "\n"
    with serving(office) as mail:
        send(mail, "backup nächtlich ran", text)
    message = office.the_message()
    assert office.envelopes[0].mail_from == "post-mainte@example.jp"
    assert office.envelopes[0].rcpt_tos == ["ops@example.jp", "boss@example.jp"]
    assert (message["From"], message["To"]) == ("post-mainte@example.jp", "ops@example.jp, boss@example.jp")
    assert subject_of(message) == "backup nächtlich ran"
    assert message.get_payload(decode=True).decode().replace("\r\n", "\n") == text
    assert message["Auto-Submitted"] == "auto-generated"


def test_lines_on_the_wire_are_short_and_in_ascii(office: PostOffice) -> None:
    with serving(office) as mail:
        send(mail, "ü" * 150, "é" * 5000)
    content = office.envelopes[0].content
    assert isinstance(content, bytes)
    assert content.isascii()
    assert max(map(len, content.splitlines())) <= 78
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_a_page_goes_with_the_text_and_stands_last(office: PostOffice) -> None:
    with serving(office) as mail:
        send(mail, "subject", "plain ü\n", html="<p>rich ü</p>\n" + "x" * 3000)
    message = office.the_message()
    assert message.get_content_type() == "multipart/alternative"
    plain, rich = message.get_payload()
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_payload(decode=True).decode().replace("\r\n", "\n") == "plain ü\n"
    assert rich.get_payload(decode=True).decode().startswith("<p>rich ü</p>")
    assert max(map(len, office.envelopes[0].content.splitlines())) <= 78  # type: ignore[union-attr]
    assert not message.defects


def test_it_goes_over_tls_where_that_is_offered_whoever_the_server_is(
    office: PostOffice, authority: trustme.CA
) -> None:
    with serving(office, tls_context=certified(authority, "elsewhere.example")) as mail:
        send(mail, "subject", "text")
    assert office.sessions[0].ssl is not None


@pytest.mark.usefixtures("trusted")
def test_with_a_user_it_logs_in_by_the_password_of_the_environment(office: PostOffice, authority: trustme.CA) -> None:
    with serving(office, **with_login(office, certified(authority)), auth_required=True) as mail:
        send(replace(mail, user="ops"), "subject", "text", environment={PASSWORD: SECRET})
    assert (office.logins, len(office.envelopes)) == (["ops"], 1)


@pytest.mark.usefixtures("trusted")
def test_the_port_that_speaks_tls_at_once_is_spoken_to_so(
    office: PostOffice, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(
        office, ssl_context=certified(authority), authenticator=office.authenticate, auth_require_tls=False
    ) as mail:
        monkeypatch.setattr("remedy.mail.TLS_PORT", int(mail.server.rpartition(":")[2]))
        send(replace(mail, user="ops"), "subject", "text", environment={PASSWORD: SECRET})
    assert (office.logins, len(office.envelopes)) == (["ops"], 1)


def test_a_password_goes_nowhere_without_tls(office: PostOffice) -> None:
    with serving(office, authenticator=office.authenticate, auth_require_tls=False) as mail:
        assert refused(replace(mail, user="ops")).endswith("offers no TLS, and no password goes without it")
    assert (office.logins, office.envelopes) == ([], [])


@pytest.mark.usefixtures("trusted")
def test_a_password_goes_to_no_server_of_another_name(office: PostOffice, authority: trustme.CA) -> None:
    with serving(office, **with_login(office, certified(authority, "elsewhere.example"))) as mail:
        assert "its certificate does not hold: Hostname mismatch" in refused(replace(mail, user="ops"))
    assert (office.logins, office.envelopes) == ([], [])


def test_a_password_goes_to_no_server_that_nobody_vouches_for(office: PostOffice, authority: trustme.CA) -> None:
    with serving(office, **with_login(office, certified(authority))) as mail:
        assert "its certificate does not hold: " in refused(replace(mail, user="ops"))
    assert (office.logins, office.envelopes) == ([], [])


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_told_without_being_told(office: PostOffice, authority: trustme.CA) -> None:
    with serving(office, **with_login(office, certified(authority))) as mail:
        told = refused(replace(mail, user="ops"), password="wrong horse")
    assert "it refuses the login of ops: 535" in told
    assert "wrong horse" not in told


@pytest.mark.usefixtures("trusted")
def test_a_password_that_smtp_can_not_carry_is_told_without_being_told(
    office: PostOffice, authority: trustme.CA
) -> None:
    with serving(office, **with_login(office, certified(authority))) as mail:
        told = refused(replace(mail, user="ops"), password="grüße")
    assert told.endswith("user and password have to be in ASCII")


def test_without_its_password_nobody_is_asked() -> None:
    told = refused(replace(MAIL, server="127.0.0.1:1", user="ops"), password="")
    assert told == (
        "no mail was sent: `user: ops` of mail: needs a password in $POST_MAINTE_MAIL_PASSWORD, "
        "or in a keyring, by `keyring set post-mainte ops@127.0.0.1:1`"
    )


@pytest.mark.usefixtures("trusted")
def test_with_a_user_it_logs_in_by_the_password_of_the_keyring_as_it_is_by_now(
    office: PostOffice, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.PlaintextKeyring")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("remedy.mail.KEYRING_HOLDS", 0.001)
    with serving(office, **with_login(office, certified(authority)), auth_required=True) as mail:
        ours = replace(mail, user="ops")
        assert "needs a password" in lacking(ours, {})
        keyring = Path(sys.executable).with_name("keyring")
        subprocess.run([keyring, "set", "post-mainte", f"ops@{mail.server}"], input=SECRET, text=True, check=True)
        send(ours, "subject", "text", environment={})
    assert (office.logins, len(office.envelopes)) == (["ops"], 1)


def test_whoever_was_refused_is_named_and_the_others_get_it(office: PostOffice) -> None:
    office.unknown = {"boss@example.jp"}
    with serving(office) as mail:
        told = refused(mail)
    assert told.startswith("the mail was sent, but not to all: ")
    assert told.endswith("it refuses boss@example.jp: 550 5.1.1 no such[31m user")
    assert office.envelopes[0].rcpt_tos == ["ops@example.jp"]


def test_whoever_may_get_it_later_is_told_apart_from_those_who_never_will(office: PostOffice) -> None:
    office.unknown, office.greylisted = {"boss@example.jp"}, {"night@example.jp"}
    with serving(office) as mail, pytest.raises(PartlySentError) as caught:
        send(replace(mail, to=(*mail.to, "night@example.jp")), "subject", "text")
    assert caught.value.later == ("night@example.jp",)
    assert office.envelopes[0].rcpt_tos == ["ops@example.jp"]


def test_if_all_were_refused_no_mail_was_sent(office: PostOffice) -> None:
    office.unknown = set(MAIL.to)
    with serving(office) as mail:
        told = refused(mail)
    assert told.startswith("no mail was sent: ")
    assert all(f"it refuses {mailbox}: 550" in told for mailbox in MAIL.to)


def test_a_server_that_is_not_there_is_told() -> None:
    server = f"127.0.0.1:{free_port()}"
    assert refused(replace(MAIL, server=server)) == f"no mail was sent: {server}: connection refused"


def test_a_server_that_has_no_address_is_told() -> None:
    assert "no mail was sent: nowhere.invalid: " in refused(replace(MAIL, server="nowhere.invalid"))


@pytest.mark.parametrize("pieces", [(), (b"2",), (b"220-wait\r\n",), (b"220 ready\r\n", b"250-more\r\n")])
def test_a_server_that_keeps_us_waiting_meets_a_deadline(pieces: tuple[bytes, ...]) -> None:
    with saying(*pieces) as mail:
        told = refused(mail, seconds=0.4)
    assert told.endswith("mail deadline: the server did not take it within 0.4 s")


@pytest.mark.parametrize(
    ("greeting", "why"),
    [
        (b"554 go\x1b[2J away\r\n", "it refuses: 554 go[2J away"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "it refuses: -1"),
        (b"\xff" * 70_000 + b"\r\n", "it refuses: 500 Line too long."),
    ],
)
def test_a_server_that_does_not_welcome_us_is_told(greeting: bytes, why: str) -> None:
    with saying(greeting) as mail:
        assert why in refused(mail)


@given(subject=HOSTILE, text=HOSTILE)
def test_neither_subject_nor_text_brings_a_header_of_its_own(subject: str, text: str) -> None:
    message = email.message_from_bytes(compose(MAIL, subject, text).as_bytes())
    assert message.keys() == HEADERS
    assert message["To"] == "ops@example.jp, boss@example.jp"
    assert len(subject_of(message).splitlines()) <= 1
    assert not message.defects


@given(st.text(max_size=60))
def test_a_short_subject_is_read_as_it_was_meant(words: str) -> None:
    line = " ".join("".join(c for c in words if c.isprintable() or c.isspace()).split())
    message = email.message_from_bytes(compose(MAIL, line, "").as_bytes())
    assert subject_of(message) == line


def test_a_domain_of_another_script_goes_by_its_name_in_the_dns() -> None:
    assert compose(replace(MAIL, from_="ops@例え.jp"), "s", "t")["From"] == "ops@xn--r8jz45g.jp"


@pytest.mark.parametrize("mailbox", ["öps@example.jp", 'a"b@example.jp', "a(b)@example.jp", "a@b\ncc"])
def test_a_mailbox_that_not_every_server_knows_is_refused(mailbox: str) -> None:
    assert "is no mailbox that every mail server knows" in refused(replace(MAIL, to=(mailbox,)))


def test_the_password_s_variable_is_the_one_that_is_documented() -> None:
    assert PASSWORD == "POST_MAINTE_MAIL_PASSWORD"


def test_a_mail_tells_when_it_was_written() -> None:
    date = email.utils.parsedate_to_datetime(str(compose(MAIL, "s", "t")["Date"]))
    assert abs(date.timestamp() - time.time()) < 3600


def subject_of(message: Any) -> str:
    return str(email.header.make_header(email.header.decode_header(message["Subject"])))
