"""Thousands of schedules against the daemons' own loops, minute by minute, in days of 23, 24 and 25 hours."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cron_daemons import Clock, Dillon, Table, Vixie, is_read_alike
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from written_schedules import SCHEDULES, Written

from remedy.jobs.schedule import Dialect, parse

NIGHTS = {  # around the changes of the clocks in 2026, if there are any
    "Europe/Berlin": ((3, 29), (10, 25)),
    "America/New_York": ((3, 8), (11, 1)),
    "Australia/Lord_Howe": ((4, 5), (10, 4)),
    "America/Sao_Paulo": ((2, 28), (10, 18)),
    "Asia/Tokyo": ((2, 28), (12, 31)),
    "UTC": ((2, 28), (12, 31)),
}
WITHOUT_STEP = Clock(4e9, 0)


@st.composite
def windows(draw: st.DrawFn) -> tuple[ZoneInfo, float, float]:
    name = draw(st.sampled_from(sorted(NIGHTS)))
    month, day = draw(st.sampled_from(NIGHTS[name]))
    zone = ZoneInfo(name)
    start = datetime(2026, month, day, tzinfo=zone) + timedelta(minutes=draw(st.integers(-600, 600)))
    return zone, start.timestamp(), start.timestamp() + draw(st.integers(1, 30 * 60)) * 60


def as_run(table: Table, zone: ZoneInfo, start: float, end: float) -> list[int]:
    """The minutes in (start, end] in which the daemon starts the job, once for each start."""
    daemon = (Vixie if table.dialect in (Dialect.VIXIE, Dialect.CRONIE) else Dillon)(table, zone, WITHOUT_STEP)
    began = start - 4 * 3600
    return [run.at // 60 * 60 for run in daemon.runs(began, end + 60) if start < run.at // 60 * 60 <= end]


@given(SCHEDULES, windows(), st.sampled_from(Dialect))
@settings(max_examples=900, deadline=None)
def test_the_moments_are_those_at_which_the_daemon_starts_the_job(
    written: Written, window: tuple[ZoneInfo, float, float], dialect: Dialect
) -> None:
    zone, start, end = window
    assume(is_read_alike(written, dialect))
    found = list(parse(written.text, dialect).minutes(start, end, zone, 10_000))
    assert found == as_run(Table(written, dialect), zone, start, end)
