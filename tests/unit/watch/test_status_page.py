"""The status page of what is known at a moment: how each host stands, what was, what is announced, what was run."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from known_fleet import (
    HAPPENINGS,
    HOSTS,
    HOUR,
    KNOWN,
    MINUTE,
    NOW,
    REFUSED,
    SITE,
    STANDINGS,
    ZONE,
    down,
    event,
    hours_ago,
    readings,
    up,
    window,
)

from remedy.maintenance import Announced
from remedy.watch.judge import GRACE
from remedy.watch.model import LOGIN, Kind, Reading, Standing, State, Subject, Window
from remedy.watch.status.known import EVENTS, Happening, Known, Outbox
from remedy.watch.status.page import Page, page
from remedy.watch.status.rows import Row
from remedy.watch.status.spark import spark
from remedy.watch.status.stand import Stand, stand
from remedy.watch.status.timeline import PAST, Axis, Mark, Span


@pytest.fixture(autouse=True)
def _in_tokyo(in_zone: Callable[[str], None]) -> None:
    in_zone(ZONE)


def row(name: str, known: Known = KNOWN) -> Row:
    (found,) = (row for row in page(known).rows if row.name == name)
    return found


def of(standing: Standing, *announced: Announced) -> Known:
    """What is known of a single host that stands so."""
    return Known(NOW, {"web1": HOSTS["web1"]}, State({Subject("web1"): standing}), announced=announced)


def marks(row: Row) -> list[Mark]:
    return [bar.mark for bar in row.bars]


def test_the_worst_stand_first_and_are_counted() -> None:
    told = page(KNOWN)
    assert [(row.name, row.stand.value) for row in told.rows] == [
        ("web1", "down"),
        ("app1", "partly down"),
        ("slow1", "clock wrong"),
        ("mail1", "flapping"),
        ("late1", "in doubt"),
        ("new1", "not seen yet"),
        ("db1", "in a window"),
        ("fine1", "up"),
    ]
    assert (
        told.tally
        == "8 hosts: 1 down, 1 partly down, 1 clock wrong, 1 flapping, 1 in doubt, 1 not seen yet, 1 in a window, 1 up"
    )
    assert [(share.stand, share.width) for share in told.shares][:2] == [(Stand.DOWN, 12.5), (Stand.PARTLY, 12.5)]


@pytest.mark.parametrize(
    ("standing", "begin", "end", "expected"),
    [
        (up(), 1, 2, Stand.UP),
        (up(), -1, 1, Stand.ANNOUNCED),
        (up(), -2, -0.01, Stand.UP),
        (up(was_bad=True), 1, 2, Stand.DOUBT),
        (up(was_bad=True), -1, 1, Stand.ANNOUNCED),
        (down(0.5), 1, 2, Stand.DOWN),
        (down(0.5), -1, 1, Stand.ANNOUNCED),
        (down(0.5), -2, -GRACE / HOUR + 0.01, Stand.ANNOUNCED),
        (down(0.5), -2, -GRACE / HOUR - 0.01, Stand.DOWN),
        (down(3, is_told=True), -1, 1, Stand.DOWN),
        (down(0.5, is_flapping=True), -1, 1, Stand.FLAPPING),
        (None, -1, 1, Stand.UNSEEN),
    ],
)
def test_a_word_says_how_it_stands(standing: Standing | None, begin: float, end: float, expected: Stand) -> None:
    announced = [Window(frozenset(["web1"]), NOW + begin * HOUR, NOW + end * HOUR)]
    assert stand(standing, NOW, announced) is expected


def test_since_when_and_why_is_said() -> None:
    assert row("web1").since == "down since Thu 02:30, 3 h 30 min"
    assert row("web1").why == REFUSED
    assert row("db1").since == "down since Thu 04:00, 2 h, announced until Thu 07:00"
    assert row("fine1").since == "up since Sun 02:00, 4 d 4 h"
    assert row("fine1").why == ""
    assert row("late1").why == REFUSED
    assert row("new1").since == ""


def test_a_host_of_which_a_site_is_down_is_partly_down() -> None:
    assert row("app1").since == f"{SITE} down since Thu 05:00, 1 h"
    assert row("app1").why == "answers 500"
    assert [(part.name, part.stand) for part in row("app1").parts] == [
        ("SSH port", Stand.UP),
        ("login", Stand.UP),
        (SITE, Stand.DOWN),
    ]


def test_of_a_host_that_is_silent_nothing_is_said_of_what_it_serves() -> None:
    assert [part.name for part in row("web1").parts] == ["SSH port"]


def test_the_clock_is_told_in_words_and_as_a_picture() -> None:
    fine, slow = row("fine1").clock, row("slow1").clock
    assert fine
    assert fine.picture
    assert (fine.words, fine.read, fine.is_wrong) == ("right within 1.6 ms", "read 4 min ago", False)
    assert slow
    assert (slow.words, slow.is_wrong) == ("1 h behind", True)
    assert row("web1").clock is None


def test_the_picture_of_a_clock_is_lower_where_it_is_behind_and_broken_where_nothing_was_read() -> None:
    told = spark(tuple(readings("slow1", jumps=True)), NOW - PAST, NOW, HOUR)
    assert told
    assert told.path.count("M") == 2
    heights = [float(point.split(",")[1].rstrip("h0") or 0) for point in told.path.replace("M", "L").split("L")[1:]]
    assert max(heights[:70]) < told.top + told.height < heights[-1] == 90.0
    assert told.end.startswith("M99.0,90.0")


def test_a_single_reading_is_a_dot_and_none_no_picture() -> None:
    told = spark((Reading("web1", NOW - PAST / 2, 0.0, 0.001),), NOW - PAST, NOW, HOUR)
    assert told
    assert told.path == told.end == "M50.0,50.0h0"
    assert spark((), NOW - PAST, NOW, HOUR) is None


def test_outages_and_windows_have_their_places_in_time() -> None:
    told = row("fine1")
    assert marks(told) == [Mark.WINDOW, Mark.WINDOW, Mark.BLIND, Mark.SERVED, Mark.OUTAGE]
    past, coming, _, _, outage = told.bars
    assert outage.start < past.start < outage.start + outage.width < past.start + past.width
    assert coming.start > page(KNOWN).now == 80.0
    assert told.timeline == (
        "announced Thu 12:00 to 15:00 (3 h); announced Wed 02:00 to 05:00 (3 h); down Wed 01:30 to 04:00 (2 h 30 min); "
        "a site or the login down Tue 13:30 to 14:00 (30 min)"
    )


def test_an_outage_that_goes_on_ends_now() -> None:
    (*_, outage) = row("web1").bars
    assert outage.mark is Mark.OUTAGE
    assert outage.start + outage.width == 80.0
    assert "down since Thu 02:30" in row("web1").timeline


def test_where_nothing_is_to_be_seen_it_is_said() -> None:
    told = row("web1", of(up()))
    assert told.bars == ()
    assert told.timeline == "nothing happened, and nothing is announced"


def test_a_moment_is_seen_and_those_that_touch_are_one() -> None:
    axis = Axis(NOW)
    (short,) = axis.bars([Span(Mark.OUTAGE, NOW - HOUR, NOW - HOUR + 1)])
    assert short.width > 0.5
    flaps = [Span(Mark.OUTAGE, NOW - minute * MINUTE, NOW - (minute - 1) * MINUTE) for minute in range(120, 0, -2)]
    assert len(axis.bars(flaps)) == 1
    assert axis.bars([Span(Mark.OUTAGE, NOW - 9 * PAST, NOW - 8 * PAST)]) == ()


def test_midnights_and_noons_are_those_of_this_machine() -> None:
    ticks = Axis(NOW).ticks()
    assert [tick.label for tick in ticks] == ["12:00", "Wed 30", "12:00", "Thu 31", "12:00"]
    assert ticks[1].place == pytest.approx(30.0)
    assert [tick.is_near for tick in ticks] == [False, False, False, True, True]


def test_a_label_is_left_out_where_now_is_said_and_at_the_edge() -> None:
    ticks = Axis(NOW - 5 * HOUR).ticks()
    assert [tick.label for tick in ticks] == ["12:00", "Wed 30", "12:00", "", ""]


def test_noon_is_noon_where_clocks_were_put_forward(in_zone: Callable[[str], None]) -> None:
    in_zone("Europe/Berlin")
    midnight = 1_774_738_800.0  # 2026-03-29T00:00+01:00, two hours before
    axis = Axis(midnight + 6 * HOUR)
    places = [axis.place(midnight + hours * HOUR) for hours in (-36, -24, -12, 0, 11)]
    assert [tick.place for tick in axis.ticks()] == places


def test_what_happened_is_told_with_how_what_was_run_ended() -> None:
    first, second, third = row("fine1").happened
    assert (
        "fine1 is back since 2017-08-30 04:00:00+09:00, after 2 h 30 min (announced until 2017-08-30 05:00"
        in first.words
    )
    assert first.result.startswith("check: ok")
    assert second.words.endswith("(nobody is told)")
    assert third.words.startswith("the login at fine1 is back")


def test_of_a_host_to_which_much_happened_the_last_is_told_and_the_rest_counted() -> None:
    many = tuple(Happening(event(Kind.BACK, Subject("web1"), hours, 0.1)) for hours in range(1, 31))
    told = row("web1", replace(KNOWN, happenings=many))
    assert (len(told.happened), told.rest) == (20, 10)


def test_windows_are_told_in_their_zone_and_in_ours_but_for_those_that_were_cancelled() -> None:
    assert [(it.id, it.state, it.about) for it in page(KNOWN).notices] == [
        ("m1", "running", "tokyo"),
        ("m2", "coming", "every host"),
        ("hosts.yaml:1", "past", "fine1"),
    ]
    assert page(KNOWN).notices[0].when.startswith("Thu 2017-08-31 03:00 to 07:00 JST (Asia/Tokyo), here Thu ")
    assert page(KNOWN).notices[0].url == "https://provider.example/123"


def test_the_last_runs_are_told_with_how_they_ended() -> None:
    first, second = page(KNOWN).runs
    assert (first.command, first.worst, first.hosts, first.took) == ("check", "ok", "1 ok", "3 s")
    assert (second.worst, second.hosts) == ("failing", "1 failing, 2 repaired")


def warnings(**known: object) -> tuple[str, ...]:
    told: Page = page(replace(KNOWN, **known))  # type: ignore[arg-type]  # whatever a test says
    return told.warnings


def test_why_the_page_may_be_wrong_or_nobody_be_told_is_said() -> None:
    assert warnings() == ()
    assert warnings(ailment="the first round is not over yet") == ("the first round is not over yet",)
    (offline,) = warnings(state=State(STANDINGS, offline_since=hours_ago(1)))
    assert offline.startswith("this machine reaches nobody since Thu 05:00 (1 h)")
    stuck = warnings(
        outbox=Outbox(2, ("mail is stuck: smtp.example.jp takes none", "$PAGER is stuck: it takes nothing"))
    )
    assert stuck == (
        "mail is stuck: smtp.example.jp takes none",
        "$PAGER is stuck: it takes nothing",
        "2 letters and events wait to be told",
    )
    assert warnings(happenings=HAPPENINGS * (EVENTS // len(HAPPENINGS))) != ()


def test_while_this_machine_reaches_nobody_all_timelines_show_it() -> None:
    told = page(replace(KNOWN, state=State(STANDINGS, offline_since=hours_ago(1)), happenings=()))
    assert all(Mark.BLIND in marks(row) for row in told.rows)


def test_each_host_has_a_key_of_its_own_whatever_its_name() -> None:
    odd = {name: replace(HOSTS["web1"], name=name) for name in ("a b", "a\ud800b", '"><b>', "a-b")}
    keys = [row.key for row in page(Known(NOW, odd, State())).rows]
    assert len(set(keys)) == 4
    assert all(key.replace("-", "").isalnum() for key in keys)


def test_a_login_that_was_never_tried_is_not_told_of() -> None:
    assert [part.name for part in row("fine1").parts] == ["SSH port"]
    standings = {**STANDINGS, Subject("fine1", LOGIN): up()}
    told = row("fine1", replace(KNOWN, state=State(standings)))
    assert [part.words for part in told.parts][1] == "since Sun 02:00; answered within 12 ms; looked at 12 s ago"


def test_a_window_of_another_host_does_not_count() -> None:
    other = Announced("m9", window("2017-08-31T03:00", "2017-08-31T07:00", "db1"), "added")
    assert row("web1", of(down(1), other)).stand is Stand.DOWN
