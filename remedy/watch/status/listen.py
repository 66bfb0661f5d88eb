"""Where the status is served, as --listen says it, and the token without which it is not served elsewhere."""

import errno
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from remedy.errors import UsageError
from remedy.inventory.address import split_server
from remedy.ssh.deadline import Deadline
from remedy.ssh.dial import reason, resolve

TOKEN = "POST_MAINTE_WATCH_TOKEN"  # noqa: S105  # the variable's name
TOKEN_LENGTH = 16  # characters at least: it is all that keeps strangers out
RESOLVE_SECONDS = 5.0
BACKLOG = 16  # clients that wait to be let in
REASONS = {
    errno.EADDRINUSE: "another program listens there",
    errno.EADDRNOTAVAIL: "that is no address of this machine",
    errno.EACCES: "only root may listen at a port below 1024",
}


@dataclass(frozen=True)
class Place:
    """An address of a socket. `text` is what was typed."""

    text: str
    family: int
    address: tuple[Any, ...]

    @property
    def is_here(self) -> bool:
        """Whether only this machine itself gets there."""
        return ip_address(self.address[0].partition("%")[0]).is_loopback

    @property
    def url(self) -> str:
        """Where the page is."""
        host, port, *_ = self.address
        return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def place(text: str) -> Place:
    """Given what was typed for --listen, return the place. Raises UsageError."""
    try:
        host, port = split_server(text)
    except ValueError:
        host, port = "", None
    if not host or port is None:
        raise UsageError(
            f"--listen takes ADDRESS:PORT with a port from 1 to 65535, as 127.0.0.1:8137 or [::1]:8137, not {text!r}"
        )
    try:
        (family, address), *_ = resolve(host, port, "any", Deadline(RESOLVE_SECONDS, "connect"))
    except TimeoutError:
        raise UsageError(f"--listen {text}: nobody says what {host} is within {RESOLVE_SECONDS:g} s") from None
    except OSError as error:
        raise UsageError(f"--listen {text}: the name {host} is not known: {error.strerror or error}") from None
    return Place(text, family, address)


def token(where: Place, environment: Mapping[str, str] = os.environ) -> str:
    """The token that is asked for there; empty: none. Raises UsageError where there has to be one."""
    found = environment.get(TOKEN, "")
    if found and not re.fullmatch(rf"[!-~]{{{TOKEN_LENGTH},}}", found):
        raise UsageError(
            f"${TOKEN} has to have {TOKEN_LENGTH} characters or more, without blanks: `openssl rand -hex 32`"
        )
    if not found and not where.is_here:
        raise UsageError(
            f"--listen {where.text}: others reach that address, so a token has to be in ${TOKEN}, "
            "as by `openssl rand -hex 32`; 127.0.0.1 needs none"
        )
    return found


def bound(where: Place) -> socket.socket:
    """A socket that listens there. Raises UsageError."""
    is_any = where.address[0] == "::"  # that is every address, of IPv4 as well
    try:
        return socket.create_server(where.address[:2], family=where.family, backlog=BACKLOG, dualstack_ipv6=is_any)
    except OSError as error:
        why = REASONS.get(error.errno or 0) or reason(error)
        raise UsageError(f"--listen {where.text}: {why}") from None
