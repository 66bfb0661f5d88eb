"""The embedded lab: hosts, an NTP server that tells the truth, and what a client needs to find them."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncssh

from remedy.lab.embedded.root import check_date, make_root
from remedy.lab.embedded.server import Host
from remedy.lab.embedded.site import WELCOME, Site
from remedy.lab.embedded.spec import HostSpec
from remedy.lab.embedded.state import HostState
from remedy.lab.harmless import forbid_setting_clocks
from remedy.lab.ntpserver import NTPServer

T = TypeVar("T")
NTP_SERVERS = 3  # so many that one may lie
MEMORY = "/dev/shm"  # noqa: S108  # mkdtemp makes a folder there that is ours alone
LAST_WORDS = 2.0  # seconds for what is left to be done when hosts and processes are gone
POLL = 0.05  # seconds
USERS_OWN = ("SSH_AUTH_SOCK", "XDG_STATE_HOME")  # variables that lead elsewhere than HOME does
WAIT = 30.0  # seconds that the lab's loop may take for anything


class EmbeddedLab:
    """Hosts on loopback in one thread of this process; everything is gone after the `with`.

    The truth is this machine's own clock. `ntp` are NTP servers that tell it.
    """

    def __init__(self, specs: Sequence[HostSpec]) -> None:
        self._specs = tuple(specs)
        self._hosts: dict[str, Host] = {}
        self._sites: dict[str, Site] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="embedded lab", daemon=True)
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.ntp = tuple(NTPServer() for _ in range(NTP_SERVERS))

    def __enter__(self) -> Self:
        check_date()
        self.folder = Path(tempfile.mkdtemp(prefix="post-mainte-lab-", dir=_memory())).resolve()
        self._thread.start()
        for server in self.ntp:
            server.start()
        try:
            self._ask(self._make_hosts())
            self._write_files()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all connections, whatever still runs on the hosts, the servers, and the folder."""
        if self._loop.is_closed():
            return
        self._ask(self._end_hosts())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT)
        for server in self.ntp:
            server.stop()
        _end_processes_of(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- What a client needs.

    @property
    def home(self) -> Path:
        """A home folder whose .ssh has all of it: with HOME set to this, `fab check-time -H web1` just works."""
        return self.folder / "home"

    @property
    def ssh_config(self) -> Path:
        """User, key and known_hosts for all hosts, by name."""
        return self.home / ".ssh/config"

    @property
    def known_hosts(self) -> Path:
        """The hosts' keys."""
        return self.home / ".ssh/known_hosts"

    @property
    def identity_file(self) -> Path:
        """The private key that every host lets in."""
        return self.home / ".ssh/id_ed25519"

    @property
    def hosts_yaml(self) -> Path:
        """The inventory; its reference is the lab's NTP server."""
        return self.folder / "hosts.yaml"

    def environment(self) -> dict[str, str]:
        """The environment for a client that is to see the lab and nothing of its user's own."""
        own = {name: value for name, value in os.environ.items() if name not in USERS_OWN}
        return own | {"HOME": str(self.home), "POST_MAINTE_INVENTORY": str(self.hosts_yaml)}

    def port(self, name: str) -> int:
        """The host's port on 127.0.0.1."""
        return self._hosts[name].port

    # --- What happens to a host.

    def state(self, name: str) -> HostState:
        """The truth about a host."""
        return self._hosts[name].state

    @property
    def states(self) -> Mapping[str, HostState]:
        """The truth about all hosts."""
        return {name: host.state for name, host in self._hosts.items()}

    def cut(self, name: str) -> None:
        """Drop the host's connections without a good-bye; what they run goes on there."""
        self._loop.call_soon_threadsafe(self._hosts[name].cut)

    def power_off(self, name: str) -> None:
        """Have the host's port refuse connections, and drop those that are open."""
        self._ask(self._hosts[name].power_off())

    def power_on(self, name: str) -> None:
        """Have the host's port listen again."""
        self._ask(self._hosts[name].power_on())

    def refuse_logins(self, name: str) -> None:
        """Have the host let nobody in, as one does that is booting still (pam_nologin(8))."""
        self._hosts[name].lets_in = False

    def allow_logins(self, name: str) -> None:
        """Have the host let clients in again."""
        self._hosts[name].lets_in = True

    def refused_logins(self, name: str) -> int:
        """How often the host let nobody in."""
        return self._hosts[name].refused

    # --- The lab's thread.

    def _serve(self) -> None:
        """Run the loop in a thread that can't set a clock, nor can the shells that it starts (capabilities(7))."""
        forbid_setting_clocks()
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def _ask(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT)

    async def _make_hosts(self) -> None:
        for spec in self._specs:
            state = make_root(self.folder / "hosts" / spec.name, spec)
            host = self._hosts[spec.name] = Host(spec, state, self.key)
            await host.power_on()
            if not spec.up:
                await host.power_off()
            if spec.site:
                site = self._sites[spec.name] = Site(state, spec.site)
                await site.open()

    async def _end_hosts(self) -> None:
        for host in self._hosts.values():
            await host.power_off()
        for site in self._sites.values():
            site.close()
        ends = self._loop.time() + LAST_WORDS
        while (tasks := asyncio.all_tasks() - {asyncio.current_task()}) and self._loop.time() < ends:
            _end_processes_of(self.folder)  # again and again, for a shell may just be starting
            await asyncio.wait(tasks, timeout=POLL)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _write_files(self) -> None:
        self.ssh_config.parent.mkdir(mode=0o700, parents=True)
        self.identity_file.touch(mode=0o600)
        self.identity_file.write_bytes(self.key.export_private_key())
        hosts = self._hosts.values()
        self.known_hosts.write_text("".join(map(_known_host, hosts)))
        common = f"Host *\n  IdentityFile {self.identity_file}\n  UserKnownHostsFile {self.known_hosts}\n"
        self.ssh_config.write_text("".join(map(_ssh_config, hosts)) + common)
        servers = ", ".join(f"'{server.name}'" for server in self.ntp)
        self.hosts_yaml.write_text(
            f"reference: {{servers: [{servers}]}}\n"
            f"defaults: {{identity_file: '{self.identity_file}', ntp: [ntp.example.net]}}\n"
            "hosts:\n" + "".join(f"  {host.spec.name}: {json.dumps(self._keys(host))}\n" for host in hosts)
        )

    def _keys(self, host: Host) -> dict[str, Any]:
        """What hosts.yaml says of a host; JSON is YAML as well."""
        spec = host.spec
        keys: dict[str, Any] = {"address": "127.0.0.1", "port": host.port, "user": spec.user}
        if spec.user != "root":
            keys["sudo"] = True
        if site := self._sites.get(spec.name):
            url = f"http://www.{spec.name}.example:{site.port}/"
            keys["sites"] = [{"url": url, "text": WELCOME, "resolve": "127.0.0.1"}]
        return keys | dict(spec.keys)


def _memory() -> str | None:
    """A folder in memory, unless somebody chose another one: a lab is many small files, and a disk may be busy."""
    return MEMORY if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) else None


def _ssh_config(host: Host) -> str:
    return f"Host {host.spec.name}\n  HostName 127.0.0.1\n  Port {host.port}\n  User {host.spec.user}\n"


def _known_host(host: Host) -> str:
    return f"[127.0.0.1]:{host.port} {host.key.export_public_key().decode().strip()}\n"


def _end_processes_of(folder: Path) -> None:
    """End what the lab's shells left running, also in sessions of its own: it has a host's tree in its environment."""
    mark = f"{folder}/hosts/".encode()
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in environ.read_bytes():
                os.kill(int(environ.parent.name), signal.SIGKILL)
