"""A real OpenSSH sshd on loopback with a configuration and keys of its own, and a user who goes there."""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fabric.config import Config
from ports import free_port

from remedy.inventory import Host
from remedy.shell.script import Script
from remedy.ssh.connection import Connector
from remedy.ssh.deadline import Deadline

SEARCH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
USER = "root" if os.geteuid() == 0 else os.environ.get("USER", "nobody")


def keygen(path: Path, kind: str = "ed25519", passphrase: str = "") -> str:
    """Make a key pair; its public half as known_hosts has it."""
    size = ["-b", "2048"] if kind == "rsa" else []  # large ones take seconds
    command = ["ssh-keygen", "-q", "-t", kind, *size, "-N", passphrase, "-f", str(path), "-C", "a test"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return " ".join(path.with_suffix(".pub").read_text().split()[:2])


@cache
def can_unshare() -> bool:
    """Whether we may have a mount namespace: what is mounted there is seen by nobody else."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/run"], check=False).returncode == 0


@dataclass
class Sshd:
    """One server. `namespace` is shell that prepares a mount namespace for it, where it runs as root."""

    folder: Path
    settings: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("ed25519",)
    addresses: tuple[str, ...] = ("127.0.0.1",)
    namespace: str = ""
    port: int = field(default_factory=free_port)
    public: dict[str, str] = field(default_factory=dict)
    authorized: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        for kind in self.kinds:
            key = self.folder / f"host_{kind}"
            if not key.exists():
                self.public[kind] = keygen(key, kind)
        (self.folder / "authorized_keys").write_text("".join(f"{key}\n" for key in self.authorized))
        (self.folder / "config").write_text("".join(f"{line}\n" for line in self._config()))
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait()

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(10)

    def children(self) -> list[int]:
        """The processes that serve connections."""
        assert self.process
        told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, check=False)
        return [int(pid) for pid in told.stdout.split()]

    def known(self, name: str | None = None, kind: str = "ed25519") -> str:
        """Its line for known_hosts."""
        return f"{name or f'[127.0.0.1]:{self.port}'} {self.public[kind]}\n"

    def _config(self) -> Iterator[str]:
        yield from self.settings
        yield from (f"ListenAddress {address}:{self.port}" for address in self.addresses)
        yield from (f"HostKey {self.folder}/host_{kind}" for kind in self.kinds)
        yield from ("PidFile none", "UsePAM no", "StrictModes no", "UseDNS no", "LogLevel VERBOSE", "MaxStartups 200")
        yield f"AuthorizedKeysFile {self.folder}/authorized_keys"

    def _command(self) -> list[str]:
        sshd = shutil.which("sshd", path=SEARCH)
        if sshd is None or shutil.which("ssh-keygen") is None:
            pytest.skip("no OpenSSH server on this machine (apt-get install openssh-server)")
        serve = f"exec {sshd} -D -e -f {self.folder}/config"
        if os.geteuid() != 0 or (not can_unshare() and Path("/run/sshd").is_dir()):
            return ["sh", "-c", serve]
        if not can_unshare():
            pytest.skip("no mount namespace may be made here, and sshd wants /run/sshd")
        prepare = "mount -t tmpfs tmpfs /run && mkdir /run/sshd"  # the folder that sshd wants, on no disk of ours
        return ["unshare", "-m", "sh", "-ec", f"{prepare}\n{self.namespace}\n{serve}"]

    def _wait(self) -> None:
        assert self.process
        for _ in range(200):
            if self.process.poll() is not None:
                raise AssertionError(f"sshd did not start: {(self.folder / 'log').read_text()[-2000:]}")
            with contextlib.suppress(OSError), socket.create_connection((self.addresses[0], self.port), 1):
                return
            time.sleep(0.02)
        raise AssertionError("sshd does not listen")


@dataclass
class User:
    """Someone with a home, a key and a known_hosts of their own."""

    home: Path
    public: str
    overrides: dict[str, object] = field(
        default_factory=lambda: {"user": USER, "connect_kwargs": {"allow_agent": False}}
    )

    @property
    def known_hosts(self) -> Path:
        return self.home / ".ssh" / "known_hosts"

    def knows(self, *lines: str) -> None:
        self.known_hosts.write_text("".join(lines))

    def configures(self, text: str) -> None:
        (self.home / ".ssh" / "config").write_text(text)

    def connector(self, *, accept_new: bool = False) -> Connector:
        make: Any = Config  # Fabric has no types
        config = make(overrides=self.overrides, system_ssh_path="/nonexistent")
        return Connector(config, accept_new=accept_new)


def host(server: Sshd, **keys: object) -> Host:
    """The host of hosts.yaml that a server is."""
    fields: dict[str, object] = {"name": "web1", "address": "127.0.0.1", "port": server.port, **keys}
    return Host(**fields)  # type: ignore[arg-type]  # the fields are those of Host


def soon(seconds: float = 20) -> Deadline:
    return Deadline(seconds, "host")


Scripter = Callable[..., Script]


@contextlib.contextmanager
def listener(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does something odd with each connection, and holds it until the end."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    held.append(connection)
                    serve(connection)

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    for connection in held:
        connection.close()


def relay(connection: socket.socket, port: int) -> None:
    """Connect the two ends, for as long as they last."""
    other = socket.create_connection(("127.0.0.1", port))

    def copy(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    for ends in ((connection, other), (other, connection)):
        threading.Thread(target=copy, args=ends, daemon=True).start()
