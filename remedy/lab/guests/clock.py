"""Clocks that can be moved: a file with an offset, and a preloaded shim that adds it to a process's clocks."""

import os
import shutil
import struct
import subprocess
from pathlib import Path

SECOND = 1_000_000_000
SOURCE = Path(__file__).with_name("clockshim.c")


class Clock:
    """The clock of the world or of a guest: this machine's, plus an offset that stands in a file.

    A process started with `environment` lives by it. Moving it forward is unseen time passing; never move it back under
    a guest that runs, since its monotonic clock would go back too.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def offset(self) -> float:
        """How far it is ahead of this machine's clock, in seconds."""
        return self._nanoseconds() / SECOND

    def create(self) -> None:
        """Make the file, which has to be there before a process lives by it."""
        self.path.write_bytes(struct.pack("q", 0))

    def advance(self, seconds: float) -> None:
        """Move it by so many seconds."""
        moved = self._nanoseconds() + round(seconds * SECOND)
        with self.path.open("r+b") as file:
            file.write(struct.pack("q", moved))

    def environment(self, shim: Path) -> dict[str, str]:
        """The environment for a program of the world: it lives by this clock, and waits by the machine's."""
        return {**os.environ, "LD_PRELOAD": str(shim), "LABCLOCK": str(self.path)}

    def kernel_environment(self, shim: Path) -> dict[str, str]:
        """The environment for a guest's kernel: all its clocks are this one."""
        return {**self.environment(shim), "LABMONOTONIC": "1"}

    def _nanoseconds(self) -> int:
        return int(struct.unpack("q", self.path.read_bytes())[0])


def build_shim(path: Path) -> Path:
    """Compile the shim into `path`, and return that."""
    path.parent.mkdir(parents=True, exist_ok=True)
    compiler = shutil.which("cc") or "gcc"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-o", path, SOURCE], check=True)
    return path
