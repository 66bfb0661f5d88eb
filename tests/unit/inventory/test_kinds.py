"""Durations, sizes, moments, servers and the other kinds of values."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.inventory import kinds, split_server
from remedy.inventory.kind import Kind
from remedy.inventory.target import JUMP

SECONDS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
KINDS = {name: kind for name, kind in vars(kinds).items() if isinstance(kind, Kind)}

anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())


@given(st.integers(1, 5000), st.sampled_from(sorted(SECONDS)))
def test_a_duration_is_a_number_and_its_unit(amount: int, unit: str) -> None:
    assert kinds.DURATION(f"{amount}{unit}") == amount * SECONDS[unit]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("26h", 93600),
        ("2h", 7200),
        ("90s", 90),
        ("1d", 86400),
        ("1h30m", 5400),
        ("0.5s", 0.5),
        ("90", 90),
        (90, 90),
        (0.5, 0.5),
    ],
)
def test_durations(written: object, seconds: float) -> None:
    assert kinds.DURATION(written) == seconds


@pytest.mark.parametrize(
    "written", ["", "26 h", "h", "-1h", "1h-", "1y", "0s", "1e3s", "٣h", "1h\n", 0, -1, True, float("nan")]
)
def test_what_is_no_duration_is_refused_with_an_example(written: object) -> None:
    with pytest.raises(ValueError, match=r"^expected a duration such as 26h, 90s, 1d or plain seconds, not "):
        kinds.DURATION(written)


@given(st.integers(0, 10**9), st.sampled_from([("", 1), ("k", 2**10), ("M", 2**20), ("G", 2**30), ("T", 2**40)]))
def test_a_size_is_a_number_and_a_power_of_1024(amount: int, unit: tuple[str, int]) -> None:
    letter, factor = unit
    for written in (f"{amount}{letter}", f"{amount}{letter.upper()}", f"{amount}{letter}B"):
        assert kinds.SIZE(written) == amount * factor


@pytest.mark.parametrize("written", ["", "M", "1 M", "1X", "-1", -1, True, 1.5, "1MM"])
def test_what_is_no_size_is_refused_with_an_example(written: object) -> None:
    with pytest.raises(ValueError, match=r"^expected a size such as 1M, 500k or plain bytes, not "):
        kinds.SIZE(written)


zones = st.builds(lambda minutes: timezone(timedelta(minutes=minutes)), st.integers(-23 * 60, 23 * 60))
seconds = st.integers(0, 32_000_000_000)


@given(seconds, zones)
def test_a_moment_is_read_as_python_writes_it(seconds: int, zone: timezone) -> None:
    moment = datetime.fromtimestamp(seconds, zone)
    assert kinds.MOMENT(moment.isoformat()) == moment
    assert kinds.MOMENT(moment.isoformat()).utcoffset() == moment.utcoffset()


@pytest.mark.parametrize("zone", ["+09:00", "+0900", "+09"])
def test_a_moment_may_have_its_zone_in_any_form_of_iso_8601(zone: str) -> None:
    assert kinds.MOMENT(f"2017-08-30 02:00{zone}") == datetime(2017, 8, 29, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize("written", ["2017-08-30T02:00", "2017-08-30 02:00:00", "2017-08-30"])
def test_a_moment_without_a_zone_is_told_so(written: str) -> None:
    with pytest.raises(ValueError, match="the zone is missing"):
        kinds.MOMENT(written)


def test_a_moment_may_name_its_zone_and_keeps_the_name() -> None:
    moment = kinds.MOMENT("2017-08-30T02:00 Asia/Tokyo")
    assert moment == datetime(2017, 8, 29, 17, 0, tzinfo=UTC)
    assert str(moment.tzinfo) == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2017-08-30T02:00 JST", "there is no zone of that name; such names are Asia/Tokyo, Europe/Berlin, UTC"),
        ("2017-08-30T02:00 Asia", "there is no zone of that name"),
        ("2017-08-30T02:00 ../etc/passwd", "expected a moment with its zone"),
        (
            "2017-03-26T02:30 Europe/Berlin",
            "2017-03-26 02:30 does not exist in Europe/Berlin: clocks are put forward over it, from +01:00 to +02:00",
        ),
        (
            "2017-10-29T02:30 Europe/Berlin",
            "2017-10-29 02:30 exists twice in Europe/Berlin, where clocks are put back over it: write "
            "2017-10-29T02:30+02:00 or 2017-10-29T02:30+01:00",
        ),
    ],
)
def test_a_moment_of_a_zone_that_is_none_or_is_not_one_moment_there_is_refused(written: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        kinds.MOMENT(written)


names = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,20}", fullmatch=True)
ports = st.none() | st.integers(1, 65535)


@given(names, ports)
def test_a_server_is_split_into_name_and_port(name: str, port: int | None) -> None:
    written = f"{name}:{port}" if port else name
    assert split_server(kinds.SERVER(written)) == (name, port)


@given(st.ip_addresses(v=6), ports)
def test_an_ipv6_server_is_split_out_of_its_brackets(address: object, port: int | None) -> None:
    written = f"[{address}]:{port}" if port else f"[{address}]"
    assert split_server(kinds.SERVER(written)) == (str(address), port)
    assert split_server(kinds.SERVER(str(address))) == (str(address), None)


@pytest.mark.parametrize(
    "written",
    ["", ":123", "a:", "a:b", "a:0", "a:65536", "a:b:c", "[a]:1", "[::1", "[::1]1", "a b", "-a", "a,b", "::1::2"],
)
def test_what_is_no_server_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"^expected a server as NAME or NAME:PORT"):
        kinds.SERVER(written)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (kinds.PORT, [1, 65535], [0, 65536, "22", True, 22.0]),
        (kinds.FLAG, [True, False], ["true", "yes", 1, None]),
        (kinds.USER, ["root", "joe.doe", "joe@example.jp", "EXAMPLE\\joe"], ["", "a b", "-a", "a;b", "a\\", "a\nb"]),
        (kinds.ADDRESS, ["web1", "a.example.jp", "1.2.3.4", "::1"], ["a:22", "a@b", "-a", "a b", "a/b", "::1%;"]),
        (kinds.URL, ["http://a", "https://a:8443/b?c#d", "https://[::1]/"], ["a", "ftp://a", "http://", "http://a b"]),
        (JUMP, ["none", "a", "joe@a:22", "a,b", "[::1]:22"], ["", "a b", "a,", ",a", "-a", "a:0"]),
        (kinds.UNIT, ["nginx", "getty@tty1.service", "a:b", "a\\x2db"], ["", "a b", "-a", "a;b", "a/b"]),
        (kinds.ABSOLUTE, ["/a", "/a/*.gz"], ["a", "~/a", "", "/a\nb"]),
        (
            kinds.MAILBOX,
            ["a@b", "a.b+c@example.jp", "ops@例え.jp"],
            ["a", "a@", "@a", "-a@b", "a@b,c@d", "A <a@b>", "a@b\nc", "jürgen@b", "a(b)@c", '"ops"@c'],
        ),
        (kinds.MAILBOX, ["a_b@[192.0.2.1]"], ["ops@exa/mple", "a@b|c", "a@[b", "a@例え\uff0f.jp", "a@例..jp"]),
        (kinds.COMMAND, ["a | b\nc", "a\tb"], ["", " ", "a\0b", 5, True]),
        (kinds.REGEX, ["a+", "(?i)x"], ["(", "*", "a{99999999999999}"]),
        (kinds.IP, ["203.0.113.1", "::1"], ["a", "", "1.2.3"]),
        (kinds.REPOSITORY, ["/srv/a", "sftp:a@b:/c", "rest:https://a@b/"], ["", "a\nb"]),
    ],
)  # fmt: skip
def test_each_kind_takes_what_is_good_and_refuses_what_is_not(
    kind: Kind, good: list[object], bad: list[object]
) -> None:
    assert [kind(value) for value in good] == good
    for value in bad:
        with pytest.raises(ValueError, match=f"^expected {re.escape(kind.expected)}, not "):
            kind(value)


@pytest.mark.parametrize("kind", [kinds.URL, kinds.REPOSITORY])
def test_a_password_in_an_address_is_refused_and_not_repeated(kind: Kind) -> None:
    with pytest.raises(ValueError, match="there is a password in this address") as caught:
        kind("https://admin:hunter2@nas.example.jp/")
    assert "hunter2" not in str(caught.value)


def test_an_at_sign_after_the_host_is_no_password() -> None:
    assert kinds.URL("https://www.example.jp:8443/@ops") == "https://www.example.jp:8443/@ops"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(value=anything)
def test_each_kind_returns_or_says_in_one_short_line_what_it_expects(kind: Kind, value: Any) -> None:
    try:
        kind(value)
    except ValueError as error:
        said = str(error)
        assert said.startswith("expected ")
        assert said.isprintable()
        assert len(said) < 400
