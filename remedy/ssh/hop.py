"""Fabric's Connection with checked host keys and a deadline, alike for a host and for each jump host before it."""

import contextlib
import re
import socket
import time
from collections.abc import Iterator, Mapping
from typing import Any

from fabric.connection import Connection
from paramiko import Channel, MissingHostKeyPolicy, PKey, SSHClient

from remedy.errors import ConnectDeadlineError, HostError, UnreachableError
from remedy.shell.answers import printable
from remedy.ssh import dial
from remedy.ssh.deadline import WATCHDOG, Deadline
from remedy.ssh.jump import Jump
from remedy.ssh.link import HungUpError, Link
from remedy.ssh.login import RefusedError
from remedy.ssh.proxy import ProxyProcess
from remedy.ssh.shared import Shared
from remedy.ssh.trust import Identity, Trust

CONNECT_SECONDS = 10.0
KEEPALIVE = 30  # seconds: a NAT forgets a link on which nothing is said for minutes, as while a backup runs
PAUSES = (0.3, 0.7, 1.5)  # seconds before it is tried again where a server hangs up because it has too much to do
OVERLOADED = re.compile("MaxStartups|Not allowed at this time")  # what sshd says then
TEXT_LIMIT = 300  # characters of an error of Paramiko
HOP = re.compile(  # a jump host of ProxyJump, as ssh_config(5) has it; an IPv6 address may go without brackets
    r"(?:ssh://)?(?:(?P<user>[^@]+)@)?"
    r"(?:(?:\[(?P<v6>[^]]+)\]|(?P<host>[^:@/]+))(?::(?P<port>\d+))?|(?P<bare>[^:@/]*:[^@/]*:[^@/]*))/?"
)
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}  # ssh_config(5), TIME FORMATS of sshd_config(5)


