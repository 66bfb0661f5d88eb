"""Whether the key that a host shows is to be trusted: one place for every host and every jump host."""

import base64
import hashlib
import os
import re
import shlex
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from remedy.errors import HostKeyChangedError, HostKeyUnknownError
from remedy.ssh.hostkeys import AUTHORITY, REVOKED, HostKey, KnownHosts

SSH_PORT = 22
USER_FILES = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")  # defaults of ssh_config(5)
KINDS = {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}  # of keys, as sshd's files name them; the rest are ecdsa
GLOBAL_FILES = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")


@dataclass(frozen=True)
class Identity:
    """Under which names a host is known: `name`, and `plain` without the port; and in which files."""

    name: str
    plain: str
    user_files: tuple[Path, ...]
    global_files: tuple[Path, ...]

    @classmethod
    def of(cls, host: str, port: int, user: str, ssh_config: Mapping[str, str]) -> "Identity":
        """The identity of a host as ssh_config(5) has it: HostKeyAlias, UserKnownHostsFile, GlobalKnownHostsFile."""
        plain = ssh_config.get("hostkeyalias", host).lower()
        bare = port == SSH_PORT or "hostkeyalias" in ssh_config
        tokens = {"%%": "%", "%d": str(Path.home()), "%h": host, "%k": plain, "%p": str(port), "%r": user}
        return cls(
            name=plain if bare else f"[{plain}]:{port}",
            plain=plain,
            user_files=_files(ssh_config.get("userknownhostsfile"), USER_FILES, tokens),
            global_files=_files(ssh_config.get("globalknownhostsfile"), GLOBAL_FILES, {}),
        )


class Trust:
    """The known_hosts files of a run, each read once; `accept_new` adds keys of hosts that nothing is known of."""

    def __init__(self, accept_new: bool) -> None:
        self._accept_new = accept_new
        self._read: dict[Path, KnownHosts] = {}
        self._lock = threading.Lock()

    def types(self, identity: Identity) -> set[str]:
        """The types of the keys that are known of a host, which it should be asked to show."""
        with self._lock:
            of_name, of_plain = (
                {key.type for key in self._keys(identity, name) if not key.marker}
                for name in (identity.name, identity.plain)
            )
        return of_name or of_plain

    def check(self, identity: Identity, key_type: str, blob: bytes) -> None:
        """Return if the host is to be trusted with that key; raise HostKeyUnknownError or HostKeyChangedError.

        A key that is known under the plain name is trusted on another port too, as ssh(1) does.
        """
        shown = f"It shows {key_type} {fingerprint(blob)}"
        with self._lock:
            keys = self._keys(identity, identity.name)
            same = [key for key in keys + self._keys(identity, identity.plain) if key.blob == blob]
            if revoked := [key for key in same if key.marker == REVOKED]:
                why = f"{shown}, which {revoked[0].place} revokes: ask who runs the host"
                raise HostKeyChangedError(f"the host key of {identity.name} is revoked. {why}")
            if any(not key.marker for key in same):
                return
            if known := [key for key in keys if not key.marker]:
                raise HostKeyChangedError(_changed(shown, identity.name, known))
            if not self._accept_new:
                authority = any(key.marker == AUTHORITY for key in keys)
                raise HostKeyUnknownError(_unknown(shown, identity, key_type, blob, authority))
            self._accept(identity, shown, key_type, blob)

    def _keys(self, identity: Identity, name: str) -> list[HostKey]:
        files = dict.fromkeys(identity.user_files + identity.global_files)
        return [key for file in files for key in self._file(file).keys(name)]

    def _file(self, path: Path) -> KnownHosts:
        if path not in self._read:
            self._read[path] = KnownHosts(path)
        return self._read[path]

    def _accept(self, identity: Identity, shown: str, key_type: str, blob: bytes) -> None:
        unknown = f"the host key of {identity.name} is not known. {shown}"
        if not identity.user_files:
            raise HostKeyUnknownError(f"{unknown}, and with `UserKnownHostsFile none` there is no file to add it to")
        file = identity.user_files[0]
        try:
            self._file(file).accept(identity.name, key_type, blob)
        except OSError as error:
            raise HostKeyUnknownError(f"{unknown}, which can't be added to {file}: {error.strerror}") from error


def fingerprint(blob: bytes) -> str:
    """A key's fingerprint, as ssh-keygen -l prints it."""
    return "SHA256:" + _encoded(hashlib.sha256(blob).digest()).rstrip("=")


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unknown(shown: str, identity: Identity, key_type: str, blob: bytes, authority: bool) -> str:
    """What to do about a host that nothing is known of."""
    file = identity.user_files[0] if identity.user_files else Path(USER_FILES[0]).expanduser()
    folder = "" if file.parent.is_dir() else f"mkdir -p -m 700 {_word(file.parent)} && "
    line = f"{identity.name} {key_type} {_encoded(blob)}"
    only = ", and known_hosts has only a @cert-authority for it, which Paramiko can't check" if authority else ""
    look = f"ssh-keygen -lf /etc/ssh/ssh_host_{KINDS.get(key_type, 'ecdsa')}_key.pub"
    return (
        f"the host key of {identity.name} is not known{only}. {shown}: if `{look}` says the same on the host, "
        f"add it, or use --accept-new: `{folder}echo {shlex.quote(line)} >> {_word(file)}`"
    )


def _word(path: Path) -> str:
    """A path as a word for a shell, with ~ where that is all the same."""
    quoted = shlex.quote(str(path))
    home = f"{Path.home()}/"
    return f"~/{quoted.removeprefix(home)}" if quoted.startswith(home) else quoted


def _changed(shown: str, name: str, known: list[HostKey]) -> str:
    """What to do about a host that shows another key than it did."""
    old = known[0]
    if old.wildcard:
        mend = f"edit line {old.line} of {old.file}"
    else:
        mend = f"`ssh-keygen -R {shlex.quote(name)} -f {_word(old.file)}`"
    return (
        f"THE HOST KEY OF {name} CHANGED. {shown}, but {old.place} knows {old.type} {fingerprint(old.blob)}; "
        f"somebody may stand between, unless the host was set up anew: then {mend}"
    )


def _files(value: str | None, defaults: tuple[str, ...], tokens: Mapping[str, str]) -> tuple[Path, ...]:
    """Paths from a value of ssh_config: several, quoted or not, with ~, ${VARIABLE} and tokens like %h."""
    if value is None:
        names = list(defaults)
    elif value.lower() == "none":
        return ()
    else:
        try:
            names = shlex.split(value)
        except ValueError:
            names = value.split()
    expanded = (re.sub("%.", lambda match: tokens.get(match[0], match[0]), name) for name in names)
    return tuple(Path(os.path.expandvars(name)).expanduser() for name in expanded)
