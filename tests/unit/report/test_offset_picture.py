"""Where clocks stand in the picture: in their order, whatever their magnitude, and never outside."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_runs import clock, repaired, right, silent, stubborn
from whole_runs import a_large_morning

from remedy.model import HostReport, Verdict
from remedy.report.offsets import MOST, Picture, Trace, picture

SECONDS = st.floats(-1e10, 1e10)


def measured(name: str, before: float, after: float | None = None) -> HostReport:
    return HostReport(name, "203.0.113.1", Verdict.OK, {"clock": clock(before, after)})


def drawn(*reports: HostReport) -> Picture:
    made = picture(reports)
    assert made
    return made


def trace(report: HostReport) -> Trace:
    (found,) = drawn(report).traces
    return found


def test_a_clock_that_was_put_right_has_a_before_and_a_now() -> None:
    shown = trace(repaired("web1"))
    assert shown.words == "2 h 59 min 58 s behind → right within 1.4 ms"
    assert shown.before[0].end < shown.now[0].start
    assert shown.path
    assert shown.path.start == shown.before[0].start
    assert shown.now[0].start <= shown.path.end <= shown.now[0].end


def test_a_clock_that_was_right_has_only_a_now() -> None:
    shown = trace(right("db1"))
    assert (shown.before, shown.path) == ((), None)
    assert len(shown.now) == 1


def test_a_clock_that_did_not_follow_is_where_it_was() -> None:
    shown = trace(stubborn("mail"))
    assert shown.before == shown.now


def test_a_clock_that_is_only_looked_at_stands_where_it_is() -> None:
    shown = trace(measured("w", -3600.0))
    assert (shown.before, shown.words) == ((), "1 h behind")


@pytest.mark.parametrize("reports", [(), (silent("db2"),)])
def test_where_no_clock_was_measured_there_is_no_picture(reports: tuple[HostReport, ...]) -> None:
    assert picture(reports) is None


@given(st.lists(SECONDS, min_size=2, max_size=8))
def test_clocks_stand_in_the_order_of_their_offsets_and_all_within_the_picture(offsets: list[float]) -> None:
    shown = drawn(*(measured(f"h{number}", offset) for number, offset in enumerate(offsets)))
    by_offset = [bar for _, row in sorted(zip(offsets, shown.traces, strict=True), key=_first) for bar in row.now]
    starts = [bar.start for bar in by_offset if bar.start == bar.end]
    assert starts == sorted(starts)
    assert all(0 < bar.start <= bar.end < 100 for bar in (*by_offset, shown.right))


@given(SECONDS)
def test_ticks_are_apart_and_the_truth_is_one_of_them(offset: float) -> None:
    shown = drawn(measured("w", offset))
    places = [tick.place for tick in shown.ticks]
    assert "0" in [tick.label for tick in shown.ticks]
    assert all(later - earlier > 10 for earlier, later in pairwise(places))
    assert shown.right.start < shown.right.end


def test_a_millisecond_and_a_decade_are_both_to_be_seen() -> None:
    shown = drawn(measured("near", 0.2), measured("far", -3e8))
    near, far = (row.now[0] for row in shown.traces)
    truth = next(tick.place for tick in shown.ticks if tick.label == "0")
    assert near.start - truth > 5
    assert truth - far.end > 40


def test_alike_hosts_share_a_row_and_many_rows_are_cut_off() -> None:
    assert len(drawn(*a_large_morning().hosts).traces) < 10
    unlike = [measured(f"h{n}", 0.0) for n in range(MOST)]
    odd = [_planned(measured(f"p{n}", 0.0), n) for n in range(MOST)]
    shown = drawn(*unlike, *odd)
    assert (len(shown.traces), shown.rest) == (MOST, 1)


def _planned(report: HostReport, number: int) -> HostReport:
    return HostReport(report.name, report.address, report.verdict, report.sections, planned=(f"command {number}",))


def _first(pair: tuple[float, Any]) -> float:
    return pair[0]
