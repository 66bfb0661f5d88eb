"""A day of a fleet passes in seconds, and exactly the right mails come of it, though the monitor is killed at will."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from simulated_fleet import BEGIN, INTERVAL, Fleet, Life, Span, expected, within

from remedy.watch.model import Event, Kind, Window

DAY, HOUR, QUARTER = 86400.0, 3600.0, 900.0


def told(events: list[Event]) -> Counter[tuple[str, str, float]]:
    return Counter((event.subject.host, event.kind.value, event.since) for event in events)


def a_day(random: Random, hosts: int, seconds: float) -> Fleet:
    """Outages of minutes and hours, moments of silence, flapping, windows with early and late hosts, days offline.

    The first host is the machine that watches.
    """
    names = [f"web{number}" for number in range(hosts)]

    def spans(often: int, longest: float) -> list[Span]:
        begins = sorted(BEGIN + random.uniform(QUARTER, seconds) for _ in range(random.randint(0, often)))
        return [(begin, begin + random.choice((5.0, 40.0, 200.0, random.uniform(5, longest)))) for begin in begins]

    windows = []
    lives = {name: Life(spans(4, 2 * HOUR)) for name in names}
    for begin, _ in spans(3, 5):
        some = random.sample(names, random.randint(1, hosts))
        windows.append(Window(frozenset(some), begin, begin + random.uniform(0.5, 3) * HOUR))
        for name in some[: len(some) // 2]:
            start = begin + random.uniform(-0.2, 1.5) * HOUR
            lives[name].down.append((start, start + random.uniform(0.1, 3) * HOUR))
    for name in random.sample(names, hosts // 10 + 1):
        start = BEGIN + random.uniform(QUARTER, seconds)
        lives[name].down += [(start + 300 * n, start + 300 * n + random.uniform(5, 280)) for n in range(8)]
    for life in lives.values():
        life.jumps = [(end, begin - end) for begin, end in sorted(life.down)]
        life.down.sort()
    lives["web0"].is_here = True
    return Fleet(lives, tuple(windows), offline=spans(4, HOUR), no_mail=spans(5, HOUR), no_chat=spans(5, HOUR))


def test_exactly_the_mails_that_the_model_says_come_of_a_day_of_a_hundred_hosts(tmp_path: Path) -> None:
    fleet = a_day(Random(830), 100, DAY)
    events = fleet.watch(tmp_path / "history.db", DAY + 4 * HOUR)
    kinds = Counter(event.kind for event in events)
    assert all(kinds[kind] > 0 for kind in Kind), kinds
    assert told(events).keys() == told(fleet.chatted).keys() == set(expected(fleet))


@settings(max_examples=30, phases=[Phase.reuse, Phase.generate])  # a smaller day takes hours to find
@given(random=st.randoms(use_true_random=False), hosts=st.integers(1, 8), kills=st.none() | st.integers())
def test_whatever_happens_and_however_often_it_is_killed(
    tmp_path_factory: pytest.TempPathFactory, random: Random, hosts: int, kills: int | None
) -> None:
    fleet = a_day(random, hosts, 6 * HOUR)
    fleet.kills = None if kills is None else Random(kills)
    events = fleet.watch(tmp_path_factory.mktemp("state") / "history.db", 12 * HOUR)
    assert told(events).keys() == told(fleet.chatted).keys() == set(expected(fleet))
    no_false_alarm(fleet, events)
    no_lost_alarm(fleet, events)
    one_run_for_each_return(fleet, events)


def no_false_alarm(fleet: Fleet, events: list[Event]) -> None:
    for event in events:
        if event.kind is Kind.DOWN:
            name = event.subject.host
            assert within(event.since, fleet.lives[name].down)
            assert not within(event.at, fleet.quiet(name))
            assert not within(event.at, fleet.offline)


def no_lost_alarm(fleet: Fleet, events: list[Event]) -> None:
    """Of each outage somebody is told within two intervals, unless that was announced, or we are cut off ourselves."""
    for name, life in fleet.lives.items():
        hushed = [*fleet.quiet(name), *((begin, end + 3 * INTERVAL) for begin, end in fleet.offline)]
        alarms = [e for e in events if e.subject.host == name and e.kind in (Kind.DOWN, Kind.FLAPPING)]
        for begin, end in life.down:
            soon = begin + 2 * INTERVAL
            is_plain = end > soon and not any(within(begin + s, hushed) for s in range(0, 121, 5))
            is_first = not within(begin - 1, life.down) and not any(begin - HOUR < end < begin for _, end in life.down)
            if is_plain and is_first and begin > BEGIN:
                assert any(begin <= alarm.at <= soon for alarm in alarms), (name, begin)


def one_run_for_each_return(fleet: Fleet, events: list[Event]) -> None:
    returns = Counter((e.subject.host) for e in {e for e in events if e.is_return})
    assert Counter(host for host, _ in fleet.runs) == returns
