"""One address of an NTP server, asked for the time: the packet, the checks of a reply, the best of several samples.

RFC 5905 (figure 8: the header; section 8: the protocol; section A.5.1.1: the tests), RFC 4330 section 5, RFC 9109.
Times are whole nanoseconds, for a float of Unix time has steps of 0.24 us. The controller's own moments are of
time.monotonic_ns(), so that a step of its wall clock does no harm.
"""

import secrets
import socket
import struct
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SECOND = 10**9  # ns
PHI = 15e-6  # RFC 5905 section A.1.1: how far a clock that nobody corrects may drift, seconds a second
BUILD = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * SECOND  # no true time is earlier than this program

SAMPLES = 4  # requests to one address, at most; pool.ntp.org bears 4 to 8
RESEND = 1.0  # seconds until the request for the first sample is taken for lost
PATIENCE = 0.1  # seconds to wait for a further sample, at least: many servers drop a request within 2 s of the last

CLIENT, SERVER = 3, 4  # modes
UNSYNCHRONISED = 3  # leap indicator
MAXSTRAT = 16
MAXDISP = 16 * SECOND
MAX_DISTANCE = 3 * SECOND // 2  # root distance, as ntpd's `tos maxdist`
MAX_DELAY = SECOND
MAX_AGE = 86400 * SECOND  # since the server's own clock was last set

_ERA = 1 << 64  # after so many units of 2**-32 s the stamps begin anew, next on 2036-02-07
_1970 = 2_208_988_800 * SECOND  # since 1900
_HEADER = struct.Struct(">BBbbiI4sQQQQ")


class ServerError(Exception):
    """An address gave no time that could be used; the message says why, and goes behind its name."""


class SilentError(ServerError):
    """Nothing came back."""


class RejectedError(ServerError):
    """What came back is not to be believed."""


class KissError(RejectedError):
    """A kiss-o'-death (RFC 5905 section 7.4): the server won't tell us the time, now or (DENY, RSTR) at all."""

    def __init__(self, code: bytes) -> None:
        super().__init__(f"kiss-o'-death {code.rstrip(bytes(1)).decode('ascii', 'backslashreplace')!a}")
        self.for_good = code in (b"DENY", b"RSTR")


@dataclass(frozen=True)
class Packet:
    """The 48 bytes of an NTP header.

    Stamps (`reference` to `transmit`) are seconds since 1900 in units of 2**-32 s, modulo 2**64. `root_delay` and
    `root_dispersion` are in units of 2**-16 s; `precision` is a power of two, in seconds.
    """

    leap: int = 0
    version: int = 4
    mode: int = CLIENT
    stratum: int = 0
    poll: int = 0
    precision: int = 0
    root_delay: int = 0
    root_dispersion: int = 0
    refid: bytes = bytes(4)
    reference: int = 0
    origin: int = 0
    receive: int = 0
    transmit: int = 0

    def pack(self) -> bytes:
        """The packet as it travels."""
        return _HEADER.pack(
            self.leap << 6 | self.version << 3 | self.mode,
            self.stratum,
            self.poll,
            self.precision,
            self.root_delay,
            self.root_dispersion,
            self.refid,
            self.reference,
            self.origin,
            self.receive,
            self.transmit,
        )

    @classmethod
    def unpack(cls, data: bytes) -> "Packet":
        """The packet at the beginning of `data`; raises ValueError if that is too short for one."""
        if len(data) < _HEADER.size:
            raise ValueError(f"a packet of {len(data)} bytes")
        flags, *rest = _HEADER.unpack_from(data)
        return cls(flags >> 6, flags >> 3 & 7, flags & 7, *rest)


