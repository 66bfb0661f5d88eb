"""--listen: an address and a port; elsewhere than on this machine only with a token."""

import socket

import pytest

from remedy.errors import UsageError
from remedy.watch.status.listen import TOKEN, bound, place, token


@pytest.mark.parametrize(
    "text",
    ["", "8137", "127.0.0.1", "127.0.0.1:", ":8137", "127.0.0.1:0", "127.0.0.1:70000", "::1:8137", "[::1]", "a:b"],
)
def test_what_is_no_address_and_port_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"takes ADDRESS:PORT with a port from 1 to 65535, as 127\.0\.0\.1:8137"):
        place(text)


def test_a_name_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--listen nowhere\.invalid:8137: "):
        place("nowhere.invalid:8137")


@pytest.mark.parametrize(
    ("text", "is_here", "url"),
    [
        ("127.0.0.1:8137", True, "http://127.0.0.1:8137/"),
        ("127.9.9.9:80", True, "http://127.9.9.9:80/"),
        ("[::1]:8137", True, "http://[::1]:8137/"),
        ("0.0.0.0:8137", False, "http://0.0.0.0:8137/"),
        ("[::]:8137", False, "http://[::]:8137/"),
        ("192.0.2.1:8137", False, "http://192.0.2.1:8137/"),
    ],
)
def test_it_is_known_whether_others_get_there(text: str, is_here: bool, url: str) -> None:
    where = place(text)
    assert (where.is_here, where.url) == (is_here, url)


def test_where_others_get_to_a_token_has_to_be() -> None:
    with pytest.raises(UsageError, match=rf"a token has to be in \${TOKEN}"):
        token(place("0.0.0.0:8137"), {})
    assert token(place("0.0.0.0:8137"), {TOKEN: "x" * 32}) == "x" * 32


def test_here_a_token_may_be() -> None:
    assert token(place("127.0.0.1:8137"), {}) == ""
    assert token(place("127.0.0.1:8137"), {TOKEN: "x" * 32}) == "x" * 32


@pytest.mark.parametrize("given", ["short", " " * 32, "x" * 31 + "\n", "é" * 32])
def test_a_token_that_is_none_is_refused_and_not_shown(given: str) -> None:
    with pytest.raises(UsageError, match="16 characters or more") as refused:
        token(place("127.0.0.1:8137"), {TOKEN: given})
    assert given not in str(refused.value)


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"--listen 127.0.0.1:{port}: another program listens there"):
            bound(place(f"127.0.0.1:{port}"))


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(UsageError, match="that is no address of this machine"):
        bound(place("192.0.2.1:8137"))
