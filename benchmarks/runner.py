"""Runs one command to its end and tells its cost as JSON, with all that it left running, which ends with it.

A process of its own, since what a command leaves behind (masters of ssh) becomes a child of the process that asks for
that: so their CPU counts, and that of the hosts' side does not.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
SAID_LIMIT = 2000  # characters of what it said to standard error


def main(deadline: float, command: list[str]) -> None:
    """Run the command, and print a JSON object: wall and cpu (seconds), peak (MB), output, said, and status.

    The status is null where it did not end within the deadline (seconds).
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as said:
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=said)
        with suppress(subprocess.TimeoutExpired):
            process.wait(deadline)
        wall, status = time.monotonic() - start, process.returncode
        _end_children()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = {"status": status, "output": _text(output), "said": _text(said)[-SAID_LIMIT:]}
    print(json.dumps(told | {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024}))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _end_children() -> None:
    """End what is left, and what is left by that, until nothing is."""
    while children := Path("/proc/thread-self/children").read_text().split():
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(int(child), 0)


main(float(sys.argv[1]), sys.argv[2:])
