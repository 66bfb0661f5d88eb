"""The judge of offsets: an ICMP timestamp, which a guest's kernel answers, without login or daemon (RFC 792, type 13).

It knows the time of day only, to the millisecond: whole days of an offset are not seen.
"""

import secrets
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress

REQUEST, REPLY = 13, 14
DAY = 86_400
TRIES = 10
HEADER = struct.Struct("!BBHHHIII")  # type, code, checksum, identifier, sequence, originate, receive, transmit stamps


def offset(icmp: socket.socket, address: str, world: Callable[[], float], seconds: float = 2.0) -> float:
    """How far the clock of the host at `address` is ahead of the world's, in seconds within half a day.

    `icmp` is a raw ICMP socket, `world` the true Unix time. Of some exchanges the quickest counts; its round trip
    bounds the error. Raises TimeoutError if none is answered within `seconds`.
    """
    exchanges = []
    for _ in range(TRIES):
        with suppress(TimeoutError):
            exchanges.append(_exchange(icmp, address, world, seconds))
    if not exchanges:
        raise TimeoutError(f"{address} doesn't answer")
    _round_trip, best = min(exchanges)
    return best


def _exchange(icmp: socket.socket, address: str, world: Callable[[], float], seconds: float) -> tuple[float, float]:
    """One exchange: the round trip, and the offset that it shows.

    The socket hears the replies to all requests, late ones too, so each request has numbers of its own.
    """
    identifier, sequence = secrets.randbits(16), secrets.randbits(16)
    deadline = time.monotonic() + seconds
    sent = world()
    icmp.sendto(_request(identifier, sequence), (address, 0))
    while (left := deadline - time.monotonic()) > 0:
        icmp.settimeout(left)
        packet = icmp.recv(200)
        received = world()
        message = packet[(packet[0] & 15) * 4 :]  # behind the IP header
        if len(message) < HEADER.size:
            continue
        kind, _, _, *numbers, _, _, stamp = HEADER.unpack(message[: HEADER.size])
        if kind == REPLY and numbers == [identifier, sequence]:
            ahead = stamp / 1000 - (sent + received) / 2
            return received - sent, (ahead + DAY / 2) % DAY - DAY / 2
    raise TimeoutError


def _request(identifier: int, sequence: int) -> bytes:
    blank = HEADER.pack(REQUEST, 0, 0, identifier, sequence, 0, 0, 0)
    return HEADER.pack(REQUEST, 0, _checksum(blank), identifier, sequence, 0, 0, 0)


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
