"""One subject at a time: which looks make it down, back, flapping or settled, and what is told of it when."""

from collections.abc import Sequence

import pytest

from remedy.watch.judge import GRACE, is_clock_due, judge, judge_clocks, judge_witness, next_look
from remedy.watch.model import LOGIN, Event, Kind, Reading, Rule, Seen, Standing, State, Subject, Window

NOW = 1_504_000_800.0
WEB = Subject("web1")
LOGIN_THERE = Subject("web1", LOGIN)
SITE = Subject("web1", "https://www.example.jp/")
RULES = {"web1": Rule(60.0, 0.5)}
UP, DOWN = "", "connection refused"


class Watched:
    """A host that is looked at every minute."""

    def __init__(self, *windows: Window) -> None:
        self.state, self.windows, self.now = State(), windows, NOW
        self.events: list[Event] = []

    def sees(self, *troubles: str, subject: Subject = WEB, is_online: bool = True) -> "Watched":
        for trouble in troubles:
            looks = [Seen(subject, self.now, trouble)]
            looks += [Seen(WEB, self.now)] if subject != WEB else []
            self.state, events = judge(self.state, looks, self.now, RULES, self.windows, is_online)
            self.events += events
            self.now += 60
        return self

    def reads(self, *offsets: float) -> "Watched":
        for offset in offsets:
            self.state, events = judge_clocks(self.state, [Reading("web1", self.now, offset, 0.01)], RULES)
            self.events += events
            self.now += 300
        return self

    @property
    def told(self) -> Sequence[str]:
        return [f"{event.kind}{' (quiet)' * event.is_quiet}" for event in self.events]


def window(begin: float, end: float) -> Window:
    return Window(frozenset({"web1"}), NOW + begin, NOW + end, told="05:00 in Tokyo")


def test_three_bad_looks_in_a_row_are_an_outage_since_the_first_of_them() -> None:
    watched = Watched().sees(UP, DOWN, DOWN)
    assert watched.told == []
    (event,) = watched.sees(DOWN).events
    assert (event.kind, event.since, event.at, event.trouble) == (Kind.DOWN, NOW + 60, NOW + 180, DOWN)


def test_a_good_look_in_between_begins_the_count_anew() -> None:
    assert Watched().sees(UP, DOWN, DOWN, UP, DOWN, DOWN, UP).told == []


def test_two_good_looks_are_a_return_since_the_first_of_them() -> None:
    watched = Watched().sees(DOWN, DOWN, DOWN, UP, DOWN, UP)
    assert watched.told == ["down"]
    back = watched.sees(UP).events[-1]
    assert (back.kind, back.before, back.since, back.is_return) == (Kind.BACK, NOW, NOW + 300, True)


def test_an_outage_is_told_once() -> None:
    assert Watched().sees(*[DOWN] * 300).told == ["down"]


def test_within_a_window_nobody_is_told_but_of_the_return() -> None:
    watched = Watched(window(0, 3600)).sees(*[DOWN] * 30, UP, UP)
    assert watched.told == ["down (quiet)", "back"]
    assert (watched.events[-1].until, watched.events[-1].announced) == (NOW + 3600, "05:00 in Tokyo")


def test_what_is_still_down_after_a_window_and_its_grace_is_told_then() -> None:
    watched = Watched(window(0, 600)).sees(*[DOWN] * 60)
    assert watched.told == ["down (quiet)", "down"]
    assert (watched.events[1].at, watched.events[1].until) == (NOW + 600 + GRACE, NOW + 600)


def test_an_outage_before_a_window_has_nothing_to_do_with_it() -> None:
    watched = Watched(window(600, 3600)).sees(DOWN, DOWN, DOWN, DOWN)
    assert watched.told == ["down"]
    assert watched.events[0].until is None


def test_what_comes_and_goes_is_told_once_until_it_is_steady() -> None:
    watched = Watched().sees(*[DOWN, UP] * 30)
    assert watched.told == ["flapping"]
    assert watched.sees(*[UP] * 12).told == ["flapping", "settled"]
    assert (watched.events[1].is_down, watched.events[1].is_return) == (False, True)


def test_what_flaps_until_it_stays_down_is_told_as_down() -> None:
    watched = Watched().sees(*[DOWN, UP] * 5, *[DOWN] * 20)
    assert watched.told == ["flapping", "down (quiet)", "settled"]
    assert (watched.events[2].is_down, watched.events[2].is_return) == (True, False)


def test_while_we_are_offline_nobody_comes_any_nearer_to_being_down() -> None:
    watched = Watched().sees(UP, DOWN, DOWN).sees(*[DOWN] * 30, is_online=False).sees(DOWN, DOWN)
    assert watched.told == ["online"]
    assert (watched.events[0].since, watched.events[0].at) == (NOW + 180, NOW + 1980)
    assert watched.sees(DOWN).told == ["online", "down"]


def test_a_moment_offline_is_not_worth_a_mail() -> None:
    assert Watched().sees(UP).sees(DOWN, is_online=False).sees(UP).told == ["online (quiet)"]


def test_looks_of_long_ago_are_no_part_of_an_outage() -> None:
    watched = Watched().sees(UP, DOWN, DOWN)
    watched.now += 11 * 86400
    assert watched.sees(DOWN, DOWN).told == []
    assert watched.sees(DOWN).events[0].since == NOW + 180 + 11 * 86400


