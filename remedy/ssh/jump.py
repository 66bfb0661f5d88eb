"""Jump hosts: one connection to each of them in a run, shared by all hosts behind it.

A thread of its own opens such a connection, sees that it moves, and closes it when it is over; nobody else may cut or
close it. No host's deadline concerns it: hosts wait for it as long as their own deadlines let them.
"""

import threading
import time
from typing import TYPE_CHECKING

from remedy.errors import ConnectDeadlineError, UnreachableError
from remedy.ssh.deadline import Deadline
from remedy.ssh.link import HungUpError, Link

if TYPE_CHECKING:
    from remedy.ssh.hop import Hop

REST = 5.0  # seconds that a jump host is let alone after a failure: hosts that come meanwhile get the same reason
PATIENCE = 0.25  # seconds between two looks at a deadline, which may be drawn near from outside
LOOKS = 1.0  # seconds between two looks at a link that is open
STUCK = 30.0  # seconds in which a link takes no message: it is lost, as one without acknowledgement is (dial.OPTIONS)


class Jumps:
    """The jump hosts of a run."""

    def __init__(self) -> None:
        self._jumps: dict[object, Jump] = {}
        self._closed = False
        self._lock = threading.Lock()

    def to(self, hop: "Hop") -> "Jump":
        """The jump host that `hop` would connect to; it is connected to by `hop` where it is not yet, or not any more.

        Raises UnreachableError at the end of the run.
        """
        with self._lock:
            if self._closed:
                raise UnreachableError("interrupted before it was connected to")
            jump = self._jumps.get(hop.way)
            if jump is None or jump.is_over:
                jump = self._jumps[hop.way] = Jump(hop)
            return jump

    def close(self) -> None:
        """End all links, open or on their way, and open no more; wait for nothing."""
        with self._lock:
            self._closed = True
            for jump in self._jumps.values():
                jump.end()


class Jump:
    """One jump host, from the first host that goes through it until its link is lost or the run ends."""

    def __init__(self, hop: "Hop") -> None:
        self._hop = hop
        self._hop.deadline = Deadline(hop.connect_seconds, "connect")
        self._settled = threading.Event()  # it is open, or has failed
        self._trouble: UnreachableError | None = None
        self._rests_until = 0.0
        self._ended = False
        threading.Thread(target=self._keep, name=f"jump host {hop.place}", daemon=True).start()

    def link(self, deadline: Deadline) -> Link:
        """The link, as soon as it is open. Raise UnreachableError with the reason where it is not opened, and
        ConnectDeadlineError when the deadline strikes.
        """
        while not self._settled.wait(min(PATIENCE, deadline.left)):
            if deadline.passed:
                raise ConnectDeadlineError(deadline.says(self._hop.missing))
        if self._trouble:
            raise type(self._trouble)(str(self._trouble))  # one of its own for each host: a raised one is changed
        link: Link = self._hop.transport
        return link

    @property
    def missing(self) -> str:
        """What is waited for here; empty where nothing is."""
        return "" if self._settled.is_set() else self._hop.missing

    @property
    def is_over(self) -> bool:
        """Whether it is to be connected to anew."""
        if not self._settled.is_set():
            return False
        return time.monotonic() >= self._rests_until if self._trouble else not self._hop.is_connected

    def end(self) -> None:
        """End the link, or the connecting; the thread closes what is left."""
        self._ended = True
        self._hop.deadline.ends = 0.0
        self._hop.cut()

    def _keep(self) -> None:
        """Open the link, watch it until it is lost or ended, and close it."""
        try:
            self._hop.open()
        except Exception as error:  # whatever it is: hosts wait for it
            self._fail(error)
        else:
            self._settled.set()
            self._watch(self._hop.transport)
        finally:
            self._hop.close()

    def _fail(self, error: Exception) -> None:
        if isinstance(error, UnreachableError) and not isinstance(error, HungUpError):
            self._trouble = error
        else:
            self._trouble = UnreachableError(str(error))  # no HungUpError: it was tried again already
        self._rests_until = time.monotonic() + REST
        self._settled.set()

    def _watch(self, link: Link) -> None:
        while link.is_alive():
            if self._ended or link.stuck_seconds > STUCK:
                self._hop.cut()
            link.join(LOOKS)
