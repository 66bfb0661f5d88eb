"""Waiting for what others bring about."""

import time
from collections.abc import Callable

PATIENCE = 60.0  # seconds: what a machine under load may take; a test has twice as much


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Return when it is so; `what` is the failure if it does not come to that."""
    ends = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < ends, what
        time.sleep(0.02)
