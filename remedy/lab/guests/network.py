"""The network of a lab: a namespace with a bridge, on which the world has addresses and each guest a tap."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from socket import socket

NAMESPACES = Path("/run/netns")
CLONE_NEWNET = 0x40000000  # sched.h
BRIDGE = "lab"


class Network:
    """One network namespace; nothing outside of it is reached or changed."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def exists(self) -> bool:
        """Whether the namespace is there."""
        return (NAMESPACES / self.name).exists()

    def create(self, addresses: Sequence[str]) -> None:
        """Make the namespace and its bridge, where the world has these addresses (as ADDRESS/PREFIX)."""
        _ip("netns", "add", self.name)
        self._ip("link", "set", "lo", "up")
        self._ip("link", "add", BRIDGE, "type", "bridge")
        for address in addresses:
            self._ip("address", "add", address, "dev", BRIDGE)
        self._ip("link", "set", BRIDGE, "up")

    def add_tap(self, tap: str) -> None:
        """Make a tap device on the bridge, for a guest to open."""
        self._ip("tuntap", "add", tap, "mode", "tap")
        self.plug(tap)

    def plug(self, tap: str) -> None:
        """Put a tap on the bridge."""
        self._ip("link", "set", tap, "master", BRIDGE, "up")

    def unplug(self, tap: str) -> None:
        """Take a tap off the bridge: nothing passes, and neither side is told."""
        self._ip("link", "set", tap, "nomaster")

    def inside(self, *command: str | Path) -> list[str]:
        """The command that runs `command` in the namespace; it keeps its process id."""
        return ["ip", "netns", "exec", self.name, *map(str, command)]

    def spawn(self, command: Sequence[str | Path], pid_file: Path, log: Path, environment: Mapping[str, str]) -> None:
        """Start `command` in the namespace, in a session that outlives this process; `pid_file` gets its id."""
        noting = ["setsid", "--fork", "sh", "-c", 'echo $$ >"$0" && exec "$@"', str(pid_file)]
        pid_file.unlink(missing_ok=True)
        with log.open("ab") as words:
            subprocess.run(
                [*noting, *self.inside(*command)],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                env=environment,
                check=True,
            )

    def end_processes(self) -> None:
        """Kill what runs in the namespace, and wait until it is gone."""
        while processes := self.processes():
            for pid in processes:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

    def processes(self) -> list[int]:
        """The ids of all processes in the namespace."""
        if not self.exists:
            return []
        listed = subprocess.run(["ip", "netns", "pids", self.name], check=True, capture_output=True, text=True)
        return [int(pid) for pid in listed.stdout.split()]

    def delete(self) -> None:
        """Remove the namespace with all its devices."""
        if self.exists:
            _ip("netns", "delete", self.name)

    def open_socket(self, family: int, kind: int, protocol: int = 0) -> socket:
        """A socket that lives in the namespace, for use from here.

        A thread of its own enters the namespace, so that this one never leaves its own.
        """
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(self._enter_and_open, family, kind, protocol).result()

    def _enter_and_open(self, family: int, kind: int, protocol: int) -> socket:
        handle = os.open(NAMESPACES / self.name, os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).setns(handle, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            return socket(family, kind, protocol)
        finally:
            os.close(handle)

    def _ip(self, *words: str) -> None:
        _ip("-n", self.name, *words)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
