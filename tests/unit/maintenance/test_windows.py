"""Windows are kept with the names of their zones, and hold for the hosts and groups that they name."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from remedy.errors import UsageError
from remedy.history import HistoryError
from remedy.history.database import writing
from remedy.inventory import Fleet, Host, Window
from remedy.inventory.kinds import MOMENT
from remedy.maintenance import Announced, announced, kept, overlapping

NOW = datetime(2017, 8, 21, 12, tzinfo=UTC)
WEB = Host(name="web1", address="203.0.113.10", groups=("tokyo",))
MAIL = Host(name="mx1", address="203.0.113.25")


def window(start: str = "2017-08-30T02:00 Asia/Tokyo", end: str = "2017-08-30T05:00 Asia/Tokyo", *hosts: str) -> Window:
    return Window(from_=MOMENT(start), to=MOMENT(end), hosts=hosts, notice="https://provider.example/1")


def at(moment: str) -> float:
    return float(MOMENT(moment).timestamp())


def holding(windows: Sequence[Announced], host: Host, moment: str) -> tuple[Announced, ...]:
    """Those that hold for a host in the second from that moment on."""
    return overlapping(windows, [host], at(moment), at(moment) + 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "post-mainte" / "history.db"


def test_added_windows_come_back_as_they_were_with_their_zones(path: Path) -> None:
    given = [
        window("2017-08-30T02:00 Asia/Tokyo", "2017-08-30T05:00:30.5+09:00", "web1"),
        window("2017-10-29T02:30+02:00", "2017-10-29T04:30 Europe/Berlin"),
        window("2017-10-29T02:30Z", "2017-10-29T04:30 Europe/Berlin", "a", "b"),
    ]
    added = kept.add(given, NOW, path)
    assert [each.id for each in added] == ["m1", "m2", "m3"]
    again = kept.added(path)
    assert again == added
    assert [str(each.window.from_.tzinfo) for each in again] == ["Asia/Tokyo", "UTC+02:00", "UTC"]


@pytest.mark.parametrize("fold", [0, 1])
def test_a_moment_that_its_zone_shows_twice_is_written_with_its_offset(fold: int) -> None:
    twice = datetime(2017, 10, 29, 2, 30, tzinfo=MOMENT("2017-01-01T00:00 Europe/Berlin").tzinfo, fold=fold)
    assert kept.written(twice) == ("2017-10-29T02:30+02:00", "2017-10-29T02:30+01:00")[fold]
    assert MOMENT(kept.written(twice)).timestamp() == twice.timestamp()


def test_windows_of_hosts_yaml_stand_beside_them_in_the_order_of_begin(path: Path) -> None:
    kept.add([window()], NOW, path)
    fleet = Fleet(
        maintenance=(window("2017-09-01T00:00Z", "2017-09-01T01:00Z"), window("2017-08-01T00:00Z", "2017-08-01T01:00Z"))
    )
    found = announced(fleet, path)
    assert [(each.id, each.source) for each in found] == [
        ("hosts.yaml:2", "hosts.yaml"),
        ("m1", "added"),
        ("hosts.yaml:1", "hosts.yaml"),
    ]


def test_without_a_database_there_are_those_of_hosts_yaml_and_none_is_made(path: Path) -> None:
    assert announced(Fleet(maintenance=(window(),)), path)[0].id == "hosts.yaml:1"
    assert not path.exists()


def test_a_cancelled_window_stays_and_holds_no_more(path: Path) -> None:
    kept.add([window(), window()], NOW, path)
    assert kept.cancel("m1", NOW, path).cancelled is None
    first, second = kept.added(path)
    assert (first.cancelled, second.cancelled) == (NOW, None)
    assert holding([first, second], WEB, "2017-08-30T03:00+09:00") == (second,)
    assert kept.cancel("m1", datetime(2017, 8, 22, tzinfo=UTC), path).cancelled == NOW


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("m7", r"there is no window 'm7'; the last that were added: m1\. `fab maintenance\.list` lists all"),
        ("1", "there is no window '1'"),
        ("hosts.yaml:1", "stands in hosts.yaml, under maintenance: take it out there"),
    ],
)
def test_what_can_not_be_cancelled_is_told(path: Path, name: str, said: str) -> None:
    kept.add([window()], NOW, path)
    with pytest.raises(UsageError, match=said):
        kept.cancel(name, NOW, path)


def test_a_window_that_is_over_is_not_cancelled(path: Path) -> None:
    kept.add([window()], NOW, path)
    with pytest.raises(UsageError, match="the window m1 is over"):
        kept.cancel("m1", MOMENT("2017-08-30T05:00+09:00"), path)


def test_windows_of_one_notice_are_all_kept_or_none(path: Path) -> None:
    broken = window("2017-08-30T02:00Z", "2017-08-30T05:00Z")
    object.__setattr__(broken, "notice", object())  # which SQLite can't keep
    with pytest.raises(HistoryError, match="the history can't be written"):
        kept.add([window(), broken], NOW, path)
    assert kept.added(path) == ()


def test_a_window_that_can_not_be_read_is_told(path: Path) -> None:
    with writing(path) as database:
        database.execute(
            "INSERT INTO windows (hosts, start, end, added) VALUES ('[]', '2017-08-30T02:00 No/Where', 'b', 'c')"
        )
    with pytest.raises(HistoryError, match=r"the window m1: .*there is no zone of that name"):
        kept.added(path)


@pytest.mark.parametrize(
    ("hosts", "host", "holds"),
    [
        (["web1"], WEB, True),
        (["tokyo"], WEB, True),
        (["203.0.113.10"], WEB, True),
        (["2001:DB8:0::19"], Host("six", "2001:db8::19"), True),
        ([], MAIL, True),
        (["web1", "tokyo"], MAIL, False),
    ],
)
def test_a_window_holds_for_whom_it_names_from_its_begin_until_its_end(
    hosts: list[str], host: Host, holds: bool
) -> None:
    windows = [Announced("m1", window("2017-08-30T02:00Z", "2017-08-30T05:00Z", *hosts), "added")]
    moments = ("2017-08-30T01:59:59Z", "2017-08-30T02:00Z", "2017-08-30T04:59:59Z", "2017-08-30T05:00Z")
    assert [bool(holding(windows, host, moment)) for moment in moments] == [False, holds, holds, False]


def test_a_window_over_the_end_of_summer_time_is_an_hour_longer_than_its_clocks_say() -> None:
    night = Announced("m1", window("2017-10-29T01:00 Europe/Berlin", "2017-10-29T04:00 Europe/Berlin"), "added")
    assert night.end - night.start == 4 * 3600
    assert (
        holding([night], WEB, "2017-10-29T02:30+02:00") == holding([night], WEB, "2017-10-29T02:30+01:00") == (night,)
    )


def test_windows_overlap_where_they_share_a_host_and_some_time() -> None:
    there = [
        Announced("m1", window("2017-08-30T02:00Z", "2017-08-30T05:00Z", "tokyo"), "added"),
        Announced("m2", window("2017-08-30T05:00Z", "2017-08-30T06:00Z"), "added"),
        Announced("m3", window("2017-08-30T02:00Z", "2017-08-30T05:00Z"), "added", cancelled=NOW),
    ]
    start, end = at("2017-08-30T04:00Z"), at("2017-08-30T05:00Z")
    assert [each.id for each in overlapping(there, [WEB, MAIL], start, end)] == ["m1"]
    assert overlapping(there, [MAIL], start, end) == ()
