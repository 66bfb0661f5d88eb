"""The outbox is emptied: each mail is tried until it was taken.

A mail whose sending was cut short, by a kill or a lost link, may have been taken and is sent again: at least once, with
the same Message-ID, by which mail programs tell that it is the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from remedy.errors import PostMainteError
from remedy.mail import PartlySentError
from remedy.warning import warn
from remedy.watch.store import HOPELESS, LAST_RETRY, MAIL, Queued, Store, Write

FIRST_RETRY = 15.0  # seconds; each is twice the one before


@dataclass(frozen=True)
class Channel:
    """A way to a destination.

    `write` makes what is sent, with Message-IDs of `domain`, if it has any. `send` sends it, to that mailbox alone if
    one is named, and raises PostMainteError. `lacking` says what is lacking here to send anything; empty: nothing.
    """

    write: Write
    send: Callable[[Queued, str], None]
    domain: str = ""
    lacking: Callable[[], str] = str


class Post:
    """Sends what is in the outbox.

    It knows what was taken, though that could not be kept: a full disk is no reason to send it again.
    """

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock
        self._taken: dict[int, Sequence[str]] = {}  # with the mailboxes that may get it later

    def deliver(self, destination: str, channel: Channel) -> bool:
        """Send what is to be sent to a destination now; whether all of it was taken.

        Whom the mail server refuses for now, while others get it, is a destination of its own then: it holds up nobody.
        """
        is_taken = self._deliver(destination, channel)
        for mailbox in self._store.mailboxes() if destination == MAIL else ():
            self._deliver(mailbox, channel, mailbox)
        return is_taken

    def next_at(self, destination: str) -> float | None:
        """When something is to be sent there, or tried again; None: not before something happens."""
        destinations = (MAIL, *self._store.mailboxes()) if destination == MAIL else (destination,)
        moments = [self._store.next_mail_at(self._clock(), one) for one in destinations]
        return min((moment for moment in moments if moment is not None), default=None)

    def _deliver(self, destination: str, channel: Channel, mailbox: str = "") -> bool:
        while mail := self._store.next_letter(self._clock(), destination, channel.domain, channel.write):
            try:
                if mail.number not in self._taken:
                    self._taken[mail.number] = _send(mail, channel, mailbox)
            except PostMainteError as error:
                self._put_off(mail, mailbox, error)
                return False
            now, later = self._clock(), self._taken[mail.number]
            self._store.was_sent(mail, now, later, now + FIRST_RETRY)
            del self._taken[mail.number]
        return True

    def _put_off(self, mail: Queued, mailbox: str, error: PostMainteError) -> None:
        if mailbox and mail.tried + 1 >= HOPELESS:
            self._store.give_up(mail)
            warn(f"{error}; {mailbox} does not get it")
            return
        wait = min(FIRST_RETRY * 2**mail.tried, LAST_RETRY)
        self._store.was_refused(mail, self._clock() + wait)
        warn(f"{error}; it is kept, and tried again in {wait:g} s" + (f" for {mailbox}" if mailbox else ""))


def _send(mail: Queued, channel: Channel, mailbox: str) -> Sequence[str]:
    """Send it; the mailboxes that may get it later."""
    try:
        channel.send(mail, mailbox)
    except PartlySentError as error:
        wait = f"; tried again in {FIRST_RETRY:g} s for {', '.join(error.later)}" if error.later else ""
        warn(f"{error}{wait}")
        return error.later
    return ()
