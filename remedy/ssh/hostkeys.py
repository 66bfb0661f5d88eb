"""known_hosts files: parsed once, and asked for the keys of a host (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT")."""

import base64
import hmac
import os
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REVOKED = "@revoked"
AUTHORITY = "@cert-authority"
WILDCARDS = re.compile(r"[*?!]")


@dataclass(frozen=True)
class HostKey:
    """A host's key as a line of a file gives it. `marker` is "", REVOKED or AUTHORITY."""

    type: str
    blob: bytes
    file: Path
    line: int
    marker: str = ""
    wildcard: bool = False

    @property
    def place(self) -> str:
        """Where it stands: FILE:LINE."""
        return f"{self.file}:{self.line}"


class KnownHosts:
    """One known_hosts file. A lookup by a plain name costs nothing; hashed names cost an HMAC each, once a name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._plain: dict[str, list[HostKey]] = {}
        self._patterns: list[tuple[list[str], HostKey]] = []
        self._hashed: list[tuple[bytes, bytes, HostKey]] = []
        self._of_hashed: dict[str, list[HostKey]] = {}
        self._lock = threading.Lock()
        for number, line in enumerate(_lines(path), 1):
            self._take(line, number)

    def keys(self, name: str) -> list[HostKey]:
        """All keys for a name, which is HOST, or [HOST]:PORT where the port is not 22."""
        name = name.lower()
        found = self._plain.get(name, []) + self._keys_of_hashed(name)
        return found + [key for patterns, key in self._patterns if _matches(name, patterns)]

    def accept(self, name: str, key_type: str, blob: bytes) -> None:
        """Append a line for a host and a key to the file, and know it from now on. Raises OSError."""
        line = f"{name} {key_type} {base64.b64encode(blob).decode()}"
        with self._lock:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            number = _append(self.path, line)
            self._take(line, number)

    def _take(self, line: str, number: int) -> None:
        """Index one line; a line that makes no sense is passed over, as ssh does."""
        fields = line.split()
        marker = fields.pop(0) if fields and fields[0].startswith("@") else ""
        if len(fields) < 3 or fields[0].startswith("#") or (marker and marker not in (REVOKED, AUTHORITY)):
            return
        names, key_type, encoded = fields[:3]
        blob = _blob(key_type, encoded)
        if blob is None:
            return
        key = HostKey(key_type, blob, self.path, number, marker, bool(WILDCARDS.search(names)))
        self._index(names, key)

    def _index(self, names: str, key: HostKey) -> None:
        if names.startswith("|"):
            if hashed := _hashed(names):
                self._hashed.append((*hashed, key))
            return
        patterns = names.lower().split(",")
        if key.wildcard:
            self._patterns.append((patterns, key))
            return
        for name in patterns:
            self._plain.setdefault(name, []).append(key)

    def _keys_of_hashed(self, name: str) -> list[HostKey]:
        if name not in self._of_hashed:
            encoded = name.encode()
            self._of_hashed[name] = [
                key
                for salt, digest, key in self._hashed
                if hmac.compare_digest(hmac.digest(salt, encoded, "sha1"), digest)
            ]
        return self._of_hashed[name]


def _lines(path: Path) -> list[str]:
    """The lines of a file; none where it can't be read."""
    try:
        return path.read_bytes().decode("utf-8", "replace").split("\n")
    except OSError:
        return []


def _append(path: Path, line: str) -> int:
    """Append a line in one write, after ending a last line that has no end; its number."""
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        before = path.read_bytes()
        start = b"\n" if before and not before.endswith(b"\n") else b""
        os.write(file, start + line.encode() + b"\n")
    finally:
        os.close(file)
    return before.count(b"\n") + len(start) + 1


def _blob(key_type: str, encoded: str) -> bytes | None:
    """The key's bytes; None where they are no key of that type."""
    try:
        blob = base64.b64decode(encoded, validate=True)
    except ValueError:
        return None
    size = int.from_bytes(blob[:4], "big")
    return blob if blob[4 : 4 + size] == key_type.encode() else None


def _hashed(name: str) -> tuple[bytes, bytes] | None:
    """Salt and digest of |1|SALT|DIGEST."""
    parts = name.split("|")
    if len(parts) != 4 or parts[1] != "1":
        return None
    try:
        return base64.b64decode(parts[2], validate=True), base64.b64decode(parts[3], validate=True)
    except ValueError:
        return None


def _matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns matches and none that is negated does."""
    found = False
    for pattern in patterns:
        if _glob(pattern.removeprefix("!")).fullmatch(name):
            if pattern.startswith("!"):
                return False
            found = True
    return found


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    """A pattern of ssh_config(5): * and ? only, so that the brackets of [HOST]:PORT mean themselves."""
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
