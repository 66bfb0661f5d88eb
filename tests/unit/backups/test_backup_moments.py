"""Moments as programs print them."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest

from remedy.backups.moments import iso_moment, moment_in, zone_of

TOKYO = timezone(timedelta(hours=9))
THEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        "1767323045",
        "made at\n1767323045\n",
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05+00:00",
        "2026-01-02T12:04:05+0900",
        "2026-01-02T12:04:05+09",
        "2026-01-02T12:04:05",
        "2026-01-02 12:04:05",
        "last: 2026-01-02 12:04:05 +0900, 3 files",
        "2026-01-02T03:04:05.000000000Z nightly",
        "2026-01-02 03:04:05 UTC",
        "2026-13-45 is none\n2026-01-02T03:04:05Z",
    ],
)
def test_a_moment_is_found(text: str) -> None:
    assert moment_in(text, TOKYO) == THEN


def test_a_day_alone_begins_at_midnight() -> None:
    assert moment_in("2026-01-02", TOKYO) == datetime(2026, 1, 2, tzinfo=TOKYO).timestamp()


@pytest.mark.parametrize("text", ["", "ok", "17673", "17673230451767323045", "12026-01-02", "2026-01-023", "9" * 5000])
def test_no_moment_is_none(text: str) -> None:
    assert moment_in(text, UTC) is None


@pytest.mark.parametrize(
    ("text", "zone"),
    [("+0900", TOKYO), ("-0330", timezone(-timedelta(hours=3.5))), ("+0000", UTC), ("", UTC), ("%z", UTC)],
)
def test_the_zone_of_the_host(text: str, zone: tzinfo) -> None:
    assert zone_of(text).utcoffset(None) == zone.utcoffset(None)


def test_what_is_no_text_is_no_moment() -> None:
    for none in (None, 5, "yesterday", ["2026-01-02"]):
        assert iso_moment(none, UTC) is None
