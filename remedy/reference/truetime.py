"""The reference of a run, which may take longer than what was measured once holds."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from remedy.errors import HostError, NoReferenceError
from remedy.inventory.fleet import ReferenceSource
from remedy.reference.reference import Reference, measure

FRESH = 60.0  # seconds: an older reference is measured anew, but no NTP server is asked more often


class TrueTime:
    """The reference, measured by a thread of its own from the beginning on, and anew where it is too old.

    That is not for the drift of clocks alone: where this machine was paused or asleep, its time.monotonic() stood still
    with it, and what was measured before would be hours wrong with an error of milliseconds.
    """

    def __init__(self, source: ReferenceSource) -> None:
        self._source = source
        self._lock = Lock()
        self._first = self._latest = self._measure()

    def __call__(self) -> Reference:
        """The reference, of the last minute; waits for it.

        Raises NoReferenceError if there was none from the beginning on, and HostError if there is none any more: what
        was done by the one before stays done.
        """
        with self._lock:
            if self._latest.done() and not self._is_fresh():
                self._latest = self._measure()
            latest = self._latest
        try:
            return latest.result()
        except NoReferenceError as error:
            if latest is self._first:
                raise
            raise HostError(str(error)) from error

    @property
    def first(self) -> Reference:
        """What was measured at the beginning; waits for it. Raises NoReferenceError."""
        return self._first.result()

    def _is_fresh(self) -> bool:
        if self._latest.exception():
            return self._latest is self._first
        return time.monotonic() - self._latest.result().measured < FRESH

    def _measure(self) -> "Future[Reference]":
        thread = ThreadPoolExecutor(1, "reference")
        try:
            return thread.submit(measure, self._source.servers, self._source.local_clock)
        finally:
            thread.shutdown(wait=False)
