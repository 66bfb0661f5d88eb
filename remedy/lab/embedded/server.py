"""The SSH servers of the lab's hosts."""

import asyncio
import contextlib
from collections.abc import Mapping

import asyncssh

from remedy.lab.embedded.shell import run_shell
from remedy.lab.embedded.spec import HostSpec
from remedy.lab.embedded.state import HostState


class Host:
    """One host: a listener on a port of loopback with a key of its own. Lives in the lab's loop."""

    def __init__(self, spec: HostSpec, state: HostState, client_key: asyncssh.SSHKey) -> None:
        self.spec, self.state = spec, state
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.port = 0
        self.lets_in = True
        self.refused = 0
        self._client_key = client_key
        self._listener: asyncssh.SSHAcceptor | asyncio.Server | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._unanswered: set[asyncio.StreamWriter] = set()

    async def power_on(self) -> None:
        """Listen; on the same port as before, if there was a before."""
        if self.spec.silent:
            self._listener = await asyncio.start_server(self._say_nothing, "127.0.0.1", self.port)
            self.port = self._listener.sockets[0].getsockname()[1]
            return
        listener = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_factory=lambda: _Door(self),
            server_host_keys=[self.key],
            process_factory=self._run,
            encoding=None,
            allow_pty=False,
            gss_host=None,
        )
        self._listener, self.port = listener, listener.get_port()

    async def power_off(self) -> None:
        """Refuse connections, and drop those that are open."""
        self.cut()
        if self._listener:
            self._listener.close()
            self._listener = None

    def cut(self) -> None:
        """Drop all connections without a good-bye."""
        for connection in tuple(self._connections):
            connection.abort()
        for writer in self._unanswered:
            writer.transport.abort()

    def accepts(self, key: asyncssh.SSHKey) -> bool:
        """Whether the key is the one that lets clients in, and it lets anybody in."""
        is_let_in = self.lets_in and key.public_data == self._client_key.public_data
        self.refused += not is_let_in
        return is_let_in

    def joined(self, connection: asyncssh.SSHServerConnection) -> None:
        """A client has connected."""
        self._connections.add(connection)

    def left(self, connection: asyncssh.SSHServerConnection) -> None:
        """A client is gone."""
        self._connections.discard(connection)

    async def _run(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        await run_shell(process, self._command_line(process.command), self.state.root / "root", self._environment())

    async def _say_nothing(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._unanswered.add(writer)
        with contextlib.suppress(OSError):
            while await reader.read(4096):
                pass
        self._unanswered.discard(writer)
        writer.close()

    def _command_line(self, command: str | None) -> list[str]:
        shell = str(self.state.root / "bin/sh")
        login = [shell, "-c", command] if command else [shell]
        if hook := self.state.login_hook:
            return [shell, "-c", '. "$0"; exec "$@"', str(hook), *login]
        return login

    def _environment(self) -> Mapping[str, str]:
        root = self.state.root
        paths = {"HOME": "root", "PATH": "bin", "REMEDY_ROOT": "", "SHELL": "bin/sh", "TMPDIR": "tmp"}
        user = {
            "LOGNAME": self.spec.user,
            "USER": self.spec.user,
            "LAB_UID": "0" if self.spec.user == "root" else "1000",
        }
        return {name: str(root / path) for name, path in paths.items()} | user


class _Door(asyncssh.SSHServer):
    """Lets in whoever has the key, by any user name."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._host.joined(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection:
            self._host.left(self._connection)

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return self._host.accepts(key)

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        """Any host of the lab may be the jump host to another one."""
        return dest_host == "127.0.0.1"
