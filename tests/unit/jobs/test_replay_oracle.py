"""Thousands of steps of the clock: what was predicted against what the daemons' own loops then run."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cron_daemons import Clock, Dillon, Run, Table, Vixie, is_read_alike
from hypothesis import event, given, settings
from hypothesis import strategies as st
from written_schedules import SCHEDULES, Written

from remedy.gap import Gap, GapKind
from remedy.jobs.crontab import Form, parse_crontab
from remedy.jobs.replay import Fate, predict
from remedy.jobs.schedule import Dialect

VIXIES = (Dialect.VIXIE, Dialect.CRONIE)
DAYS = {
    "Europe/Berlin": ((3, 29), (10, 25), (6, 1)),
    "America/New_York": ((3, 8), (11, 1), (6, 1)),
    "Australia/Lord_Howe": ((4, 5), (10, 4), (6, 1)),
    "Asia/Tokyo": ((2, 28), (8, 30)),
    "UTC": ((12, 31), (8, 30)),
}
LATER = 5 * 3600
STEPS = st.one_of(
    st.floats(1, 600),
    st.floats(3000, 4200),
    st.floats(10400, 11200),
    st.floats(1, 20000),
    st.sampled_from((59 * 60.0, 179 * 60.0, 180 * 60.0, 181 * 60.0, 26 * 3600.0)),
    st.floats(-400, -1),
    st.floats(-4000, -3000),
    st.floats(-11200, -10400),
    st.floats(-16000, -1),
)


@dataclass(frozen=True)
class Night:
    """A step of the clock on a host, and the moods of its daemon."""

    zone: ZoneInfo
    gap: Gap
    early: float
    tick: int


@st.composite
def nights(draw: st.DrawFn) -> Night:
    name = draw(st.sampled_from(sorted(DAYS)))
    month, day = draw(st.sampled_from(DAYS[name]))
    start = datetime(2026, month, day, tzinfo=ZoneInfo(name)) + timedelta(minutes=draw(st.integers(-120, 300)))
    at = start.timestamp() + draw(st.floats(7, 59))  # dcron sleeps again until :06
    gap = Gap(GapKind.STEP, at, at + draw(STEPS), "measured")
    return Night(ZoneInfo(name), gap, draw(st.sampled_from((1.0, 1.0, 0.3))), draw(st.sampled_from((60, 60, 10))))


class Story:
    """What the daemon does with the step, and what it would have done if the clock had not leapt."""

    def __init__(self, table: Table, night: Night) -> None:
        gap, self.is_vixie = night.gap, table.dialect in VIXIES
        begin = min(gap.start, gap.end) - 4 * 3600
        end = max(gap.end, gap.start) + LATER
        self.normal = list(self._daemon(table, night, Clock(4e9, 0)).runs(begin, end))
        real = list(self._daemon(table, night, Clock(gap.start, gap.seconds)).runs(begin, gap.start + LATER))
        self.after = real[len([run for run in self.normal if run.at < gap.start]) :]

    def _daemon(self, table: Table, night: Night, clock: Clock) -> Vixie | Dillon:
        if self.is_vixie:
            return Vixie(table, night.zone, clock, night.early)
        return Dillon(table, night.zone, clock, night.tick)

    def due(self, start: float, end: float) -> list[tuple[int, Run]]:
        """When the job would have been started, in (start, end], and how that start looks."""
        moments = [(run.at // 60 * 60, run) for run in self.normal]
        return [(moment, run) for moment, run in moments if start < moment <= end]

    def later_runs_for(self, run: Run) -> int:
        """How often the daemon, after the step, starts the job for what that start was for."""
        return sum(bool(set(run.due) & set(other.due)) for other in self.after)


def told(written: Written, dialect: Dialect, night: Night) -> list[tuple[float, Fate, int]]:
    """The prediction, as the moments and fates of entries."""
    table = parse_crontab(f"{written.text} job\n", Form.USER, dialect, "/crontab", "root")
    assert len(table.jobs) == 1
    found = predict(table.jobs[0], night.gap, dialect, night.zone, is_running_throughout=True)
    return [(firing.moment, firing.fate, firing.count) for firing in found]


def one_by_one(story: Story, entries: list[tuple[float, Fate, int]]) -> Iterator[tuple[int, Run, Fate]]:
    """Each firing of the entries, with the start of the job that would have been."""
    if not entries:
        return
    low, high = entries[0][0], max(moment for moment, _, _ in entries)
    rest = story.due(low - 1, high + 40 * 3600)
    for moment, fate, count in entries:
        assert rest[0][0] == moment
        for _ in range(count):
            due, run = rest.pop(0)
            yield due, run, fate


def is_near_a_threshold(night: Night, dialect: Dialect) -> bool:
    """Whether the step is within two minutes of one, give or take the minute that the daemon sleeps."""
    seconds = abs(night.gap.seconds)
    thresholds = (300, 10800) if dialect in VIXIES else (3570,)
    return any(abs(seconds - threshold) <= 190 for threshold in thresholds)


def has_change_of_offset(night: Night) -> bool:
    moments = [min(night.gap.start, night.gap.end) - 3 * 3600, night.gap.start, night.gap.end + 120]
    return len({datetime.fromtimestamp(moment, night.zone).utcoffset() for moment in moments}) > 1


@given(st.lists(SCHEDULES, min_size=3, max_size=3), nights(), st.sampled_from(Dialect))
@settings(max_examples=350, deadline=None)
def test_what_is_predicted_is_what_the_daemon_does(lines: list[Written], night: Night, dialect: Dialect) -> None:
    for written in lines:
        if is_read_alike(written, dialect):
            story, entries = Story(Table(written, dialect), night), told(written, dialect, night)
            check = check_step_back if night.gap.seconds < 0 else check_leap
            check(story, night, dialect, entries)


def check_leap(story: Story, night: Night, dialect: Dialect, entries: list[tuple[float, Fate, int]]) -> None:
    gap, firings = night.gap, list(one_by_one(story, entries))
    within = [moment for moment, _, _ in firings if gap.start < moment <= gap.end]
    assert within == [moment for moment, _ in story.due(gap.start, gap.end)]
    for moment, run, fate in firings:
        event(f"{dialect}: {fate}")
        runs = story.later_runs_for(run)
        if fate is Fate.LOST:
            assert runs == 0
        elif fate in (Fate.REPLAYED, Fate.COLLAPSED):
            assert runs == 1
        else:
            is_at_an_end = moment <= gap.start or moment > gap.end - 60
            assert is_near_a_threshold(night, dialect) or is_at_an_end or has_change_of_offset(night)
    collapsed = [run for _, run, fate in firings if fate is Fate.COLLAPSED]
    if collapsed:
        assert len(collapsed) > 1
        assert any(all(set(run.due) <= set(other.due) for run in collapsed) for other in story.after)


def check_step_back(story: Story, night: Night, dialect: Dialect, entries: list[tuple[float, Fate, int]]) -> None:
    gap, predicted = night.gap, dict[int, Fate]()
    for moment, run, fate in one_by_one(story, entries):
        event(f"{dialect}: {fate}")
        assert gap.end - 60 < moment <= gap.start
        predicted[moment] = fate
        if fate is Fate.REPEATED:
            assert story.later_runs_for(run) == 1
        else:
            assert fate is Fate.ASK
            assert is_near_a_threshold(night, dialect) or has_change_of_offset(night)
    for moment, run in story.due(gap.end, gap.start):
        if story.later_runs_for(run) and moment not in predicted:
            assert moment <= gap.end + 65 or has_change_of_offset(night)  # it may or may not wake in that minute
