"""From a name and a port to a connected TCP socket, within a deadline that neither resolver nor network can outwait."""

import contextlib
import errno
import os
import queue
import selectors
import socket
import threading
from collections.abc import Sequence

from remedy.ssh.deadline import Deadline

# Seconds before the next address is tried beside those that did not answer (RFC 8305, section 5), and between two looks
# at the deadline, which may be drawn near from outside.
PATIENCE = 0.25
OPTIONS = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 30_000),  # milliseconds without acknowledgement: the link is lost
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4),
)
FAMILIES = {"inet": socket.AF_INET, "inet6": socket.AF_INET6}  # AddressFamily of ssh_config(5)
REASONS = {
    errno.ECONNREFUSED: "connection refused",
    errno.EHOSTUNREACH: "no route to the host",
    errno.ENETUNREACH: "network unreachable",
    errno.ETIMEDOUT: "connection timed out",
    errno.ECONNRESET: "connection reset",
    errno.EAFNOSUPPORT: "addresses of that kind are not supported on this machine",
}

Address = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]


def reason(error: OSError) -> str:
    """An error of the network in the words of its users."""
    return REASONS.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__


def resolve(host: str, port: int, family: str, deadline: Deadline) -> Sequence[Address]:
    """The addresses of a name; raise OSError, which is TimeoutError when the deadline struck.

    The resolver knows no deadline: it is asked in a thread of its own, which may be left behind.
    """
    wanted = FAMILIES.get(family, socket.AF_UNSPEC)
    try:
        return _addresses(host, port, wanted, socket.AI_NUMERICHOST)
    except socket.gaierror:
        pass  # a name, then
    answers: queue.SimpleQueue[Sequence[Address] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_addresses(host, port, wanted))
        except OSError as error:
            answers.put(error)

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    while not deadline.passed:
        with contextlib.suppress(queue.Empty):
            answer = answers.get(timeout=min(PATIENCE, deadline.left))
            if isinstance(answer, OSError):
                raise answer
            return answer
    raise TimeoutError


def _addresses(host: str, port: int, family: int, flags: int = 0) -> Sequence[Address]:
    try:
        found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=flags)
    except UnicodeError as error:
        raise socket.gaierror(socket.EAI_NONAME, "not a name") from error
    return [(kind, address) for kind, _, _, _, address in found]


def connect(addresses: Sequence[Address], deadline: Deadline) -> socket.socket:
    """A socket connected to the address that answers first; raise OSError, TimeoutError when the deadline struck."""
    with _Race(list(addresses), deadline) as race:
        winner = race.run()
    winner.setblocking(True)
    for level, option, value in OPTIONS:
        winner.setsockopt(level, option, value)
    return winner


class _Race:
    """Connects to addresses beside each other, so that a black hole among them costs no more than PATIENCE."""

    def __init__(self, addresses: list[Address], deadline: Deadline) -> None:
        self._addresses, self._deadline = addresses, deadline
        self._runners: set[socket.socket] = set()
        self._selector = selectors.DefaultSelector()
        self._reasons: dict[str, None] = {}  # why it failed, each reason once, in their order

    def __enter__(self) -> "_Race":
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        for runner in self._runners:
            runner.close()

    def run(self) -> socket.socket:
        while self._addresses or self._runners:
            if self._deadline.passed:
                raise TimeoutError
            if self._addresses:
                self._start(*self._addresses.pop(0))
            if winner := self._finish():
                return winner
        raise OSError(None, "; ".join(self._reasons))

    def _start(self, family: socket.AddressFamily, address: tuple[object, ...]) -> None:
        try:
            runner = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:  # a family of addresses that this machine does not have
            self._reasons[reason(error)] = None
            return
        runner.setblocking(False)
        self._runners.add(runner)
        self._selector.register(runner, selectors.EVENT_WRITE, runner)
        code = runner.connect_ex(address)
        if code not in (0, errno.EINPROGRESS):
            self._fail(runner, code)

    def _finish(self) -> socket.socket | None:
        """Wait until a runner arrives; None where none did, and it is time to look again."""
        for key, _ in self._selector.select(min(PATIENCE, self._deadline.left) if self._runners else 0):
            runner: socket.socket = key.data
            if code := runner.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self._fail(runner, code)
            else:
                self._runners.remove(runner)
                return runner
        return None

    def _fail(self, runner: socket.socket, code: int) -> None:
        self._reasons[reason(OSError(code, os.strerror(code)))] = None
        self._selector.unregister(runner)
        self._runners.remove(runner)
        runner.close()
