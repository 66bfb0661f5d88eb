"""By which ways hosts.yaml has the news told: by mail, and by apprise."""

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from remedy.inventory import Fleet
from remedy.inventory.address import mailbox
from remedy.inventory.fleet import Mail
from remedy.mail import lacking, send
from remedy.notify import notify
from remedy.report.mail import Letter
from remedy.watch.letters import write, write_text
from remedy.watch.post import Channel
from remedy.watch.store import MAIL, Queued, Told

MAIL_SECONDS = 60.0


def channels(fleet: Fleet) -> Mapping[str, Channel]:
    """They by their destinations: MAIL, and the names of variables that notify: has."""
    by_mail = {MAIL: _by_mail(fleet.mail)} if fleet.mail else {}
    return by_mail | {name: _by_apprise(name) for name in fleet.notify}


def _by_mail(mail: Mail) -> Channel:
    def send_it(queued: Queued, recipient: str) -> None:
        to, letter = replace(mail, to=(recipient,) if recipient else mail.to), queued.letter
        send(to, letter.subject, letter.text, MAIL_SECONDS, html=letter.html, message_id=queued.message_id)

    return Channel(_here(write), send_it, domain=mailbox(mail.from_).rpartition("@")[2], lacking=lambda: lacking(mail))


def _by_apprise(name: str) -> Channel:
    def send_it(queued: Queued, _: str) -> None:
        notify(name, queued.letter.subject, queued.letter.text)

    return Channel(_here(write_text), send_it)


def _here(writing: Callable[[Sequence[Told], str], Letter]) -> Callable[[Sequence[Told]], Letter]:
    return lambda told: writing(told, socket.gethostname())
