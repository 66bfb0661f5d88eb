"""Deadlines of one host, and the watchdog that makes them hold.

Everything here counts time.monotonic(): the controller's own clock may be stepped while we wait. Paramiko's waits count
time.time(), so they are left unbounded, and the watchdog ends the link under them when a deadline strikes.
"""

import heapq
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

FOREVER = 3600.0  # seconds between two looks of a watchdog that has nothing to watch


class Deadline:
    """So many seconds from now for one thing: "connect", "step" or "host", as errors name it."""

    def __init__(self, seconds: float, name: str) -> None:
        self.seconds, self.name = seconds, name
        self.ends = time.monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Let it strike so many seconds later."""
        self.seconds += seconds
        self.ends += seconds

    @property
    def left(self) -> float:
        """Seconds that are left, 0.0 at least."""
        return max(0.0, self.ends - time.monotonic())

    @property
    def passed(self) -> bool:
        """Whether it has struck."""
        return time.monotonic() >= self.ends

    def says(self, trouble: str) -> str:
        """The text of an error: which deadline struck on what, and its length."""
        return f"{self.name} deadline: {trouble} within {self.seconds:g} s"


def sooner(one: Deadline, other: Deadline) -> Deadline:
    """Of two deadlines the one that strikes first."""
    return one if one.ends <= other.ends else other


class Watchdog:
    """One daemon thread that strikes when moments have passed. What it calls must not wait for anything."""

    def __init__(self) -> None:
        self._watches: list[_Watch] = []
        self._numbers = count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watch(self, deadline: Deadline, strike: Callable[[], None]) -> Iterator[None]:
        """Call `strike`, once, if the deadline passes within the block; never after the block."""
        watch = _Watch(deadline.ends, next(self._numbers), strike)
        self._add(watch)
        try:
            yield
        finally:
            with self._changed:
                watch.strike = None

    def _add(self, watch: "_Watch") -> None:
        with self._changed:
            heapq.heappush(self._watches, watch)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()
            elif self._watches[0] is watch:
                self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            while True:
                while self._watches and self._watches[0].is_due():
                    watch = heapq.heappop(self._watches)
                    if watch.strike:
                        watch.strike()
                soonest = self._watches[0].moment - time.monotonic() if self._watches else FOREVER
                self._changed.wait(min(soonest, FOREVER))


@dataclass(order=True)
class _Watch:
    """One moment that is watched; without `strike` it is over."""

    moment: float
    number: int
    strike: Callable[[], None] | None = field(compare=False)

    def is_due(self) -> bool:
        return self.strike is None or time.monotonic() >= self.moment


WATCHDOG = Watchdog()
