"""When a line fires, by each daemon's rules (FIELD.md C2, C3, and the sources that it names)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from remedy.jobs.schedule import Dialect, ScheduleError, UnclearError, parse

BERLIN = ZoneInfo("Europe/Berlin")
VIXIES = (Dialect.VIXIE, Dialect.CRONIE)
DILLONS = (Dialect.BUSYBOX, Dialect.DCRON)


def times(fields: str, dialect: Dialect, first: str, last: str, zone: ZoneInfo = BERLIN, limit: int = 9) -> list[str]:
    """When it fires after midnight of the first day, until midnight of the last, as "26 02:30+01"."""
    start, end = (datetime.fromisoformat(day).replace(tzinfo=zone).timestamp() for day in (first, last))
    moments = parse(fields, dialect).minutes(start - 1, end - 1, zone, limit)
    return [f"{datetime.fromtimestamp(moment, zone):%d %H:%M%z}"[:-2] for moment in moments]


def days(fields: str, dialect: Dialect) -> list[int]:
    """On which days of January 2025 it fires; the 1st was a Wednesday."""
    return [int(time[:2]) for time in times(fields, dialect, "2025-01-01", "2025-02-01", limit=99)]


MONDAYS = [6, 13, 20, 27]


@pytest.mark.parametrize(
    ("fields", "dialect", "expected"),
    [
        ("0 0 13 * mon", Dialect.VIXIE, MONDAYS),  # either, if both are restricted
        ("0 0 */2 * mon", Dialect.VIXIE, [13, 27]),  # both, if one begins with a star
        ("0 0 */2 * mon", Dialect.CRONIE, [13, 27]),
        ("0 0 */2 * mon", Dialect.BUSYBOX, sorted({*range(2, 32, 2), *MONDAYS})),  # either; and days count from 0
        ("0 0 */2 * *", Dialect.VIXIE, list(range(1, 32, 2))),
        ("0 0 */2 * *", Dialect.DCRON, list(range(2, 32, 2))),
        ("0 0 1-31 * mon", Dialect.VIXIE, list(range(1, 32))),
        ("0 0 1-31 * mon", Dialect.BUSYBOX, list(range(1, 32))),
        ("0 0 * * 7", Dialect.VIXIE, [5, 12, 19, 26]),
        ("0 0 * * 7", Dialect.CRONIE, [5, 12, 19, 26]),
        ("0 0 * * 7", Dialect.DCRON, [5, 12, 19, 26]),
        ("0 0 * * 7", Dialect.BUSYBOX, list(range(1, 32))),  # docker-borgmatic#92
        ("0 0 * * 5-7", Dialect.BUSYBOX, list(range(1, 32))),
        ("0 0 * * 5-7", Dialect.DCRON, [3, 4, 5, 10, 11, 12, 17, 18, 19, 24, 25, 26, 31]),
        ("0 0 * * 0-7", Dialect.DCRON, [5, 12, 19, 26]),
        ("0 0 * * sat-sun", Dialect.BUSYBOX, [4, 5, 11, 12, 18, 19, 25, 26]),
        ("0 0 1 Jan,JUL *", Dialect.VIXIE, [1]),
        ("0 0 1-7/3,30 jan Mon-wed", Dialect.VIXIE, [1, 4, 6, 7, 8, 13, 14, 15, 20, 21, 22, 27, 28, 29, 30]),
        ("0 0 * * monday", Dialect.BUSYBOX, MONDAYS),
        ("0 0 1-1/5 * *", Dialect.VIXIE, [1]),
        ("0 0 * * 1#1", Dialect.VIXIE, MONDAYS),  # passes over what follows a list, up to the next blank
    ],
)
def test_days_are_those_of_the_daemon(fields: str, dialect: Dialect, expected: list[int]) -> None:
    assert days(fields, dialect) == expected


@pytest.mark.parametrize("fields", ["0 0 30 2 *", "0 0 31 4 *"])
@pytest.mark.parametrize("dialect", Dialect)
def test_a_date_that_no_year_has_never_comes(fields: str, dialect: Dialect) -> None:
    assert times(fields, dialect, "2024-01-01", "2032-01-01") == []


@pytest.mark.parametrize("dialect", VIXIES)
def test_the_night_without_two_oclock(dialect: Dialect) -> None:
    assert times("30 2 * * *", dialect, "2025-03-30", "2025-03-31") == ["30 03:00+02"]
    assert times("0,30 2 * * *", dialect, "2025-03-30", "2025-03-31") == ["30 03:00+02", "30 03:00+02"]
    assert times("*/30 2 * * *", dialect, "2025-03-30", "2025-03-31") == []


@pytest.mark.parametrize("dialect", VIXIES)
def test_the_night_with_two_oclock_twice(dialect: Dialect) -> None:
    assert times("30 2 * * *", dialect, "2025-10-26", "2025-10-27") == ["26 02:30+02"]
    assert times("30 */2 * * *", dialect, "2025-10-26", "2025-10-27", limit=3) == [
        "26 00:30+02",
        "26 02:30+02",
        "26 02:30+01",
    ]


@pytest.mark.parametrize("dialect", DILLONS)
def test_busybox_and_dcron_just_read_the_clock(dialect: Dialect) -> None:
    assert times("30 2 * * *", dialect, "2025-03-30", "2025-03-31") == []
    assert times("30 2 * * *", dialect, "2025-10-26", "2025-10-27") == ["26 02:30+02", "26 02:30+01"]


def test_half_an_hour_is_enough_of_a_change() -> None:
    howe = ZoneInfo("Australia/Lord_Howe")
    assert times("15 2 * * *", Dialect.VIXIE, "2026-10-04", "2026-10-05", howe) == ["04 02:30+11"]
    assert times("45 1 * * *", Dialect.BUSYBOX, "2026-04-05", "2026-04-06", howe) == ["05 01:45+11", "05 01:45+10"]
    assert times("5 */2 * * *", Dialect.VIXIE, "2026-04-05", "2026-04-06", howe, limit=2) == [
        "05 00:05+11",
        "05 02:05+10",
    ]


def test_a_start_in_the_second_two_oclock_does_not_bring_the_first_again() -> None:
    start = datetime(2025, 10, 26, 2, 10, tzinfo=BERLIN, fold=1).timestamp()
    assert list(parse("30 2 * * *", Dialect.VIXIE).minutes(start, start + 7200, BERLIN, 9)) == []


@pytest.mark.parametrize(
    ("alias", "fields"),
    [
        ("@hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"),
        ("@yearly", "0 0 1 1 *"),
        ("@annually", "0 0 1 1 *"),
    ],
)
@pytest.mark.parametrize("dialect", [Dialect.VIXIE, Dialect.CRONIE, Dialect.BUSYBOX])
def test_aliases(alias: str, fields: str, dialect: Dialect) -> None:
    known, meant = parse(alias, dialect), parse(fields, dialect)
    assert (known.fields, known.expression, known.is_wildcard, known.is_held) == (
        alias,
        meant.expression,
        meant.is_wildcard,
        meant.is_held,
    )


def test_at_reboot_is_due_at_no_time() -> None:
    schedule = parse("@reboot", Dialect.VIXIE)
    assert schedule.is_reboot
    assert list(schedule.minutes(0, 1e9, BERLIN, 9)) == []


@pytest.mark.parametrize("fields", ["* 3 * * *", "*/5 2 * * *", "0 * * * *", "0 */2 * * *", "@hourly"])
def test_a_star_in_front_of_minute_or_hour_makes_a_wildcard(fields: str) -> None:
    assert parse(fields, Dialect.VIXIE).is_wildcard


@pytest.mark.parametrize(
    "fields", ["0 3 * * *", "0-59 2 * * *", "0,30 0-23 * * *", "0 0 */2 * *", "5,* 2 * * *", "@daily"]
)
def test_all_else_is_at_fixed_times(fields: str) -> None:
    assert not parse(fields, Dialect.VIXIE).is_wildcard


NUMBER = "9" * 5000


@pytest.mark.parametrize(
    "fields",
    [
        "",
        "0 0 * *",
        "60 0 * * *",
        "0 24 * * *",
        "0 0 0 * *",
        "0 0 32 * *",
        "0 0 * 13 *",
        "0 0 * 0 *",
        "0 0 * * 8",
        "5/15 * * * *",
        "*/0 * * * *",
        "*/ * * * *",
        "1, * * * *",
        "5- * * * *",
        "5x * * * *",
        "L * * * *",
        "? * * * *",
        "0 0 * * monday",
        "0 0 mon * *",
        f"{NUMBER} * * * *",
        f"*/{NUMBER} * * * *",
        "٣ * * * *",
        "@fortnightly",
        "@Daily",
    ],
)
@pytest.mark.parametrize("dialect", VIXIES)
def test_vixie_cron_and_cronie_refuse(fields: str, dialect: Dialect) -> None:
    with pytest.raises(ScheduleError) as error:
        parse(fields, dialect)
    assert not isinstance(error.value, UnclearError)


@pytest.mark.parametrize("fields", ["5;x * * * *", "*5 * * * *", "1-5-7 * * * *", "0 0 * * 1#1"])
def test_only_cronie_minds_what_follows_a_list(fields: str) -> None:
    parse(fields, Dialect.VIXIE)
    with pytest.raises(ScheduleError):
        parse(fields, Dialect.CRONIE)


@pytest.mark.parametrize(
    ("fields", "dialect", "why"),
    [
        ("~ 2 * * *", Dialect.CRONIE, "minute ~: cronie draws it at random"),
        ("0 0~5 * * *", Dialect.CRONIE, "hour 0~5: cronie draws it at random"),
        ("0 22-2 * * *", Dialect.VIXIE, "hour 22-2 runs backwards"),
        ("0 0 * * sat-sun", Dialect.CRONIE, "day of week sat-sun runs backwards"),
        ("0 0 1 * mon", Dialect.DCRON, "dcron's versions differ"),
        ("0 0 1 0 *", Dialect.BUSYBOX, "month 0: the daemon writes beside its table"),
        ("@daily", Dialect.DCRON, "since its last run"),
    ],
)
def test_what_nobody_can_say_is_told_apart(fields: str, dialect: Dialect, why: str) -> None:
    with pytest.raises(UnclearError, match=why.replace("~", "[~]")):
        parse(fields, dialect)


def test_debian_knows_nothing_of_random_minutes() -> None:
    assert parse("7~59 2 * * *", Dialect.VIXIE).expression == "7 2 * * *"  # it passes over what follows the 7
    with pytest.raises(ScheduleError, match="bad minute: ~"):
        parse("~ 2 * * *", Dialect.VIXIE)


@pytest.mark.parametrize(
    ("fields", "misread"),
    [
        ("0 0 * * 7", "day of week"),
        ("0 24 * * *", "hour"),
        ("5x * * * *", "minute"),
        ("0 0 * * monday", "day of week"),
    ],
)
def test_what_busybox_misreads_is_told(fields: str, misread: str) -> None:
    assert parse(fields, Dialect.BUSYBOX).oddity.startswith(f"busybox misreads {misread}, and runs the job at ")
    assert parse("0 0 * * 6", Dialect.BUSYBOX).oddity == ""


@pytest.mark.parametrize(("fields", "dialect"), [("x * * * *", Dialect.BUSYBOX), ("0 0 * * funday", Dialect.DCRON)])
def test_what_never_runs_for_its_errors_is_refused(fields: str, dialect: Dialect) -> None:
    with pytest.raises(ScheduleError):
        parse(fields, dialect)


def test_there_are_no_more_than_asked_for() -> None:
    start = datetime(2025, 6, 1, tzinfo=BERLIN).timestamp()
    schedule = parse("* * * * *", Dialect.VIXIE)
    assert list(schedule.minutes(start, start + 180, BERLIN, 9)) == [start + 60, start + 120, start + 180]
    assert list(schedule.minutes(start, 4e9, BERLIN, 2)) == [start + 60, start + 120]