class Hop(Connection):
    """One SSH connection. `deadline` bounds whatever it waits for; `hint` goes with a name that is not known.

    Its gateway is never opened: it tells which jump host is gone through, whose link is shared (remedy.ssh.jump).
    """

    host: str
    original_host: str
    port: int
    user: str
    ssh_config: Any
    connect_kwargs: Any
    gateway: Any
    client: Any
    transport: Any

    def __init__(
        self,
        address: str,
        shared: Shared,
        wins: Mapping[str, Any],
        gateway: "Hop | None" = None,
        before: tuple[str, ...] = (),
    ) -> None:
        self._set(shared=shared, deadline=Deadline(CONNECT_SECONDS, "connect"), hint="")
        self._set(_before=before, _socket=None, _tunnel=None, _proxy=None, _dialing="", _awaited=None)
        self._set(_begun=time.monotonic())
        config = shared.config(address, wins)
        # The watchdog ends the connecting, and no script of ours needs the agent: Fabric shall do neither.
        super().__init__(address, config=config, gateway=gateway, connect_timeout=0, forward_agent=False)
        given = dict(self.connect_kwargs)
        self._set(_given_seconds=given.pop("timeout", None))
        self.connect_kwargs = given | {"transport_factory": self._make_link}
        self._set(identity=Identity.of(self.host, self.port, self.user, self.ssh_config))
        self.client.set_missing_host_key_policy(_Policy(shared.trust, self.identity))

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute. Fabric's own looks through all names first, and writes the rest into the configuration."""
        object.__setattr__(self, name, value)

    @property
    def connect_seconds(self) -> float:
        """The length of the connect deadline: fab -t, ConnectTimeout of ssh_config, timeouts.connect, 10 s."""
        told = self._given_seconds or self.ssh_config.get("connecttimeout") or self.config.timeouts.connect
        parts = re.findall(r"(\d+(?:\.\d+)?)([smhdw]?)", str(told).lower())
        return sum(float(number) * UNITS[unit] for number, unit in parts) or CONNECT_SECONDS

    @property
    def place(self) -> str:
        """HOST:PORT."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def where(self) -> str:
        """HOST:PORT, and through what."""
        if isinstance(self.gateway, Hop):
            return f"{self.place} through {self.gateway.where}"
        return f"{self.place} through ProxyCommand" if self.gateway else self.place

    @property
    def way(self) -> tuple[object, ...]:
        """What tells one jump host of a run from another: its name, user and port, and the way there."""
        before = self.gateway.way if isinstance(self.gateway, Hop) else self.gateway
        return self.original_host, self.user, self.port, before

    @property
    def missing(self) -> str:
        """What is waited for while it is being opened, such as "no SSH banner from HOST:PORT"."""
        if self._awaited and self._awaited.missing:
            return str(self._awaited.missing)
        link = self.client.get_transport()
        return f"{link.reached if link else self._dialing} {self.where}"

    @property
    def quiet_seconds(self) -> float:
        """How long nothing has come from it; until there is a link, how long that has been waited for."""
        link: Link | None = self.client.get_transport()
        return time.monotonic() - (link.packetizer.heard_at if link else self._begun)

    @property
    def is_in(self) -> bool:
        """Whether it has let us in."""
        link: Link | None = self.client.get_transport()
        return link is not None and link.is_authenticated()

    def get_gateway(self) -> "Hop | str | None":
        """The way there: the last jump host, or a ProxyCommand. Fabric's own would not check the jump hosts."""
        jump = self.ssh_config.get("proxyjump", "none")
        if jump.lower() != "none":
            return self._jump(jump)
        gateway = self.ssh_config.get("proxycommand", self.config.gateway)
        if isinstance(gateway, Connection):
            wins = {"user": gateway.user, "port": gateway.port}
            return Hop(str(gateway.host), self.shared, wins)
        return gateway or None

    def _jump(self, jump: str) -> "Hop | None":
        """The last of the jump hosts A,B,C: each is reached through the one before, the first as ssh_config has it."""
        chain = (*self._before, f"{self.original_host}:{self.port}")
        last: Hop | None = None
        for text in jump.split(","):
            parts = HOP.fullmatch(text.strip())
            if parts is None:
                raise UnreachableError(f"{text!r} is no jump host; right: [USER@]HOST[:PORT]")
            address = parts["v6"] or parts["host"] or parts["bare"]
            place = f"{address}:{parts['port'] or self._port_of(address)}"
            if last is None and place == chain[-1]:
                return None  # a jump host that `Host *` sends through itself
            if place in chain:
                raise UnreachableError(f"jump hosts in a circle: {' - '.join((*chain, place))}")
            wins = {name: parts[name] for name in ("user", "port") if parts[name]}
            last = Hop(address, self.shared, wins, last, chain)
        return last

    def _port_of(self, address: str) -> int:
        config = self.shared.config(address, {})
        return int(config.base_ssh_config.lookup(address).get("port", config.port))

    def open(self) -> None:
        """Connect, with the jump hosts first; raise UnreachableError, with whatever deadline struck."""
        for pause in PAUSES:
            try:
                return self._try_to_open()
            except HungUpError:
                self.close()
                if self.deadline.left < pause:
                    raise
                time.sleep(pause)
        return self._try_to_open()

    def open_channel(self) -> Channel:
        """A channel for a command; raise UnreachableError, or with the deadline that struck."""
        with self._bounded():
            channel: Channel = self.transport.open_session()
            return channel

    def open_gateway(self) -> "Channel | socket.socket":
        """The connection to the host's port through the last jump host or the ProxyCommand."""
        if isinstance(self.gateway, str):
            proxy = ProxyProcess(self.gateway, self.original_host, self.host, self.port, self.user)
            self._set(_proxy=proxy, _socket=proxy.socket)
            return proxy.socket
        tunnel = self._open_tunnel()
        self._set(_tunnel=tunnel)
        return tunnel

    def _open_tunnel(self) -> Channel:
        jump: Jump = self.shared.jumps.to(self.gateway)
        self._set(_dialing="no connection to", _awaited=jump)
        link = jump.link(self.deadline)
        try:
            return link.open_tunnel(self.host, self.port, self.deadline)
        except UnreachableError as error:
            raise type(error)(f"{self.gateway.where} does not connect us to {self.place}: {error}") from error

    def cut(self) -> None:
        """End the link at its near end: whoever waits on it wakes up. Waits for nothing."""
        if link := self.client.get_transport():
            link.give_up()
        if self._tunnel:
            self._tunnel.cut()
        if self._socket:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it, and what was opened for it alone."""
        super().close()
        self.client.close()
        for end in (self._tunnel, self._socket, self._proxy):
            if end:
                end.close()

    def _try_to_open(self) -> None:
        self._set(_begun=time.monotonic())
        with self._bounded():
            if not self.gateway:
                self._set(_socket=self._dial())
                self.connect_kwargs["sock"] = self._socket
            super().open()
            # Our own sockets have TCP's, by which a lost link shows sooner: they are no data to be sent again.
            if self.gateway:
                self.transport.set_keepalive(KEEPALIVE)

    @contextlib.contextmanager
    def _bounded(self) -> Iterator[None]:
        """Whatever is done within ends with the deadline, and fails with a HostError."""
        try:
            with WATCHDOG.watch(self.deadline, self.cut):
                yield
        except HostError:
            raise
        except Exception as error:
            raise self._trouble(error) from error

    def _dial(self) -> socket.socket:
        self._set(_dialing="no address for")
        addresses = dial.resolve(self.host, self.port, self.ssh_config.get("addressfamily", "any"), self.deadline)
        self._set(_dialing="no TCP connection to")
        return dial.connect(addresses, self.deadline)

    def _make_link(self, sock: Any, disabled_algorithms: Any) -> Link:
        return Link(sock, self.shared.trust.types(self.identity), disabled_algorithms)

    def _trouble(self, error: Exception) -> UnreachableError:
        """An error of Paramiko or of the network, in one line that says how far it went."""
        if self.deadline.passed:
            return ConnectDeadlineError(self.deadline.says(self.missing))
        link = self.client.get_transport()
        if isinstance(error, socket.gaierror):
            return UnreachableError(f"the name {self.host} is not known: {error.strerror}{self.hint}")
        if isinstance(error, RefusedError):
            return UnreachableError(f"{self.where}: {error}")
        if link is None:
            return UnreachableError(f"{self.where}: {_one_line(error)}")
        if not link.remote_version:
            return self._no_banner(link.said_instead)
        return UnreachableError(f"{link.reached} {self.where}: {_one_line(error)}")

    def _no_banner(self, said: str) -> UnreachableError:
        if complaint := self._proxy.complaint if self._proxy else "":
            return UnreachableError(f"{self.where}, which says: {complaint}")
        if said and not OVERLOADED.search(said):
            return UnreachableError(f"{self.where}: no SSH server, it says: {said}")
        return HungUpError(f"{self.where}: hung up before the SSH banner{said and ', saying: '}{said}")


class _Policy(MissingHostKeyPolicy):
    """Asks for every key, since Paramiko itself is told of none."""

    def __init__(self, trust: Trust, identity: Identity) -> None:
        self._trust, self._identity = trust, identity

    def missing_host_key(self, client: SSHClient, hostname: str, key: PKey) -> None:
        """Return where the key is to be trusted; raise UnreachableError."""
        self._trust.check(self._identity, key.get_name(), key.asbytes())


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError):
        return dial.reason(error)
    if isinstance(error, EOFError):
        return "the server hung up"
    return " ".join(printable(str(error).encode()).split())[:TEXT_LIMIT] or type(error).__name__
