"""What becomes of the firings in a gap, by daemon (FIELD.md B1, with what was measured there, and I1)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from remedy.gap import Gap, GapKind
from remedy.jobs.crontab import CronJob, Form, parse_crontab
from remedy.jobs.replay import Fate, predict
from remedy.jobs.schedule import Dialect

TOKYO = ZoneInfo("Asia/Tokyo")
BERLIN = ZoneInfo("Europe/Berlin")
VIXIE, CRONIE, BUSYBOX, DCRON = Dialect.VIXIE, Dialect.CRONIE, Dialect.BUSYBOX, Dialect.DCRON
LOST, REPLAYED, COLLAPSED, REPEATED, ASK = Fate.LOST, Fate.REPLAYED, Fate.COLLAPSED, Fate.REPEATED, Fate.ASK
TWO = "2017-08-30T02:00:20"
HOURS = 3600.0
Told = list[tuple[str, Fate, int]]


def job(line: str, dialect: Dialect, before: str = "") -> CronJob:
    return parse_crontab(f"{before}{line} job\n", Form.USER, dialect, "/crontab", "root").jobs[0]


def told(
    line: str,
    dialect: Dialect,
    seconds: float,
    start: str = TWO,
    *,
    zone: ZoneInfo = TOKYO,
    kind: GapKind = GapKind.STEP,
    is_running: bool = True,
    error: float = 0.0,
    before: str = "",
) -> Told:
    """What is said of a line, if the clock leaps on from `start`: when, what, and how often."""
    at = datetime.fromisoformat(start).replace(tzinfo=zone).timestamp()
    gap = Gap(kind, at, at + seconds, "measured", error)
    found = predict(job(line, dialect, before), gap, dialect, zone, is_running)
    return [(f"{datetime.fromtimestamp(f.moment, zone):%H:%M}", f.fate, f.count) for f in found]


@pytest.mark.parametrize("dialect", Dialect)
def test_two_minutes_are_made_up_for_by_every_daemon(dialect: Dialect) -> None:
    assert told("1 2 * * *", dialect, 120) == [("02:01", REPLAYED, 1)]
    fate = COLLAPSED if dialect in (BUSYBOX, DCRON) else REPLAYED
    assert {f for _, f, _ in told("* * * * *", dialect, 120)} == {fate}


@pytest.mark.parametrize("dialect", [VIXIE, CRONIE])
def test_up_to_three_hours_only_jobs_at_fixed_times_are_made_up_for(dialect: Dialect) -> None:
    assert told("30 2 * * *", dialect, 2 * HOURS) == [("02:30", REPLAYED, 1)]
    assert told("0,30 2-3 * * *", dialect, 2 * HOURS) == [
        ("02:30", REPLAYED, 1),
        ("03:00", REPLAYED, 1),
        ("03:30", REPLAYED, 1),
    ]
    assert told("0 * * * *", dialect, 2 * HOURS - 1200) == [("03:00", LOST, 1)]
    assert told("*/5 2 * * *", dialect, 2 * HOURS) == [("02:05", LOST, 11)]
    assert told("@daily", dialect, 2 * HOURS, "2017-08-30T23:00:20") == [("00:00", REPLAYED, 1)]
    assert told("@hourly", dialect, 2 * HOURS - 1200) == [("03:00", LOST, 1)]


@pytest.mark.parametrize("dialect", Dialect)
def test_after_more_than_three_hours_all_is_lost(dialect: Dialect) -> None:
    assert told("30 2 * * *", dialect, 3 * HOURS + 150) == [("02:30", LOST, 1)]
    assert told("*/5 2 * * *", dialect, 26 * HOURS) == [("02:05", LOST, 23)]
    assert told("30 2 * * *", dialect, 26 * HOURS) == [("02:30", LOST, 1), ("02:30", LOST, 1)]


@pytest.mark.parametrize("minutes", [178.1, 179, 180, 181, 181.9])
@pytest.mark.parametrize("dialect", [VIXIE, CRONIE])
def test_within_two_minutes_of_three_hours_the_log_must_say(dialect: Dialect, minutes: float) -> None:
    assert told("30 2 * * *", dialect, minutes * 60) == [("02:30", ASK, 1)]
    assert told("*/5 2 * * *", dialect, minutes * 60) == [("02:05", LOST, 11)]


@pytest.mark.parametrize(("minutes", "fate"), [(177.9, REPLAYED), (182.1, LOST)])
@pytest.mark.parametrize("dialect", [VIXIE, CRONIE])
def test_farther_off_it_is_known(dialect: Dialect, minutes: float, fate: Fate) -> None:
    assert told("30 2 * * *", dialect, minutes * 60) == [("02:30", fate, 1)]


@pytest.mark.parametrize(("seconds", "fate"), [(170, REPLAYED), (240, ASK), (400, ASK), (480, LOST)])
def test_wildcards_have_their_threshold_at_five_minutes(seconds: float, fate: Fate) -> None:
    assert told("1 * * * *", VIXIE, seconds) == [("02:01", fate, 1)]


@pytest.mark.parametrize("dialect", [BUSYBOX, DCRON])
def test_busybox_and_dcron_start_each_job_once_for_up_to_an_hour(dialect: Dialect) -> None:
    assert told("30 2 * * *", dialect, 3400) == [("02:30", REPLAYED, 1)]
    assert told("*/20 * * * *", dialect, 3400) == [("02:20", COLLAPSED, 2)]
    assert told("30 2 * * *", dialect, 59 * 60) == [("02:30", ASK, 1)]
    assert told("30 2 * * *", dialect, HOURS) == [("02:30", ASK, 1)]
    assert told("30 2 * * *", dialect, 3730) == [("02:30", LOST, 1)]


@pytest.mark.parametrize("dialect", [BUSYBOX, DCRON])
def test_they_may_lose_the_minute_in_which_they_see_the_leap_too(dialect: Dialect) -> None:
    assert told("1 5 * * *", dialect, 3 * HOURS + 20) == [("05:01", ASK, 1)]
    assert told("1 5 * * *", VIXIE, 3 * HOURS + 320) == [("05:01", LOST, 1)]


def test_the_minute_in_which_vixie_cron_wakes_is_still_run() -> None:
    start = "2017-08-30T02:00:50"  # wakes ten seconds after the leap, which ends at 06:00:20
    assert told("0 6 * * *", VIXIE, 4 * HOURS - 30, start) == [("06:00", REPLAYED, 1)]
    assert told("0 * * * *", VIXIE, 4 * HOURS - 30, start)[-2:] == [("05:00", LOST, 1), ("06:00", REPLAYED, 1)]
    later = "2017-08-30T02:00:10"  # wakes in the next minute, if no job's end wakes it sooner
    assert told("0 6 * * *", VIXIE, 4 * HOURS + 20, later) == [("06:00", ASK, 1)]


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("seconds", [600, 2 * HOURS, 26 * HOURS])
def test_a_host_or_a_cron_that_was_down_loses_all(dialect: Dialect, seconds: float) -> None:
    lost = told("5 2 * * *", dialect, seconds, kind=GapKind.DOWN)
    assert lost[0] == ("02:05", LOST, 1)
    assert {fate for _, fate, _ in lost} == {LOST}
    assert told("5 2 * * *", dialect, seconds, is_running=False) == lost


@pytest.mark.parametrize("dialect", Dialect)
def test_what_may_lie_within_the_gap_or_not_is_for_the_log(dialect: Dialect) -> None:
    assert told("59 1 * * *", dialect, 4 * HOURS, kind=GapKind.DOWN, error=90.0) == [("01:59", ASK, 1)]
    assert told("1 2 * * *", dialect, 4 * HOURS, kind=GapKind.DOWN, error=90.0) == [("02:01", ASK, 1)]
    assert told("1 6 * * *", dialect, 4 * HOURS, kind=GapKind.DOWN, error=90.0) == [("06:01", ASK, 1)]
    assert told("3 2 * * *", dialect, 4 * HOURS, kind=GapKind.DOWN, error=90.0) == [("02:03", LOST, 1)]


def test_a_job_that_was_due_as_the_clock_leapt_may_have_been_started() -> None:
    assert told("0 2 * * *", VIXIE, 4 * HOURS, "2017-08-30T02:00:01") == [("02:00", ASK, 1)]
    assert told("0 2 * * *", VIXIE, 4 * HOURS, "2017-08-30T02:00:05") == []
    assert told("0 2 * * *", VIXIE, 2 * HOURS, "2017-08-30T02:00:01") == []


def test_near_a_threshold_that_is_for_the_log_too() -> None:
    assert told("0 2 * * *", VIXIE, 3 * HOURS, "2017-08-30T02:00:01") == [("02:00", ASK, 1)]
    assert told("0 2 * * *", VIXIE, 3 * HOURS, "2017-08-30T02:00:05") == []


def test_so_is_the_minute_in_which_busybox_sees_a_leap_that_it_may_make_nothing_of() -> None:
    assert told("1 3 * * *", BUSYBOX, HOURS + 10, "2017-08-30T02:00:30") == [("03:01", ASK, 1)]


@pytest.mark.parametrize("dialect", Dialect)
def test_a_step_back_swallows_nothing(dialect: Dialect) -> None:
    fates = [
        told(line, dialect, back) for line in ("0 1 * * *", "*/5 * * * *") for back in (-120, -2 * HOURS, -5 * HOURS)
    ]
    assert {fate for entries in fates for _, fate, _ in entries} <= {REPEATED}


@pytest.mark.parametrize(
    ("dialect", "seconds", "is_repeated"),
    [
        (VIXIE, -2 * HOURS, False),  # held until the clock is there again
        (CRONIE, -2 * HOURS, False),
        (VIXIE, -4 * HOURS, True),
        (CRONIE, -4 * HOURS, True),
        (BUSYBOX, -2 * HOURS, True),  # whatever the comment in its source says
        (BUSYBOX, -0.8 * HOURS, True),
        (DCRON, -0.8 * HOURS, False),
        (DCRON, -2 * HOURS, True),
    ],
)
def test_what_runs_again_after_a_step_back(dialect: Dialect, seconds: float, is_repeated: bool) -> None:
    assert told("30 1 * * *", dialect, seconds) == ([("01:30", REPEATED, 1)] if is_repeated else [])


@pytest.mark.parametrize("dialect", [VIXIE, CRONIE])
def test_near_three_hours_back_only_the_log_can_say(dialect: Dialect) -> None:
    assert told("30 1 * * *", dialect, -3 * HOURS) == [("01:30", ASK, 1)]
    assert told("30 * * * *", dialect, -3 * HOURS)[0] == ("23:30", REPEATED, 1)


def test_a_cron_that_was_restarted_runs_all_of_the_time_again() -> None:
    assert told("30 1 * * *", VIXIE, -1 * HOURS, is_running=False) == [("01:30", REPEATED, 1)]


@pytest.mark.parametrize("dialect", [VIXIE, CRONIE])
def test_thresholds_are_in_minutes_of_the_wall_clock(dialect: Dialect) -> None:
    spring, autumn = "2025-03-30T01:00:20", "2025-10-26T01:00:20"
    assert told("30 1 * * *", dialect, 2.5 * HOURS, spring, zone=BERLIN) == [("01:30", LOST, 1)]  # 3 h 30 min there
    assert told("30 1 * * *", dialect, 3.5 * HOURS, autumn, zone=BERLIN) == [("01:30", REPLAYED, 1)]  # 2 h 30 min
    assert told("30 2 * * *", dialect, 1.5 * HOURS, spring, zone=BERLIN) == [("03:00", REPLAYED, 1)]
    assert told("30 2 * * *", dialect, 3.5 * HOURS, autumn, zone=BERLIN) == [("02:30", REPLAYED, 1)]


def test_a_gap_that_starts_as_two_oclock_comes_again_counts_from_three() -> None:
    start = datetime(2025, 10, 26, 2, 10, 20, tzinfo=BERLIN, fold=1).timestamp()
    gap = Gap(GapKind.STEP, start, start + 3.3 * HOURS, "measured")
    assert [firing.fate for firing in predict(job("0 4 * * *", VIXIE), gap, VIXIE, BERLIN, True)] == [REPLAYED]


@pytest.mark.parametrize(("begins", "minutes", "fate"), [("02:58:20", 62, ASK), ("02:30:20", 50, LOST)])
def test_a_wildcard_in_a_gap_over_the_hour_that_comes_twice(begins: str, minutes: int, fate: Fate) -> None:
    line = "20 * * * *" if fate is ASK else "0 * * * *"
    entries = told(line, VIXIE, minutes * 60, f"2025-10-26T{begins}", zone=BERLIN)
    assert [(firing_fate, count) for _, firing_fate, count in entries] == [(fate, 1)]


def test_a_host_that_comes_back_before_the_clock_shows_a_minute_again_may_run_it_then() -> None:
    start = datetime(2025, 10, 25, 22, 0, tzinfo=BERLIN).timestamp()
    end = datetime(2025, 10, 26, 2, 20, tzinfo=BERLIN, fold=1).timestamp()
    gap = Gap(GapKind.DOWN, start, end, "boots")
    assert [f.fate for f in predict(job("30 2 * * *", VIXIE), gap, VIXIE, BERLIN, True)] == [ASK]
    assert [f.fate for f in predict(job("10 2 * * *", VIXIE), gap, VIXIE, BERLIN, True)] == [LOST]


def test_a_job_with_a_zone_of_its_own() -> None:
    entries = told("30 19 * * *", CRONIE, 2 * HOURS, before="CRON_TZ=Europe/Berlin\n")  # 02:30 in Tokyo in summer
    assert entries == [("02:30", REPLAYED, 1)]
    assert told("30 2 * * *", CRONIE, 2 * HOURS, before="CRON_TZ=Europe/Berlin\n") == []


def test_a_job_with_a_random_delay_is_lost_only_where_all_of_the_delay_is() -> None:
    delayed = "RANDOM_DELAY=45\n"
    assert told("30 2 * * *", CRONIE, 4 * HOURS, before=delayed) == [("02:30", LOST, 1)]
    assert told("30 5 * * *", CRONIE, 4 * HOURS, before=delayed) == [("05:30", ASK, 1)]
    assert told("30 1 * * *", CRONIE, 4 * HOURS, before=delayed) == [("01:30", ASK, 1)]
    assert told("30 2 * * *", CRONIE, 2 * HOURS, before=delayed) == [("02:30", REPLAYED, 1)]


def test_nothing_is_said_of_what_has_no_times() -> None:
    assert told("@reboot", VIXIE, 26 * HOURS) == []
    assert told("~ 2 * * *", CRONIE, 26 * HOURS) == []


@pytest.mark.parametrize(("seconds", "entries"), [(20 * 86400, 1), (400 * 86400, 1)])
def test_many_firings_are_one_entry(seconds: float, entries: int) -> None:
    assert len(told("* * * * *", VIXIE, seconds, kind=GapKind.DOWN)) <= entries
    assert len(told("0 * * * *", VIXIE, seconds, kind=GapKind.DOWN)) == entries
    assert told("0 * * * *", VIXIE, 10 * 86400, kind=GapKind.DOWN) == [("03:00", LOST, 240)]
