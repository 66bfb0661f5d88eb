"""One NTP server asked: a good one, and every way in which one can be bad."""

import contextlib
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.lab.ntpserver import GOOD, Manner, NTPServer
from remedy.reference import sntp
from remedy.reference.sntp import BUILD, SECOND, KissError, Packet, RejectedError, Sample, SilentError

U64 = st.integers(min_value=0, max_value=2**64 - 1)
U32 = st.integers(min_value=0, max_value=2**32 - 1)
I8 = st.integers(min_value=-128, max_value=127)
ERA_1 = 2_085_978_496 * SECOND  # 2036-02-07T06:28:16Z, when the stamps begin anew
NEAR_BUILD = st.integers(min_value=BUILD - 2**31 * SECOND + SECOND, max_value=BUILD + 2**31 * SECOND - SECOND)
QUICK = 0.3  # seconds, for answers that never come

packets = st.builds(
    Packet,
    leap=st.integers(0, 3),
    version=st.integers(0, 7),
    mode=st.integers(0, 7),
    stratum=st.integers(0, 255),
    poll=I8,
    precision=I8,
    root_delay=st.integers(-(2**31), 2**31 - 1),
    root_dispersion=U32,
    refid=st.binary(min_size=4, max_size=4),
    reference=U64,
    origin=U64,
    receive=U64,
    transmit=U64,
)


@dataclass
class Truth:
    """A true time of our own: the monotonic clock from another beginning."""

    anchor: int = field(default_factory=lambda: BUILD + 300 * 86400 * SECOND - time.monotonic_ns())

    def __call__(self) -> int:
        return time.monotonic_ns() + self.anchor


