"""A warning to whoever runs a command."""

import sys
from contextlib import suppress


def warn(words: str) -> None:
    """Say it on standard error; where nobody reads that any more, it is said in vain, and nothing fails of it."""
    with suppress(OSError, ValueError):
        print(f"warning: {words}", file=sys.stderr, flush=True)
