"""The outbox is emptied: each mail is tried until the server has taken it.

A mail whose sending was cut short, by a kill or a lost link, may have been taken and is sent again: at least once, with
the same Message-ID, by which mail programs tell that it is the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from remedy.mail import MailError, PartlySentError
from remedy.warning import warn
from remedy.watch.store import HOPELESS, LAST_RETRY, Queued, Store, Write

FIRST_RETRY = 15.0  # seconds; each is twice the one before

Send = Callable[[Queued, Sequence[str]], None]  # to these mailboxes; none: to all; raises MailError


@dataclass(frozen=True)
class Rest:
    """A mail that the server took, but not yet for these mailboxes; at `at` they are tried again."""

    mail: Queued
    mailboxes: Sequence[str]
    at: float


class Post:
    """Sends what is in the outbox.

    It knows what the server took, though that could not be kept: a full disk is no reason to send it again. Whom the
    server refuses for now, while others get it, is tried again as long as this process lives; it holds up nobody.
    """

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock
        self._taken: set[int] = set()
        self._rest: list[Rest] = []

    def deliver(self, domain: str, write: Write, send: Send) -> bool:
        """Send what is to be sent now; whether the server took all of it. `domain` is that of the Message-IDs."""
        while mail := self._store.next_letter(self._clock(), domain, write):
            try:
                if mail.number not in self._taken:
                    send(mail, ())
            except PartlySentError as error:
                self._put_off(replace(mail, tried=0), error.later, error)
            except MailError as error:
                wait = _wait(mail)
                self._store.was_refused(mail, self._clock() + wait)
                warn(f"{error}; it is kept, and tried again in {wait:g} s")
                return False
            self._taken.add(mail.number)
            self._store.was_sent(mail, self._clock())
            self._taken.remove(mail.number)
        self._deliver_rest(send)
        return True

    def _deliver_rest(self, send: Send) -> None:
        now, rest = self._clock(), self._rest
        self._rest = [one for one in rest if one.at > now]
        for one in rest:
            if one.at <= now:
                again = replace(one.mail, tried=one.mail.tried + 1)
                try:
                    send(one.mail, one.mailboxes)
                except PartlySentError as error:
                    self._put_off(again, error.later, error)
                except MailError as error:
                    self._put_off(again, one.mailboxes, error)

    def _put_off(self, mail: Queued, mailboxes: Sequence[str], error: MailError) -> None:
        if not mailboxes or mail.tried >= HOPELESS:
            warn(str(error))
            return
        self._rest.append(Rest(mail, mailboxes, self._clock() + _wait(mail)))
        warn(f"{error}; tried again in {_wait(mail):g} s for {', '.join(mailboxes)}")


def _wait(mail: Queued) -> float:
    return float(min(FIRST_RETRY * 2**mail.tried, LAST_RETRY))
