"""Several NTP servers, asked for the time at once: names looked up, addresses asked, and what came of each."""

import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, zip_longest
from typing import Any

from remedy.reference import sntp
from remedy.reference.sntp import RejectedError, Sample, ServerError, SilentError

PORT = 123
ADDRESSES = 4  # of one name, at most
GRACE = 0.3  # seconds for the rest, when what they say can't change the outcome any more
SLACK = 0.1  # seconds for an address whose time is over to say what was wrong


@dataclass(frozen=True)
class Address:
    """Where a server can be asked."""

    family: int
    sockaddr: tuple[Any, ...]

    def __str__(self) -> str:
        host, port = self.sockaddr[:2]
        bracketed = f"[{host}]" if self.family == socket.AF_INET6 else host
        return str(host) if port == PORT else f"{bracketed}:{port}"


@dataclass(frozen=True)
class Word:
    """What came of one server: the best sample of each address that told the time, and why the others did not.

    A fault of the name itself, which could not be looked up, stands at None. `same_as` names an earlier server with the
    same address.
    """

    server: str
    samples: Mapping[Address, Sample] = field(default_factory=dict)
    faults: Mapping[Address | None, ServerError] = field(default_factory=dict)
    same_as: str | None = None

    @property
    def answered(self) -> bool:
        """Whether anything came back from it, be it to be believed or not."""
        return bool(self.samples) or any(isinstance(fault, RejectedError) for fault in self.faults.values())

    @property
    def why(self) -> str:
        """What is wrong with it, where it told no time."""
        if self.same_as:
            return f"has the same address as {self.same_as}"
        if self.samples:
            return "has addresses that disagree"
        in_order = sorted(self.faults.items(), key=lambda item: str(item[0]))  # not as they happened to come in
        whys = {str(fault): address for address, fault in in_order}
        if len(whys) == 1:
            return next(iter(whys))
        return ", ".join(f"{why} ({address})" for why, address in whys.items())


def endpoint(server: str) -> tuple[str, int]:
    """Host and port of NAME, NAME:PORT, IPv6 or [IPv6]:PORT; raises ValueError for anything else."""
    host, colon, port = server, "", ""
    if server.startswith("["):
        host, bracket, rest = server[1:].partition("]")
        colon, port = rest[:1], rest[1:]
        if not bracket or colon not in ("", ":"):
            raise ValueError("is not NAME, NAME:PORT or [IPv6]:PORT")
    elif server.count(":") == 1:
        host, colon, port = server.partition(":")
    number = port if colon else str(PORT)
    if not host or not (number.isascii() and number.isdigit() and 0 < int(number) < 1 << 16):
        raise ValueError("is not NAME, NAME:PORT or [IPv6]:PORT")
    return host, int(number)


def addresses(server: str) -> list[Address]:
    """Some addresses of a server, its families by turns, for one of them may be dead; raises OSError or ValueError."""
    host, port = endpoint(server)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    distinct = dict.fromkeys(Address(family, sockaddr) for family, _, _, _, sockaddr in found)
    families = [list(group) for _, group in groupby(distinct, lambda address: address.family)]
    return [address for turn in zip_longest(*families) for address in turn if address][:ADDRESSES]


def survey(servers: Sequence[str], timeout: float, settled: Callable[[Sequence[Word]], bool]) -> tuple[Word, ...]:
    """Ask all servers at once, and give what came of each, in their order, after little more than `timeout` seconds.

    As soon as what has come is enough for `settled`, the rest has GRACE seconds left.
    """
    poll = _Poll(servers, time.monotonic() + timeout)
    while poll.listen():
        if settled(poll.words()):
            poll.hurry()
    return poll.words()


@dataclass
class _Asked:
    """A server being asked; `waiting` holds the addresses still to be heard of, and None until they are known."""

    waiting: set[Address | None] = field(default_factory=lambda: {None})
    samples: dict[Address, Sample] = field(default_factory=dict)
    faults: dict[Address | None, ServerError] = field(default_factory=dict)
    same_as: str | None = None


class _Poll:
    """Servers being asked, by a thread for each name and each address, which end by themselves by the deadline.

    They are daemons, since getaddrinfo(3) may hang for longer and can't be ended.
    """

    def __init__(self, servers: Sequence[str], deadline: float) -> None:
        self._began = time.monotonic()
        self._deadline = deadline
        self._until = deadline + SLACK
        self._news: queue.SimpleQueue[tuple[str, Address | None, list[Address] | Sample | ServerError]]
        self._news = queue.SimpleQueue()
        self._owners: dict[Address, str] = {}
        self._asked = {server: _Asked() for server in servers}
        for server in servers:
            threading.Thread(target=self._look_up, args=(server,), daemon=True).start()

    def listen(self) -> bool:
        """Take in one piece of news; False: there is none to come, or no time left for it."""
        left = self._until - time.monotonic()
        if left <= 0 or not any(asked.waiting for asked in self._asked.values()):
            return False
        try:
            server, address, outcome = self._news.get(timeout=left)
        except queue.Empty:
            return False
        asked = self._asked[server]
        asked.waiting.remove(address)
        if isinstance(outcome, ServerError):
            asked.faults[address] = outcome
        elif isinstance(outcome, Sample) and address:
            asked.samples[address] = outcome
        elif isinstance(outcome, list):
            self._ask_all(server, outcome)
        return True

    def hurry(self) -> None:
        """Leave the rest GRACE seconds; said twice, the first time counts."""
        self._until = min(self._until, time.monotonic() + GRACE)

    def words(self) -> tuple[Word, ...]:
        """What has come of each server until now; who has not been heard of is silent."""
        return tuple(self._word(server, asked) for server, asked in self._asked.items())

    def _word(self, server: str, asked: _Asked) -> Word:
        waited = f"within {time.monotonic() - self._began:.1f} s"
        late = {address: SilentError(f"gave no answer {waited}") for address in asked.waiting}
        if None in late:
            late[None] = SilentError(f"its name could not be looked up {waited}")
        return Word(server, dict(asked.samples), asked.faults | late, asked.same_as)

    def _ask_all(self, server: str, found: list[Address]) -> None:
        asked = self._asked[server]
        for address in found:
            if self._owners.setdefault(address, server) == server:
                asked.waiting.add(address)
                threading.Thread(target=self._ask, args=(server, address), daemon=True).start()
        if not asked.waiting:
            asked.same_as = self._owners[found[0]]

    def _look_up(self, server: str) -> None:
        try:
            self._news.put((server, None, addresses(server)))
        except socket.gaierror as trouble:
            self._news.put((server, None, ServerError(f"can't be looked up: {trouble.strerror}")))
        except UnicodeError:
            self._news.put((server, None, ServerError("is not a name that can be looked up")))
        except (OSError, ValueError) as trouble:
            self._news.put((server, None, ServerError(str(trouble))))

    def _ask(self, server: str, address: Address) -> None:
        try:
            self._news.put((server, address, sntp.ask(address.family, address.sockaddr, self._deadline)))
        except ServerError as fault:
            self._news.put((server, address, fault))
