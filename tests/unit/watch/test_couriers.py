"""Each destination is told by itself, whatever becomes of the others and of hosts.yaml."""

from collections.abc import Callable
from pathlib import Path
from threading import Event as Signal

import pytest

from remedy.notify import NotifyError
from remedy.report.mail import Letter
from remedy.watch.couriers import Couriers
from remedy.watch.model import Event, Kind, State, Subject
from remedy.watch.post import Channel
from remedy.watch.store import STUCK, Queued, Store

LONGEST = 60.0


def by(send: Callable[[], object]) -> Channel:
    def send_it(_: Queued, __: str) -> None:
        send()

    return Channel(lambda _: Letter("web1 is DOWN", "why"), send_it)


def refuses() -> None:
    raise NotifyError("it answers 500")


class Desk:
    """Whoever has news carried."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        self.couriers = Couriers(self.store)

    def has_news(self) -> None:
        event = Event(Kind.DOWN, Subject("web1"), 0.0, 0.0)
        self.store.keep(State(), [event], due=lambda _: 0.0, destinations=self.couriers.destinations)
        self.couriers.wake()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "history.db")  # not closed: threads are at it still


def test_one_that_hangs_holds_up_no_other(desk: Desk) -> None:
    may_end, is_told = Signal(), Signal()
    desk.couriers.take({"$CHAT": by(lambda: may_end.wait(LONGEST)), "$PAGER": by(is_told.set)})
    desk.couriers.begin()
    desk.has_news()
    assert is_told.wait(LONGEST)
    may_end.set()


def test_one_that_comes_to_hosts_yaml_is_told_what_happens_from_then_on(desk: Desk) -> None:
    is_told, other_is_told = Signal(), Signal()
    desk.couriers.take({"$CHAT": by(is_told.set)})
    desk.couriers.begin()
    desk.has_news()
    assert is_told.wait(LONGEST)
    desk.couriers.take({"$CHAT": by(is_told.set), "$PAGER": by(other_is_told.set)})
    assert desk.couriers.carry()
    assert not other_is_told.is_set()
    desk.has_news()
    assert other_is_told.wait(LONGEST)


def test_it_is_known_whether_all_are_told(desk: Desk) -> None:
    told: list[bool] = []
    desk.couriers.take({"$CHAT": by(refuses), "$PAGER": by(lambda: told.append(True))})
    desk.has_news()
    assert not desk.couriers.carry()
    assert not desk.couriers.carry()  # it is not tried again yet, and was not told
    assert told == [True]
    assert desk.couriers.are_well()


def test_one_that_is_refused_again_and_again_is_not_well(desk: Desk) -> None:
    desk.couriers.take({"$CHAT": by(refuses)})
    desk.has_news()
    desk.couriers.carry()
    mail = desk.store.next_letter(1e12, "$CHAT", "", lambda _: Letter("", ""))
    assert mail
    for _ in range(STUCK - 1):
        desk.store.was_refused(mail, 0.0)
    assert not desk.couriers.are_well()
    desk.couriers.take({})
    assert desk.couriers.are_well()
