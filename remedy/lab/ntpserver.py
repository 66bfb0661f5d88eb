"""A small NTP server for the demo and the tests: it tells the time of a given clock, well or badly as it is told.

RFC 5905's server mode over UDP, in a thread. How it answers is data (Manner), so a test says what is wrong with a
server in one line.
"""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from remedy.reference.sntp import SECOND, SERVER, Packet, stamp_of

Clock = Callable[[], int]  # Unix time in nanoseconds
SHORT = 1 << 16  # units of the header's root delay and dispersion in a second


@dataclass(frozen=True)
class Manner:
    """What a server says of itself, and how it misbehaves; the default is a good server with a clock of its own.

    Seconds: `root_delay`, `root_dispersion`, `lie` (added to the time), `took` (what it pretends that the answer took),
    `age` (since its clock was last set), `late` (before it sends). `kiss` is the code of a kiss-o'-death, `blank` names
    the stamps that are zero, `length` cuts the answer to so many bytes. `good_answers` come first.
    """

    leap: int = 0
    stratum: int = 1
    version: int | None = None  # None: as asked
    mode: int = SERVER
    precision: int = -23
    root_delay: float = 0.0
    root_dispersion: float = 0.0
    refid: bytes = b"LAB\0"
    age: float = 16.0
    lie: float = 0.0
    took: float | None = None
    kiss: bytes | None = None
    blank: tuple[str, ...] = ()
    forged_origin: bool = False
    length: int = 48
    copies: int = 1
    from_other_port: bool = False
    late: float = 0.0
    silent: bool = False
    good_answers: int = 0


GOOD = Manner()


class NTPServer:
    """A server on `address`, which may be of any family; started by `start` or `with`, and gone after `stop`.

    Port 0 is a free one. `manner` may change at any time. `name` is how a client is to call it, as hosts.yaml has it:
    NAME:PORT. `requests` counts what came in.
    """

    def __init__(
        self, clock: Clock = time.time_ns, manner: Manner = GOOD, address: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.manner = manner
        self.requests = 0
        self._clock = clock
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._other = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.bind((address, port))
        self._other.bind((address, 0))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=f"ntp {self.name}", daemon=True)

    @property
    def address(self) -> str:
        """The address that it serves on."""
        return str(self._socket.getsockname()[0])

    @property
    def port(self) -> int:
        """The port that it serves on."""
        return int(self._socket.getsockname()[1])

    @property
    def name(self) -> str:
        """Address and port as one word."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    def start(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Be gone, with everything: the thread has ended and the port is free when this returns."""
        self._stop.set()
        if self._thread.is_alive():
            self._other.sendto(b"", self._socket.getsockname())  # so that it looks up
            self._thread.join()
        self._socket.close()
        self._other.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        while True:
            data, client = self._socket.recvfrom(1024)
            received = self._clock()
            if self._stop.is_set():
                return
            self.requests += 1
            manner = self.manner if self.requests > self.manner.good_answers else GOOD
            if len(data) < 48 or manner.silent:
                continue
            answer = _answer(manner, Packet.unpack(data), received, self._clock())[: manner.length]
            if manner.late:
                self._stop.wait(manner.late)
            for _ in range(manner.copies):
                (self._other if manner.from_other_port else self._socket).sendto(answer, client)


def _answer(manner: Manner, request: Packet, received: int, sent: int) -> bytes:
    lie = int(manner.lie * SECOND)
    if manner.took is not None:
        sent = received + int(manner.took * SECOND)
    answer = Packet(
        leap=3 if manner.kiss else manner.leap,
        version=request.version if manner.version is None else manner.version,
        mode=manner.mode,
        stratum=0 if manner.kiss else manner.stratum,
        poll=request.poll,
        precision=manner.precision,
        root_delay=int(manner.root_delay * SHORT),
        root_dispersion=int(manner.root_dispersion * SHORT),
        refid=manner.kiss or manner.refid,
        reference=stamp_of(sent + lie - int(manner.age * SECOND)),
        origin=request.transmit ^ manner.forged_origin,
        receive=stamp_of(received + lie),
        transmit=stamp_of(sent + lie),
    )
    blank: dict[str, Any] = dict.fromkeys(manner.blank, 0)
    return replace(answer, **blank).pack()
