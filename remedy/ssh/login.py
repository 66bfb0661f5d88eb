"""Getting in: the keys of files, read once a run, those of the agent, asked once, and a password."""

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from fabric.config import Config
from paramiko import Agent, PKey, SSHException, Transport
from paramiko.agent import AgentKey
from paramiko.message import Message
from paramiko.pkey import PublicBlob, UnknownKeyType
from paramiko.ssh_exception import BadAuthenticationType

DEFAULT_FILES = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")
AGENT_SECONDS = 3.0  # to tell which keys it holds
CERTIFICATE = "-cert.pub"

Attempt = Callable[[Transport], list[str]]


class RefusedError(SSHException):
    """Nobody was let in; the text says what was tried, and holds no secret."""


class UnusableKeyError(Exception):
    """A file whose key can't be used; the text says why."""


class Keyring:
    """What the hosts of a run share: a key is read and decrypted once, the agent is connected to once."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str | None], PKey | UnusableKeyError] = {}
        self._agent: _SharedAgent | None = None
        self._silence: UnusableKeyError | None = None  # of an agent that was asked, and did not answer
        self._lock = threading.Lock()

    def key(self, file: str, passphrase: str | None) -> PKey:
        """The private key of a file, with the certificate beside it; raise UnusableKeyError."""
        with self._lock:
            if (file, passphrase) not in self._keys:
                try:
                    self._keys[file, passphrase] = _load(Path(file).expanduser(), passphrase)
                except UnusableKeyError as error:
                    self._keys[file, passphrase] = error
            found = self._keys[file, passphrase]
        if isinstance(found, UnusableKeyError):
            raise found
        return found

    def agent_keys(self) -> tuple[AgentKey, ...]:
        """The keys that the agent holds; none where there is no agent. Raises UnusableKeyError."""
        with self._lock:
            if self._silence:
                raise self._silence
            try:
                self._agent = self._agent or _SharedAgent()
            except (OSError, SSHException) as error:
                self._silence = UnusableKeyError("does not answer")
                raise self._silence from error
            return self._agent.get_keys()

    def close(self) -> None:
        """Hang up on the agent."""
        with self._lock:
            if self._agent:
                self._agent.close()
                self._agent = None


class _SharedAgent(Agent):
    """One connection to the agent for many threads: a question and its answer are one turn."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        super().__init__()

    def _connect(self, conn: Any) -> None:
        conn.settimeout(AGENT_SECONDS)
        super()._connect(conn)  # type: ignore[misc]  # missing in its stubs
        conn.settimeout(None)  # a signature may wait for somebody to allow it; the connect deadline bounds it

    def _send_message(self, msg: Message | bytes) -> Any:
        with self._turn:
            return super()._send_message(msg)  # type: ignore[misc]  # missing in its stubs


def _load(path: Path, passphrase: str | None) -> PKey:
    try:
        try:
            return PKey.from_path(path)
        except TypeError as error:  # it is encrypted, in the words of cryptography
            if not passphrase:
                raise UnusableKeyError("is encrypted: --prompt-for-passphrase, or ssh-add it") from error
            return PKey.from_path(path, passphrase.encode())  # type: ignore[arg-type]  # str fails in cryptography
    except OSError as error:
        raise UnusableKeyError(f"can't be read: {error.strerror}") from error
    except (ValueError, SSHException, UnknownKeyType) as error:
        raise UnusableKeyError("is no private key that we can read, or has another passphrase") from error