def loopbacks() -> Iterator[str]:
    """The machine's loopback addresses; there may be no IPv6."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.bind((address, 0))
            yield address


LOOPBACKS = list(loopbacks())


@pytest.fixture
def server() -> Iterator[NTPServer]:
    with NTPServer(Truth()) as server:
        yield server


def ask(server: NTPServer, manner: Manner = GOOD, timeout: float = 5.0) -> Sample:
    server.manner = manner
    family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
    return sntp.ask(family, (server.address, server.port), time.monotonic() + timeout)


def holds(sample: Sample, truth: Truth) -> bool:
    return abs(sample.anchor - truth.anchor) <= sample.distance


def changed(value: object) -> str:
    """A manner as a test's name: what differs from a good server's."""
    if not isinstance(value, Manner):
        return str(value)
    return " ".join(f"{name}={told}" for name, told in vars(value).items() if told != getattr(GOOD, name))


# The packet


@given(packets)
def test_a_packet_comes_back_as_it_was_packed(packet: Packet) -> None:
    assert len(packet.pack()) == 48
    assert Packet.unpack(packet.pack()) == packet


@given(packets, st.binary(min_size=1))
def test_what_follows_the_header_is_left_alone(packet: Packet, extension: bytes) -> None:
    assert Packet.unpack(packet.pack() + extension) == packet


@given(st.binary(max_size=47))
def test_what_is_shorter_than_a_header_is_no_packet(data: bytes) -> None:
    with pytest.raises(ValueError, match=f"{len(data)} bytes"):
        Packet.unpack(data)


@given(NEAR_BUILD)
def test_a_stamp_is_understood_to_the_nanosecond_in_any_era(unix: int) -> None:
    assert abs(sntp.unix_of(sntp.stamp_of(unix)) - unix) <= 1


@given(NEAR_BUILD, st.integers(min_value=-(10**18), max_value=10**18))
def test_the_time_between_two_stamps_is_signed_and_minds_no_rollover(unix: int, later: int) -> None:
    assert abs(sntp.elapsed(sntp.stamp_of(unix), sntp.stamp_of(unix + later)) - later) <= 1


def test_the_era_that_begins_in_2036_is_told_from_1900() -> None:
    assert sntp.stamp_of(ERA_1) == 0
    assert sntp.unix_of(0) == ERA_1
    assert sntp.elapsed(sntp.stamp_of(ERA_1 - 5), sntp.stamp_of(ERA_1 + 5)) == pytest.approx(10, abs=1)


# What is asked


def test_a_request_tells_nothing_but_a_random_mark() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(5)
        seen = []
        for _ in range(2):
            with pytest.raises(SilentError):
                sntp.ask(socket.AF_INET, sock.getsockname(), time.monotonic() + 0.05)
            seen.append(sock.recvfrom(1024))
    requests = [Packet.unpack(data) for data, _ in seen]
    assert all(request == Packet(version=4, mode=3, transmit=request.transmit) for request in requests)
    assert requests[0].transmit != requests[1].transmit
    assert 0 not in [request.transmit for request in requests]
    assert seen[0][1] != seen[1][1], "the source port is a new one for each conversation"


def test_a_server_is_asked_four_times_and_no_more(server: NTPServer) -> None:
    ask(server)
    assert server.requests == 4


# A good server


@pytest.mark.parametrize("address", LOOPBACKS)
def test_the_truth_is_within_the_bound(address: str) -> None:
    truth = Truth()
    with NTPServer(truth, address=address) as server:
        assert all(holds(ask(server), truth) for _ in range(50))


def test_the_bound_holds_what_the_server_says_of_its_own_error(server: NTPServer) -> None:
    sample = ask(server, Manner(stratum=2, root_delay=0.2, root_dispersion=0.05))
    assert sample.stratum == 2
    assert 0.1499 * SECOND <= sample.distance < 0.25 * SECOND


def test_a_negative_root_delay_widens_the_bound_as_a_positive_one(server: NTPServer) -> None:
    assert ask(server, Manner(root_delay=-0.2)).distance >= 0.1 * SECOND - 2**15


def test_a_coarse_clock_widens_the_bound(server: NTPServer) -> None:
    assert ask(server, Manner(precision=-6)).distance >= SECOND >> 6


def test_the_bound_holds_where_only_the_way_back_is_slow(server: NTPServer) -> None:
    truth = Truth()
    with NTPServer(truth, Manner(late=0.04)) as server:
        assert holds(ask(server), truth)


def test_a_time_in_the_next_era_is_understood() -> None:
    truth = Truth(ERA_1 + 86400 * SECOND - time.monotonic_ns())
    with NTPServer(truth) as server:
        assert holds(ask(server), truth)


def test_an_answer_that_comes_twice_counts_once() -> None:
    truth = Truth()
    with NTPServer(truth, Manner(copies=3)) as server:
        assert all(holds(ask(server, server.manner), truth) for _ in range(20))
        assert server.requests == 80


# Bad ones


@pytest.mark.parametrize(
    ("manner", "why"),
    [
        (Manner(leap=3), "is not synchronised"),
        (Manner(stratum=16), "is not synchronised"),
        (Manner(stratum=255), "is not synchronised"),
        (Manner(mode=3), "mode 3"),
        (Manner(mode=5), "mode 5"),
        (Manner(version=2), "version 2"),
        (Manner(version=7), "version 7"),
        (Manner(blank=("receive",)), "without a time"),
        (Manner(blank=("transmit",)), "without a time"),
        (Manner(blank=("reference",)), "never set"),
        (Manner(took=-0.001), "before it was asked"),
        (Manner(age=-5), "in the future"),
        (Manner(age=100_000), "more than a day ago"),
        (Manner(root_dispersion=20), "good to 20 s only"),
        (Manner(root_delay=40), "good to 20 s only"),
        (Manner(root_dispersion=2), "good to 2 s only"),
        (Manner(root_delay=-4), "good to 2 s only"),
        (Manner(precision=127), "good to .* s only"),
        (Manner(lie=-86400 * 365 * 3), "long past"),
    ],
    ids=changed,
)
def test_a_server_is_not_believed_that(server: NTPServer, manner: Manner, why: str) -> None:
    with pytest.raises(RejectedError, match=why):
        ask(server, manner)


def test_a_reply_to_nobodys_request_is_never_taken_for_ours(server: NTPServer) -> None:
    with pytest.raises(RejectedError, match="not ours"):
        ask(server, Manner(forged_origin=True), QUICK)


@pytest.mark.parametrize("length", [0, 1, 47])
def test_a_short_answer_is_none(server: NTPServer, length: int) -> None:
    with pytest.raises(RejectedError, match=f"{length} bytes"):
        ask(server, Manner(length=length), QUICK)


def test_forgeries_after_a_good_answer_change_nothing() -> None:
    truth = Truth()
    with NTPServer(truth) as server:
        assert holds(ask(server, Manner(forged_origin=True, lie=99, good_answers=1)), truth)


@pytest.mark.parametrize(
    "manner",
    [Manner(silent=True), Manner(late=1.0), Manner(from_other_port=True)],
    ids=["silent", "late", "from another port"],
)
def test_who_does_not_answer_from_there_in_time_is_silent(server: NTPServer, manner: Manner) -> None:
    with pytest.raises(SilentError, match="no answer"):
        ask(server, manner, QUICK)
    assert server.requests == 1, "nothing is sent when the time is over"


def test_a_lost_request_is_sent_again(server: NTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sntp, "RESEND", 0.05)
    with pytest.raises(SilentError):
        ask(server, Manner(silent=True), QUICK)
    assert server.requests == 4


def test_an_answer_to_the_first_request_counts_after_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sntp, "RESEND", 0.05)
    truth = Truth()
    with NTPServer(truth, Manner(late=0.08)) as server:
        sample = ask(server, server.manner)
    assert holds(sample, truth)
    assert sample.delay >= 0.08 * SECOND


def test_a_port_where_nothing_listens_is_silent_at_once(server: NTPServer) -> None:
    server.stop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        address = sock.getsockname()
    with pytest.raises(SilentError, match="Connection refused"):
        sntp.ask(socket.AF_INET, address, time.monotonic() + 60)


def test_a_round_trip_of_more_than_a_second_is_no_measurement(
    server: NTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sntp, "MAX_DELAY", 0.05 * SECOND)
    with pytest.raises(RejectedError, match="for a round trip"):
        ask(server, Manner(late=0.06))


# Kisses of death


@pytest.mark.parametrize("code", [b"DENY", b"RSTR", b"RATE", b"INIT"])
def test_a_kiss_is_no_time(server: NTPServer, code: bytes) -> None:
    with pytest.raises(KissError, match=f"kiss-o'-death '{code.decode()}'"):
        ask(server, Manner(kiss=code))
    assert server.requests == 1, "and it is not asked again"


def test_a_server_that_wants_less_requests_is_left_with_what_it_said() -> None:
    truth = Truth()
    with NTPServer(truth) as server:
        assert holds(ask(server, Manner(kiss=b"RATE", good_answers=2)), truth)
        assert server.requests == 3


@pytest.mark.parametrize("code", [b"DENY", b"RSTR"])
def test_a_server_that_shuts_us_out_is_not_used_at_all(server: NTPServer, code: bytes) -> None:
    with pytest.raises(KissError):
        ask(server, Manner(kiss=code, good_answers=2))


def test_a_forged_kiss_frightens_nobody(server: NTPServer) -> None:
    with pytest.raises(RejectedError, match="not ours"):
        ask(server, Manner(kiss=b"DENY", forged_origin=True), QUICK)


def test_a_kiss_with_strange_bytes_is_shown_as_plain_text(server: NTPServer) -> None:
    with pytest.raises(KissError) as raised:
        ask(server, Manner(kiss=b"\x1b[2\xff"))
    assert str(raised.value).isprintable()