def stamp_of(unix: int) -> int:
    """Unix time in nanoseconds as an NTP stamp."""
    return ((unix + _1970 << 32) // SECOND) % _ERA


def elapsed(since: int, until: int) -> int:
    """Nanoseconds between two stamps less than 68 years apart; negative if `until` is the earlier one."""
    difference = (until - since) % _ERA
    return (difference if difference < _ERA // 2 else difference - _ERA) * SECOND >> 32


def unix_of(stamp: int) -> int:
    """An NTP stamp as Unix time in nanoseconds, in the era that puts it within 68 years of BUILD."""
    return BUILD + elapsed(stamp_of(BUILD), stamp)


@dataclass(frozen=True)
class Sample:
    """One exchange: `anchor` is Unix time minus time.monotonic_ns(), right within `distance` at `moment`.

    `distance` is RFC 5905's root distance (section A.5.5.2) without its jitter, which is an estimate and no bound, and
    without its floor of 5 ms: half of both round trips, ours to the server and its own to the true time, is the most
    that asymmetric paths can hide; to it comes what the server's clock, and ours since, may have drifted. All in
    nanoseconds.
    """

    anchor: int
    distance: int
    moment: int
    delay: int
    stratum: int


def ask(family: int, address: tuple[Any, ...], until: float) -> Sample:
    """The best sample that an address gives before that moment of time.monotonic(); raises ServerError."""
    conversation = _Conversation()
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect(address)  # only this address and port can answer; the port of ours is random (RFC 9109)
            conversation.hold(sock, until)
    except KissError as kiss:
        if kiss.for_good or not conversation.samples:
            raise
    except OSError as trouble:
        if not conversation.samples:
            raise SilentError(f"gave no answer: {trouble.strerror or trouble}") from trouble
    return conversation.best()


class _Conversation:
    """Requests to one address, and what came of them."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self._sent: dict[int, int] = {}  # what marks a request -> when it was sent
        self._stray: str | None = None  # what is wrong with a reply that belongs to no request

    def hold(self, sock: socket.socket, until: float) -> None:
        """Take several samples. Until there is one, the request is sent again, in case it was lost.

        The further ones only sharpen the bound, so they are not waited for long, and a server that has had enough of us
        (KissError) is left with what it said before.
        """
        for _ in range(SAMPLES):
            if (now := time.monotonic()) >= until:
                return
            patience = max(PATIENCE, 2 * self.samples[-1].delay / SECOND) if self.samples else RESEND
            sample = self._exchange(sock, min(until, now + patience))
            if sample:
                self.samples.append(sample)
            elif self.samples:
                return

    def best(self) -> Sample:
        """The sample with the tightest bound; raises ServerError if there is none that will do."""
        if not self.samples:
            raise RejectedError(self._stray) if self._stray else SilentError("gave no answer")
        best = min(self.samples, key=lambda sample: sample.distance)
        if best.delay > MAX_DELAY:
            raise RejectedError(f"takes {best.delay / SECOND:.1f} s for a round trip")
        if best.distance > MAX_DISTANCE:
            raise RejectedError(f"its time is good to {best.distance / SECOND:.3g} s only")
        return best

    def _exchange(self, sock: socket.socket, until: float) -> Sample | None:
        """One request, and the first reply to it or to an earlier one; None if there is none in time."""
        mark = 1 + secrets.randbelow(_ERA - 1)  # random: it tells a reply from a forgery; 0 would mean unset
        request = Packet(transmit=mark).pack()
        self._sent[mark] = time.monotonic_ns()
        sock.send(request)
        while (left := until - time.monotonic()) > 0:
            sock.settimeout(left)
            try:
                data = sock.recv(1024)
            except TimeoutError:
                break
            received = time.monotonic_ns()
            if reply := self._reply(data):
                return _sample(reply, self._sent.pop(reply.origin), received)
        return None

    def _reply(self, data: bytes) -> Packet | None:
        """The packet, if it answers a request that was not answered before (RFC 5905's tests 1 and 2)."""
        try:
            packet = Packet.unpack(data)
        except ValueError as short:
            self._stray = f"answers with {short}"
            return None
        if packet.origin in self._sent:
            return packet
        self._stray = "answers to a request that was not ours (forged, or mixed up)"
        return None


def _sample(reply: Packet, sent: int, received: int) -> Sample:
    """The sample that a reply makes, by RFC 5905 section 8; raises RejectedError if the reply is not to be believed."""
    if fault := _fault(reply):
        raise RejectedError(fault)
    left = unix_of(reply.transmit)
    came = left - elapsed(reply.receive, reply.transmit)
    delay = max(0, (received - sent) - (left - came))
    precision = int(2.0**reply.precision * SECOND)
    drift = int(PHI * (received - sent))
    return Sample(
        anchor=((came - sent) + (left - received)) // 2,
        distance=_root(reply) + delay // 2 + precision + drift + 3,  # 3 ns for the fractions that were cut off
        moment=received,
        delay=delay,
        stratum=reply.stratum,
    )


def _fault(reply: Packet) -> str | None:
    """Why a reply to our request is not to be believed; raises KissError if it is no time at all but a refusal."""
    if reply.mode != SERVER:
        return f"answers in mode {reply.mode}, which is not a server's"
    if reply.version not in (3, 4):
        return f"answers in version {reply.version} of NTP"
    if reply.stratum == 0:
        raise KissError(reply.refid)
    if reply.leap == UNSYNCHRONISED or reply.stratum >= MAXSTRAT:
        return "says that it is not synchronised itself"
    if _root(reply) >= MAXDISP:
        return f"says that its time is good to {_root(reply) / SECOND:.3g} s only"
    return _fault_of_stamps(reply)


def _fault_of_stamps(reply: Packet) -> str | None:
    if 0 in (reply.receive, reply.transmit):
        return "answers without a time"
    if elapsed(reply.receive, reply.transmit) < 0:
        return "says that it answered before it was asked"
    if reply.reference == 0:
        return "says that its clock was never set"
    age = elapsed(reply.reference, reply.transmit)
    if age < 0:
        return "says that its clock was last set in the future"
    if age > MAX_AGE:
        return "says that its clock was last set more than a day ago"
    if (told := unix_of(reply.transmit)) < BUILD:
        return f"tells a time that is long past ({datetime.fromtimestamp(told / SECOND, UTC):%Y-%m-%d})"
    return None


def _root(reply: Packet) -> int:
    """How far the server says that it may be from the true time."""
    delay = abs(reply.root_delay)  # RFC 4330 lets it be negative
    return (delay + 2 * reply.root_dispersion) * SECOND >> 17
