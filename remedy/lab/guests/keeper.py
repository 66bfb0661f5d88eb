"""Ends a lab when its owner is gone: `python -m remedy.lab.guests.keeper NAME`, with a pipe from the owner as input.

The pipe ends however the owner ends, be it by SIGKILL; then the lab is taken down.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from remedy.lab.guests.lab import LABS, Lab


@contextmanager
def kept(name: str) -> Iterator[None]:
    """See to it that the lab of that name ends with this block, or with this process."""
    command = [sys.executable, "-m", "remedy.lab.guests.keeper", name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True):
        yield  # leaving closes the pipe, and waits


def main(name: str) -> None:
    """Wait for the end of standard input, then take the lab down if there is one."""
    sys.stdin.read()
    if (LABS / name).exists():
        Lab.open(name).down()


if __name__ == "__main__":
    main(sys.argv[1])