def test_a_host_is_judged_before_what_it_serves_whoever_was_looked_at_first() -> None:
    state = State()
    for minute in range(9):
        looks = [Seen(SITE, NOW + 60 * minute, DOWN), Seen(WEB, NOW + 60 * minute + 1, DOWN)]
        state, _ = judge(state, looks, NOW + 60 * minute + 2, RULES)
    assert SITE not in state.standings


def test_a_site_is_told_of_beside_its_host() -> None:
    watched = Watched().sees(UP).sees(*["answers 500, not 200"] * 4, subject=SITE)
    assert watched.told == ["down"]
    assert (watched.events[0].subject, watched.events[0].is_return) == (SITE, False)
    assert watched.sees(UP, UP, subject=SITE).told == ["down", "back"]
    assert not watched.events[1].is_return


def test_what_a_host_serves_says_nothing_while_the_host_is_down() -> None:
    state = State({WEB: Standing(since=NOW, is_down=True, is_told=True, was_bad=True)})
    for minute in range(9):
        looks = [Seen(WEB, NOW + 60 * minute, DOWN), Seen(SITE, NOW + 60 * minute, DOWN)]
        state, events = judge(state, looks, NOW + 60 * minute, RULES)
        assert events == ()


def test_a_clock_that_is_wrong_is_told_once() -> None:
    watched = Watched().sees(UP).reads(0.01, -10800.0, -10800.0, -10800.1)
    assert watched.told == ["clock"]
    assert (watched.events[0].offset, watched.events[0].is_return) == (-10800.0, True)


def test_a_clock_that_is_wrong_by_another_amount_is_told_again() -> None:
    assert Watched().sees(UP).reads(-10800.0, -10800.0, -3600.0).told == ["clock", "clock"]


def test_a_clock_that_becomes_right_is_no_news() -> None:
    assert Watched().sees(UP).reads(-10800.0, 0.001, 0.002).told == ["clock"]


def test_a_clock_that_hovers_about_its_threshold_is_told_once() -> None:
    assert Watched().sees(UP).reads(*[0.52, 0.48] * 20).told == ["clock"]


def test_what_the_clock_says_after_a_return_is_told_by_the_return() -> None:
    watched = Watched().sees(UP).reads(0.0).sees(DOWN, DOWN, DOWN, UP, UP).reads(-10800.0, -10800.0)
    assert watched.told == ["down", "back"]


def test_a_host_never_read_before_its_return_is_told_of_once_as_well() -> None:
    assert Watched().sees(DOWN, DOWN, DOWN, UP, UP).reads(-10800.0).told == ["down", "back"]


@pytest.mark.parametrize(("streak", "seconds"), [(0, 60), (1, 15)])
def test_what_seems_to_change_is_looked_at_again_soon(streak: int, seconds: float) -> None:
    state = State({WEB: Standing(since=0, looked=6000, streak=streak)})
    assert next_look(state, "web1", (), 6001, Rule(60.0)) == 6000 + seconds


@pytest.mark.parametrize(("was_bad", "seconds"), [(False, 15), (True, 60)])
def test_a_site_that_seems_to_change_is_looked_at_again_soon_unless_its_host_is_in_doubt(
    was_bad: bool, seconds: float
) -> None:
    host = Standing(since=0, looked=6000, is_down=was_bad, was_bad=was_bad)
    state = State({WEB: host, SITE: Standing(since=0, looked=6000, streak=1)})
    assert next_look(state, "web1", [SITE.what], 6001, Rule(60.0)) == 6000 + seconds


def test_looks_fall_into_the_rounds_of_whole_intervals() -> None:
    assert next_look(State({WEB: Standing(since=0, looked=6002.7)}), "web1", (), 6003, Rule(60.0)) == 6060


def test_after_this_machines_clock_was_set_back_everybody_is_looked_at_at_once() -> None:
    assert next_look(State({WEB: Standing(since=0, looked=6000)}), "web1", (), 900, Rule(60.0)) == 900


def test_a_clock_is_read_every_fifth_interval_and_after_a_silence() -> None:
    login = Subject("web1", LOGIN)
    quiet = State({WEB: Standing(since=0), login: Standing(since=0, looked=6000.0)})
    assert not is_clock_due(quiet, "web1", 6299, RULES["web1"])
    assert is_clock_due(quiet, "web1", 6300, RULES["web1"])
    silent = State({WEB: Standing(since=0, bad_at=6060.0), login: quiet.standings[login]})
    assert is_clock_due(silent, "web1", 6075, RULES["web1"])
    down = State({WEB: Standing(since=0, is_down=True), login: quiet.standings[login]})
    assert not is_clock_due(down, "web1", 9999, RULES["web1"])


def test_who_is_silent_twice_in_a_row_is_no_witness_any_more() -> None:
    state, has_witness = State(), []
    for answers in (False, True, False, True, False, False, False, True):
        state = judge_witness(state, answers)
        has_witness.append(state.has_witness)
    assert has_witness == [False, True, True, True, True, False, False, True]


def test_a_clock_is_read_after_a_silence_within_a_window_too() -> None:
    watched = Watched(window(0, 3600)).sees(UP).sees(UP, subject=LOGIN_THERE).sees(DOWN, UP)
    assert is_clock_due(watched.state, "web1", watched.now, RULES["web1"])
