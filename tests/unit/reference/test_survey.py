"""Several servers asked at once: what may stand in hosts.yaml, and names that are slow, dead or the same."""

import socket
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from waiting import wait_until

from remedy.lab.ntpserver import Manner, NTPServer
from remedy.reference.survey import Address, Word, addresses, endpoint, survey

FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


@pytest.fixture
def server() -> Iterator[NTPServer]:
    with NTPServer() as server:
        yield server


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[str]]]:
    """A name service of our own (name -> addresses), since no test may need the real one; `hangs` never comes back."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo
    end = threading.Event()

    def look_up(host: str, port: int, **options: Any) -> list[Any]:
        if host == "hangs":
            end.wait()
        return [found for address in known.get(host, [host]) for found in real(address, port, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield known
    end.set()


def never(_words: Sequence[Word]) -> bool:
    return False


def told(words: Sequence[Word]) -> bool:
    return any(word.samples for word in words)


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("ntp.nict.jp", ("ntp.nict.jp", 123)),
        ("ntp.nict.jp:1123", ("ntp.nict.jp", 1123)),
        ("192.0.2.1:65535", ("192.0.2.1", 65535)),
        ("2001:db8::1", ("2001:db8::1", 123)),
        ("[2001:db8::1]", ("2001:db8::1", 123)),
        ("[2001:db8::1]:1123", ("2001:db8::1", 1123)),
        ("[fe80::1%eth0]:123", ("fe80::1%eth0", 123)),
    ],
)
def test_a_server_is_a_name_or_an_address_with_or_without_a_port(server: str, expected: tuple[str, int]) -> None:
    assert endpoint(server) == expected


@pytest.mark.parametrize(
    "server", ["", ":123", "ntp:", "ntp:x", "ntp:0", "ntp:65536", "ntp:-1", "[::1", "[::1]x", "[]:5"]
)
def test_anything_else_is_none(server: str) -> None:
    with pytest.raises(ValueError, match="is not NAME, NAME:PORT or"):
        endpoint(server)


def test_the_families_take_turns_and_no_name_has_many_addresses(names: dict[str, list[str]]) -> None:
    names["pool"] = [f"2001:db8::{n}" for n in range(1, 7)] + ["192.0.2.1", "192.0.2.1", "192.0.2.2"]
    assert [str(address) for address in addresses("pool")] == ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2"]


def test_an_address_is_shown_with_its_port_where_that_is_another() -> None:
    assert str(Address(socket.AF_INET6, ("::1", 123, 0, 0))) == "::1"
    assert str(Address(socket.AF_INET6, ("::1", 1123, 0, 0))) == "[::1]:1123"
    assert str(Address(socket.AF_INET, ("192.0.2.1", 1123))) == "192.0.2.1:1123"


def test_words_come_in_the_order_of_the_servers() -> None:
    with NTPServer(manner=Manner(late=0.05)) as slow, NTPServer() as quick, NTPServer(manner=Manner(leap=3)) as bad:
        servers = [slow.name, quick.name, bad.name]
        words = survey(servers, 5, never)
    assert [word.server for word in words] == servers
    assert [bool(word.samples) for word in words] == [True, True, False]
    assert [word.answered for word in words] == [True, True, True]
    assert words[2].why == "says that it is not synchronised itself"


def test_a_dead_address_of_a_name_does_no_harm(server: NTPServer, names: dict[str, list[str]]) -> None:
    names["dual"] = ["127.0.0.2", "127.0.0.1"]
    (word,) = survey([f"dual:{server.port}"], 5, never)
    assert [str(address) for address in word.samples] == [server.name]
    assert ["gave no answer" in str(fault) for fault in word.faults.values()] == [True]


def test_two_names_of_one_address_are_one_server(server: NTPServer, names: dict[str, list[str]]) -> None:
    names |= {"here": ["127.0.0.1"], "there": ["127.0.0.1"]}
    words = survey([f"here:{server.port}", f"there:{server.port}"], 5, never)
    (first,) = [word for word in words if word.samples]
    (second,) = [word for word in words if not word.samples]
    assert second.same_as == first.server
    assert second.why == f"has the same address as {first.server}"
    assert server.requests == 4


def test_a_name_that_hangs_holds_nobody_up(server: NTPServer, names: dict[str, list[str]]) -> None:
    words = survey(["hangs", server.name], 0.3, never)
    assert not words[0].answered
    assert "could not be looked up within 0." in words[0].why
    assert words[1].samples


def test_a_name_that_is_none_is_silent_and_says_so(names: dict[str, list[str]]) -> None:
    words = survey(["no..name", "a:b", "\0"], 5, never)
    assert not any(word.answered for word in words)
    assert words[0].why == "is not a name that can be looked up"
    assert words[1].why == "is not NAME, NAME:PORT or [IPv6]:PORT"


def test_the_rest_is_not_waited_for_long_once_the_matter_is_settled(server: NTPServer) -> None:
    with NTPServer(manner=Manner(silent=True)) as silent:
        words = survey([server.name, silent.name], 3600, told)
    assert words[0].samples
    assert "no answer within" in words[1].why


def test_the_rest_gets_a_moment(server: NTPServer) -> None:
    with NTPServer(manner=Manner(late=0.02)) as late:
        assert all(word.samples for word in survey([server.name, late.name], 3600, told))


def test_a_forgery_is_heard_of_though_it_is_told_at_the_end() -> None:
    with NTPServer(manner=Manner(forged_origin=True)) as forger:
        (word,) = survey([forger.name], 0.2, never)
    assert word.answered
    assert "not ours" in word.why


def test_nobody_is_asked_where_nobody_is_named() -> None:
    assert survey([], 3600, never) == ()


def test_what_is_wrong_with_several_addresses_is_said_of_each(server: NTPServer, names: dict[str, list[str]]) -> None:
    server.manner = Manner(stratum=16)
    names["dual"] = ["127.0.0.2", "127.0.0.1"]
    (word,) = survey([f"dual:{server.port}"], 5, never)
    bad, dead = word.why.split(", ")
    assert dead.startswith("gave no answer: ")
    assert dead.endswith(f" (127.0.0.2:{server.port})")
    assert bad == f"says that it is not synchronised itself ({server.name})"


def test_the_threads_end_with_the_survey(server: NTPServer) -> None:
    survey([server.name], 5, never)
    wait_until(
        lambda: not any("_ask" in thread.name or "_look_up" in thread.name for thread in threading.enumerate()),
        "threads are left",
    )
