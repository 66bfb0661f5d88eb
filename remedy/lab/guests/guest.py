"""One guest: a User-Mode Linux process with a disk, a clock, a tap and an address of its own."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from socket import AF_INET, SOCK_STREAM

from remedy.lab.guests.clock import Clock
from remedy.lab.guests.errors import LabError
from remedy.lab.guests.machines import WORLD, Machine
from remedy.lab.guests.network import Network

MEMORY = "192M"
MEMORY_FOLDER = "/dev/shm"  # noqa: S108  its memory is an unnamed file there, which it maps to execute: a tmpfs it must be
SSH_PORT = 22


class Guest:
    """A machine that can be switched on, stopped in time, and struck dead.

    What is known of it lies in the folder `state`, so that another process can take it over. `disk` is its
    copy-on-write file over `image`; it outlives a crash.
    """

    def __init__(self, machine: Machine, network: Network, state: Path, disk: Path, image: Path) -> None:
        self.machine = machine
        self.clock = Clock(state / "clock")
        self._network = network
        self._state = state
        self._frozen = state / "frozen"
        self._disks = f"{disk},{image}"
        self._tap = f"tap{machine.number}"

    def plug_in(self) -> None:
        """Make its tap, its clock, and the folder that tells of it."""
        self._state.mkdir()
        self.clock.create()
        self._network.add_tap(self._tap)

    def boot(self, shim: Path) -> None:
        """Switch it on; `answers` tells when it is up."""
        machine = self.machine
        command = [
            "linux.uml",
            f"mem={MEMORY}",
            f"umid={machine.name}",
            f"uml_dir={self._state}",
            f"ubd0={self._disks}",
            "root=/dev/ubda",
            "rw",
            f"vec0:transport=tap,ifname={self._tap},depth=64,mac=52:54:00:77:01:{machine.number:02x}",
            "con=null con0=null,fd:1 ssl=null",  # else it opens an xterm for each
            "random.trust_cpu=on",
            "init=/usr/local/sbin/lab-init",
            f"lab.name={machine.name}",
            f"lab.address={machine.address}",
            f"lab.gateway={WORLD}",
            *([f"lab.only_from={machine.jump.address}"] if machine.jump else []),
            f"systemd.hostname={machine.name}",
        ]
        environment = {**self.clock.kernel_environment(shim), "TMPDIR": MEMORY_FOLDER}
        self._network.spawn(" ".join(command).split(), self._state / "pid", self._state / "console", environment)

    @property
    def running(self) -> bool:
        """Whether its process lives, be it frozen."""
        with suppress(OSError, ValueError):
            return self._pid() in self._network.processes()
        return False

    @property
    def lives(self) -> bool:
        """Whether time passes for it."""
        return self.running and not self.frozen

    def answers(self, seconds: float = 1.0) -> bool:
        """Whether its SSH server greets within so many seconds."""
        with self._network.open_socket(AF_INET, SOCK_STREAM) as link:
            link.settimeout(seconds)
            try:
                link.connect((self.machine.address, SSH_PORT))
                return link.recv(4) == b"SSH-"
            except OSError:
                return False

    def freeze(self) -> None:
        """Let its time stand still from now on; raise LabError if it is off."""
        if not self.running:
            raise LabError(f"{self.machine.name} is off: boot it first")
        os.kill(self._pid(), signal.SIGSTOP)
        self._frozen.write_text(repr(time.monotonic()))

    def thaw(self) -> None:
        """Let it go on at the moment at which it was frozen."""
        self.clock.advance(float(self._frozen.read_text()) - time.monotonic())
        self._frozen.unlink()
        os.kill(self._pid(), signal.SIGCONT)

    @property
    def frozen(self) -> bool:
        """Whether its time stands still."""
        return self._frozen.exists()

    def crash(self) -> None:
        """Strike it dead, as a power cut does; `boot` brings it up again, from the disk as it was."""
        while self.running:
            with suppress(ProcessLookupError):
                os.killpg(self._pid(), signal.SIGKILL)
            time.sleep(0.05)

    def cut(self) -> None:
        """Take its link away: nothing passes, and neither side is told."""
        self._network.unplug(self._tap)

    def restore(self) -> None:
        """Give its link back."""
        self._network.plug(self._tap)

    def last_words(self) -> str:
        """The end of what its console shows."""
        with suppress(OSError):
            return "\n".join((self._state / "console").read_text(errors="replace").splitlines()[-5:])
        return ""

    def _pid(self) -> int:
        return int((self._state / "pid").read_text())