class Login:
    """Tries what a user has, in Fabric's order: given keys, keys of the agent, usual keys, password.

    Made by Fabric for each connection (its `authentication.strategy_class`) and called by Paramiko (`auth_strategy`).
    """

    def __init__(self, ssh_config: Mapping[str, Any], fabric_config: Config, username: str, keyring: Keyring) -> None:
        self._given = fabric_config.connect_kwargs
        self._user, self._keyring = username, keyring
        self._only_given = ssh_config.get("identitiesonly", "no").lower() == "yes"
        self._tried: list[str] = []

    def authenticate(self, transport: Transport) -> None:
        """Return when the host has let us in; raise RefusedError."""
        wanted: list[str] = []  # methods that the host goes on with; empty: it has not told yet
        for name, methods, attempt in self._attempts():
            if wanted and methods.isdisjoint(wanted):
                continue
            try:
                wanted = attempt(transport)
            except BadAuthenticationType as error:
                wanted = error.allowed_types
                self._tried.append(f"{name} (not wanted)")
            except SSHException as error:
                self._tried.append(f"{name} (refused)")
                if not transport.is_active():
                    raise RefusedError(f"the host hung up on {self._user}; tried: {', '.join(self._tried)}") from error
            else:
                if not wanted:
                    return
                self._tried.append(f"{name} (accepted, and more is wanted)")
        self._give_up(transport, wanted)

    def _give_up(self, transport: Transport, wanted: list[str]) -> None:
        """Ask for the methods that the host takes, if it didn't say, and raise RefusedError."""
        if not wanted:
            try:
                transport.auth_none(self._user)
            except BadAuthenticationType as error:
                wanted = error.allowed_types
            except SSHException:
                wanted = ["nothing that it tells"]
            else:
                return  # it wants nothing at all
        tried = ", ".join(self._tried) or "nothing: no key, no agent, no password"
        raise RefusedError(f"{self._user} was not let in; the host takes {', '.join(wanted)}; tried: {tried}")

    def _attempts(self) -> Iterator[tuple[str, set[str], Attempt]]:
        """What to try: its name, its methods (RFC 4252 and 4256) and how."""
        for name, key in self._keys():
            yield name, {"publickey"}, partial(self._show_key, key)
        if password := self._given.get("password"):
            yield "password", {"password", "keyboard-interactive"}, partial(self._say_password, password)

    def _show_key(self, key: PKey, transport: Transport) -> list[str]:
        return transport.auth_publickey(self._user, key)

    def _say_password(self, password: str, transport: Transport) -> list[str]:
        return transport.auth_password(self._user, password)

    def _keys(self) -> Iterator[tuple[str, PKey]]:
        """Each key once, with its name."""
        seen: set[bytes] = set()
        for name, key in self._all_keys():
            blob = key.public_blob.key_blob if key.public_blob else key.asbytes()
            if blob not in seen:
                seen.add(blob)
                yield name, key

    def _all_keys(self) -> Iterator[tuple[str, PKey]]:
        if key := self._given.get("pkey"):
            yield "the given key", key
        files = _listed(self._given.get("key_filename"))
        yield from self._keys_of(files)
        if self._given.get("allow_agent", True):
            yield from self._agent_keys({public for file in files if (public := _public(file))})
        if self._given.get("look_for_keys", True) and not self._only_given:
            yield from self._keys_of([file for file in DEFAULT_FILES if Path(file).expanduser().exists()])

    def _keys_of(self, files: list[str]) -> Iterator[tuple[str, PKey]]:
        passphrase = self._given.get("passphrase") or self._given.get("password")
        for file in files:
            try:
                yield file, self._keyring.key(file, passphrase)
            except UnusableKeyError as error:
                self._tried.append(f"{file} ({error})")

    def _agent_keys(self, given: set[bytes]) -> Iterator[tuple[str, PKey]]:
        """The agent's keys, those of given files first: a host lets one try but a few (MaxAuthTries)."""
        try:
            keys = self._keyring.agent_keys()
        except UnusableKeyError as error:
            self._tried.append(f"the agent ({error})")
            return
        for key in sorted(keys, key=lambda key: key.asbytes() not in given):
            if not self._only_given or key.asbytes() in given:
                yield f"key {key.comment or key.get_name()} of the agent", key


def _listed(files: str | list[str] | None) -> list[str]:
    return [files] if isinstance(files, str) else list(files or [])


def _public(file: str) -> bytes | None:
    """The public half that lies beside a private key, which itself may be encrypted or kept by the agent alone."""
    path = Path(file.removesuffix(CERTIFICATE).removesuffix(".pub") + ".pub").expanduser()
    try:
        return PublicBlob.from_file(str(path)).key_blob
    except (OSError, ValueError):
        return None
