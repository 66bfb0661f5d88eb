"""Windows as a table, as lines and as JSON, in their zones and in this machine's."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from remedy.inventory import Window
from remedy.inventory.kinds import MOMENT
from remedy.maintenance import Announced
from remedy.maintenance.windows import print_windows
from remedy.spans import both_spans

NOW = MOMENT("2017-08-30T03:00+09:00")


@pytest.fixture(autouse=True)
def _in_berlin(in_zone: Callable[[str], None]) -> None:
    in_zone("Europe/Berlin")


def each(name: str, start: str, end: str, *hosts: str, notice: str | None = None, is_off: bool = False) -> Announced:
    window = Window(from_=MOMENT(start), to=MOMENT(end), hosts=hosts, notice=notice)
    return Announced(name, window, "added", datetime(2017, 8, 1, tzinfo=UTC) if is_off else None)


WINDOWS = (
    each("m1", "2017-08-01T02:00Z", "2017-08-01T05:00Z", "web1"),
    each("m2", "2017-08-30T02:00 Asia/Tokyo", "2017-08-30T05:00 Asia/Tokyo", "tokyo", notice="https://a.example/1"),
    each("m3", "2017-09-30T22:00-04:00", "2017-10-01T05:00-04:00"),
    each("m4", "2017-09-01T02:00Z", "2017-09-01T05:00Z", "web1", is_off=True),
)


def printed(as_json: bool = False, width: int | None = None) -> str:
    stream = io.StringIO()
    print_windows(WINDOWS, NOW, as_json, stream, width)
    return stream.getvalue()


def test_what_runs_and_what_comes_stands_first() -> None:
    lines = [" ".join(line.split()) for line in printed().splitlines()]
    assert lines == [
        "window state announced here hosts, notice",
        "m2 running Wed 2017-08-30 02:00 to 05:00 JST Asia/Tokyo Tue 2017-08-29 19:00 to 22:00 CEST "
        "tokyo; https://a.example/1",
        "m3 coming Sat 2017-09-30 22:00 to Sun 2017-10-01 05:00 UTC-04:00 Sun 2017-10-01 04:00 to 11:00 CEST "
        "every host",
        "m1 past Tue 2017-08-01 02:00 to 05:00 UTC Tue 2017-08-01 04:00 to 07:00 CEST web1",
        "m4 cancelled Fri 2017-09-01 02:00 to 05:00 UTC Fri 2017-09-01 04:00 to 07:00 CEST web1",
        "",
        "4 windows: 1 running, 1 coming, 1 past, 1 cancelled",
    ]


def test_narrow_paper_gets_lines_instead() -> None:
    told = " ".join(printed(width=60).split())
    assert "m2 running: tokyo Wed 2017-08-30 02:00 to 05:00 JST (Asia/Tokyo), here Tue 2017-08-29 19:00" in told
    assert max(map(len, printed(width=60).splitlines())) <= 60


def test_the_same_as_json() -> None:
    document = json.loads(printed(as_json=True))
    assert document["schema"] == 1
    assert document["windows"][1] == {
        "id": "m2",
        "state": "running",
        "hosts": ["tokyo"],
        "from": "2017-08-30T02:00:00+09:00",
        "to": "2017-08-30T05:00:00+09:00",
        "zone": "Asia/Tokyo",
        "notice": "https://a.example/1",
        "source": "added",
        "cancelled": None,
    }
    assert [entry["state"] for entry in document["windows"]] == ["past", "running", "coming", "cancelled"]


def test_a_change_of_summer_time_inside_a_window_is_shown() -> None:
    start, end = MOMENT("2017-10-29T01:00 Europe/Berlin"), MOMENT("2017-10-29T04:00 Europe/Berlin")
    assert both_spans(start, end) == (
        "Sun 2017-10-29 01:00 CEST to 04:00 CET (Europe/Berlin), here Sun 2017-10-29 01:00 CEST to 04:00 CET"
    )
