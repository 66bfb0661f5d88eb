"""A root shell by sudo(8), with or without a password, from whatever login shell."""

import re

from remedy.errors import UnreachableError
from remedy.shell.answers import printable
from remedy.shell.script import new_token
from remedy.ssh.stream import Stream

HEARD_LIMIT = 4096  # bytes kept of what sudo says
REASONS = (  # what sudo says with LC_ALL=C, and what that means
    (r"not in the sudoers file|not allowed to", "the user may not use sudo here: see sudoers(5)"),
    (r"must have a (tty|terminal)", "sudo wants a terminal: take `Defaults requiretty` out of sudoers"),
    (r"sudo\W*:.*(not found|No such file)", "there is no sudo on the host"),
    (r"no new privileges|effective uid is not 0|must be owned by uid 0", "sudo can't work in this container or mount"),
)


def become_root(stream: Stream, password: str | None) -> None:
    """Start a shell of root that reads a script; raise UnreachableError.

    The marks are random, so that sudo is understood in any language, and put together on the host, so that a shell that
    echoes its commands can't show them. The password goes only where it is asked for, the script only to the shell.
    """
    (one, two), (three, four) = _halves(), _halves()
    stream.start(f"env LC_ALL=C sudo -S -p '{one}%%{two}' sh -c 'echo {three}\"\"{four}; exec sh -s'")
    prompt, ready = f"{one}%{two}".encode(), f"{three}{four}".encode()
    if _wait(stream, ready, prompt) == ready:
        return
    if not password:
        raise UnreachableError("sudo asks for a password: --prompt-for-sudo-password, or NOPASSWD in sudoers")
    stream.send(password.encode() + b"\n")
    if _wait(stream, ready, prompt) == prompt:
        raise UnreachableError("sudo: wrong password")


def _halves() -> tuple[str, str]:
    token = new_token()
    return token[:16], token[16:]


def _wait(stream: Stream, *marks: bytes) -> bytes:
    """The mark that comes; raise UnreachableError where sudo ends without any."""
    heard = b""
    while data := stream.read():
        heard = (heard + data)[-HEARD_LIMIT:]
        for mark in marks:
            if mark in heard:
                return mark
    raise UnreachableError(_why(printable(heard)))


def _why(heard: str) -> str:
    """What ended sudo, from its last words."""
    lines = [line.strip() for line in heard.splitlines() if line.strip()] or ["it said nothing"]
    for pattern, meaning in REASONS:
        if re.search(pattern, heard):
            return f"{meaning} ({lines[-1]})"
    return f"sudo gave no shell: {lines[-1]}"
