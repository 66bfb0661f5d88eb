"""A value that many ask for and that takes time to make: it is made again only where it is too old."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """What `make` returns, no older than so many seconds. One thread at a time makes it, the others wait for that."""

    def __init__(self, make: Callable[[], Value], seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._make, self._seconds, self._clock = make, seconds, clock
        self._lock = Lock()
        self._made: tuple[float, Value] | None = None

    def get(self) -> Value:
        """The value; raises what `make` raises, which is not kept."""
        with self._lock:
            if self._made is None or self._clock() - self._made[0] > self._seconds:
                value = self._make()
                self._made = self._clock(), value
            return self._made[1]
