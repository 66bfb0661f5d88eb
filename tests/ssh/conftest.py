"""The fixtures of these tests: a user, a server, scripts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from remedy.shell.script import Script

from .harness import Scripter, Sshd, User, keygen


@pytest.fixture
def script(tmp_path: Path) -> Scripter:
    """Makes a script of one section from its text; the function to call is `main`."""

    def make(body: str, **values: str) -> Script:
        section = tmp_path / f"section{len(list(tmp_path.iterdir()))}.sh"
        section.write_text(f"main() {{\n{body}\n}}\n")
        return Script((section,), ("main",), values)

    return make


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return User(home, keygen(home / ".ssh" / "id_ed25519"))


@pytest.fixture
def start(tmp_path: Path, user: User) -> Iterator[Callable[..., Sshd]]:
    """Starts a server that lets the user in."""
    running: list[Sshd] = []

    def start(**fields: object) -> Sshd:
        server = Sshd(tmp_path / f"sshd{len(running)}", authorized=[user.public], **fields)  # type: ignore[arg-type]
        server.start()
        running.append(server)
        return server

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def server(start: Callable[..., Sshd], user: User) -> Sshd:
    """A server that lets the user in, and whom the user knows."""
    running = start()
    user.knows(running.known())
    return running
