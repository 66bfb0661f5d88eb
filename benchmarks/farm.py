"""Many hosts on loopback: one real sshd with an address for each, a host that is silent, and an NTP server.

All of them show the file tree of this machine, but for what `place` puts into theirs. Their shells find nothing in HOME
that would run at their start.
"""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from remedy.lab.ntpserver import NTPServer

SSHD_CONFIG = """\
ListenAddress 0.0.0.0:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/id.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
MaxStartups 500:30:1000
UseDNS no
LogLevel ERROR
SetEnv REMEDY_ROOT={folder}/root HOME={folder}/home
"""

SSH_CONFIG = """\
Host *
    Port {port}
    User {user}
    IdentityFile {folder}/id
    IdentitiesOnly yes
    UserKnownHostsFile {folder}/known_hosts
    GlobalKnownHostsFile /dev/null
    StrictHostKeyChecking yes
    BatchMode yes
    KexAlgorithms curve25519-sha256
    ConnectTimeout {connect}
"""


@dataclass(frozen=True)
class Farm:
    """The files that reach the farm, and the names of its hosts (which are their addresses)."""

    folder: Path
    hosts: tuple[str, ...]
    port: int
    reference: str

    @property
    def ssh_config(self) -> Path:
        """For `ssh -F` and `fab --ssh-config`."""
        return self.folder / "ssh_config"

    @property
    def names(self) -> Path:
        """The hosts, one a line."""
        return self.folder / "names"

    @property
    def inventory(self) -> Path:
        """For `fab --inventory`."""
        return self.folder / "hosts.yaml"

    def place(self, path: str, text: str, mode: int = 0o644) -> None:
        """Put a file into the hosts' tree."""
        file = self.folder / "root" / path
        file.write_text(text)
        file.chmod(mode)

    def with_silent(self, count: int) -> Path:
        """A hosts.yaml in which `count` more hosts, spread among the others, accept a connection and say nothing."""
        inventory = self.folder / f"hosts-{count}-silent.yaml"
        lines = self.inventory.read_text().splitlines(keepends=True)
        head, share = len(lines) - len(self.hosts), len(self.hosts) // count
        for n in range(1, count + 1):
            silent = f"  silent{n}: {{address: 127.0.200.{n}, port: {self.port + 1}}}\n"
            lines.insert(head + n * share + n - 1, silent)
        inventory.write_text("".join(lines))
        return inventory


@contextmanager
def farm(folder: Path, hosts: int, connect_seconds: int = 10, net: str = "127.0") -> Iterator[Farm]:
    """Run a farm of that many hosts under `folder`; ended and gone on leaving. `net` is how their addresses begin."""
    port = _free_ports()
    for key in ("host_key", "id"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
    user = subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout.strip()
    names = tuple(f"{net}.{2 + n // 250}.{1 + n % 250}" for n in range(hosts))
    key = " ".join((folder / "host_key.pub").read_text().split()[:2])
    (folder / "known_hosts").write_text("".join(f"[{name}]:{port} {key}\n" for name in names))
    (folder / "sshd_config").write_text(SSHD_CONFIG.format(port=port, folder=folder))
    (folder / "names").write_text("".join(f"{name}\n" for name in names))
    config = SSH_CONFIG.format(port=port, folder=folder, user=user, connect=connect_seconds)
    (folder / "ssh_config").write_text(config)
    _make_root(folder / "root")
    with _sshd(folder, port), _silence(port + 1), NTPServer() as ntp:
        reference = f"reference: {{servers: ['{ntp.name}']}}\n"
        (folder / "hosts.yaml").write_text(reference + "hosts:\n" + "".join(f"  {n}:\n" for n in names))
        yield Farm(folder, names, port, ntp.name)


def _make_root(root: Path) -> None:
    """A tree that is this machine's, but has no jobs and services of its own."""
    for folder, own in ((Path("/"), ("etc",)), (Path("/etc"), ("crontab", "cron.d", "init.d"))):
        (root / folder.relative_to("/")).mkdir()
        for path in folder.iterdir():
            if path.name not in own:
                (root / path.relative_to("/")).symlink_to(path)
    for name in ("cron.d", "init.d"):
        (root / "etc" / name).mkdir()


@contextmanager
def _sshd(folder: Path, port: int) -> Iterator[None]:
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    command = ["/usr/sbin/sshd", "-D", "-e", "-f", str(folder / "sshd_config")]
    with (folder / "sshd.log").open("wb") as log, subprocess.Popen(command, stderr=log) as server:
        try:
            _wait_for(port)
            yield
        finally:
            server.terminate()


@contextmanager
def _silence(port: int) -> Iterator[None]:
    """A listener whose backlog accepts every connection, and which never reads one."""
    with socket.create_server(("0.0.0.0", port), backlog=1024):
        yield


def _free_ports() -> int:
    """A port that is free, and so is the next one."""
    while True:
        with socket.create_server(("0.0.0.0", 0)) as probe:
            port: int = probe.getsockname()[1]
        try:
            socket.create_server(("0.0.0.0", port + 1)).close()
        except OSError:
            continue
        return port


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("sshd did not start")
