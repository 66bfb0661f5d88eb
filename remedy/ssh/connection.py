"""Connections to the hosts of a run."""

import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from paramiko import SSHException

from remedy.errors import UnreachableError
from remedy.inventory import Host
from remedy.ssh.deadline import Deadline, sooner
from remedy.ssh.hop import Hop
from remedy.ssh.session import Session
from remedy.ssh.shared import Shared

__all__ = ["Connector", "Session"]

QUIET = 1.0  # seconds without a byte, after which a host keeps no others waiting


@dataclass(frozen=True)
class Place:
    """Where an SSH server listens; `family` is AddressFamily of ssh_config(5)."""

    address: str
    port: int
    family: str = "any"


class Connector:
    """Made once a run from Fabric's configuration, and used by all threads of it.

    With `accept_new` the keys of hosts that nothing is known of are added to known_hosts. Changed ones are refused.
    """

    def __init__(self, config: Any, accept_new: bool = False) -> None:
        self._shared = Shared(config, accept_new)
        self._open: list[Hop] = []
        self._closed = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self, host: Host, deadline: Deadline) -> Session:
        """Connect to a host and log in. Raise UnreachableError: HostKeyUnknownError, HostKeyChangedError and
        ConnectDeadlineError are such. `deadline` is the host's, beside which there is the connect deadline.
        """
        hop = self._hop(host)
        hop.deadline = sooner(Deadline(hop.connect_seconds, "connect"), deadline)
        self._add(hop)
        try:
            hop.open()
            channel = hop.open_channel()
        except BaseException:
            hop.close()
            self._forget(hop)
            raise
        return Session(hop, channel, deadline, host.sudo and hop.user != "root", self._forget)

    def place(self, host: Host) -> Place | None:
        """Where the host's SSH server listens; None if it is reached through another host or a command.

        Raises UnreachableError for a wrong configuration.
        """
        hop = self._hop(host)
        return None if hop.gateway else Place(hop.host, hop.port, hop.ssh_config.get("addressfamily", "any"))

    def quiet(self, before_login: bool) -> int:
        """How many hosts are waited for that have said nothing for a while; with `before_login` only those that have
        not let us in.
        """
        with self._lock:
            hops = tuple(self._open)
        return sum(hop.quiet_seconds > QUIET and not (before_login and hop.is_in) for hop in hops)

    @property
    def is_closed(self) -> bool:
        """Whether nobody is connected to any more."""
        return self._closed

    def close(self) -> None:
        """End all connections, open or on their way, from whatever thread; wait for none of them."""
        with self._lock:
            self._closed = True
            for hop in self._open:
                hop.deadline.ends = 0.0
                hop.cut()
        self._shared.jumps.close()
        self._shared.keyring.close()

    def _hop(self, host: Host) -> Hop:
        said = {"user": host.user, "port": host.port, "proxyjump": host.jump}
        wins: dict[str, Any] = {name: str(value) for name, value in said.items() if value is not None}
        if host.identity_file:
            wins["identityfile"] = list(host.identity_file)
        try:
            hop = Hop(host.address, self._shared, wins)
        except (SSHException, ValueError, KeyError) as error:
            raise UnreachableError(f"{host.address}: ssh_config or Fabric's configuration is wrong: {error}") from error
        hop.hint = f"; {host.hint}" if host.hint else ""
        return hop

    def _add(self, hop: Hop) -> None:
        with self._lock:
            if self._closed:
                raise UnreachableError("interrupted before it was connected to")
            self._open.append(hop)

    def _forget(self, hop: Hop) -> None:
        with self._lock:
            self._open = [other for other in self._open if other is not hop]  # equal for Fabric: same address
