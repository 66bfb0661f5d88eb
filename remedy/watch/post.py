"""The outbox is emptied: each mail is tried until the server has taken it.

A mail whose sending was cut short, by a kill or a lost link, may have been taken and is sent again: at least once, with
the same Message-ID, by which mail programs tell that it is the same.
"""

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from remedy.mail import MailError, PartlySentError
from remedy.watch.store import LAST_RETRY, Letter, Store, Told

FIRST_RETRY = 15.0  # seconds; each is twice the one before


def deliver(
    store: Store,
    clock: Callable[[], float],
    domain: str,
    write: Callable[[Sequence[Told]], tuple[str, str]],
    send: Callable[[Letter], None],
    taken: set[int],
) -> bool:
    """Send what is to be sent now; whether the server took all of it. `domain` is that of the Message-IDs.

    `taken` are the numbers of mails that the server took, though that could not be kept: full disks are no reason to
    send them again.
    """
    while letter := store.next_letter(clock(), domain, write):
        try:
            if letter.number not in taken:
                send(letter)
        except PartlySentError as error:
            _warn(str(error))
        except MailError as error:
            wait = min(FIRST_RETRY * 2**letter.tried, LAST_RETRY)
            store.was_refused(letter, clock() + wait)
            _warn(f"{error}; it is kept, and tried again in {wait:g} s")
            return False
        taken.add(letter.number)
        store.was_sent(letter, clock())
        taken.remove(letter.number)
    return True


def _warn(words: str) -> None:
    with suppress(OSError, ValueError):
        print(f"warning: {words}", file=sys.stderr, flush=True)
