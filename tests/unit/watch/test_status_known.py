"""What the monitor kept is read beside it, whole, and without making it wait."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from known_fleet import HOSTS, event

from remedy.history import database
from remedy.history.database import MIGRATIONS, connect
from remedy.inventory import Fleet
from remedy.inventory.fleet import Mail
from remedy.mail import PASSWORD
from remedy.report.mail import Letter
from remedy.watch.model import LOGIN, ClockStanding, Event, Kind, Reading, Standing, State, Subject
from remedy.watch.status.known import POINTS, Known, Outbox, read
from remedy.watch.status.timeline import PAST
from remedy.watch.store import MAIL as OUTBOX
from remedy.watch.store import STUCK, Store
from remedy.watch.watched import Pulse, Watched

WEB = Subject("web1")
MAIL = Mail(to=("ops@example.jp",), from_="post-mainte@example.jp", server="smtp.example.jp")
FLEET = Fleet(mail=MAIL, notify=("$PAGER",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(path)
    yield store
    store.close()


def known(path: Path, fleet: Fleet | None = None) -> Known:
    return read(Watched(fleet or Fleet(), HOSTS, Pulse(time.monotonic())), path)


def outage(now: float, subject: Subject = WEB) -> list[Event]:
    return [
        Event(Kind.DOWN, subject, now - 90, now - 100, trouble="gone"),
        Event(Kind.BACK, subject, now - 40, now - 50, now - 100, is_return=subject == WEB),
    ]


def test_the_state_and_what_happened_lately_are_read(path: Path, store: Store) -> None:
    now = time.time()
    state = State({WEB: Standing(now)}, {"web1": ClockStanding(now, 0.1, 0.01)}, offline_since=now - 1)
    long_ago = [event(Kind.DOWN, WEB, 1)]  # of 2017
    store.keep(state, [*long_ago, *outage(now)])
    told = known(path)
    assert told.state == state
    assert [each.event.kind for each in told.happenings] == [Kind.BACK, Kind.DOWN]
    assert told.round_age == pytest.approx(0, abs=60)
    assert told.ailment == ""


def test_how_what_was_run_ended_is_read_with_it(path: Path, store: Store) -> None:
    store.keep(State(), outage(time.time()))
    store.end_run({store.returns()[0]: "check: ok"}, time.time())
    assert [each.result for each in known(path).happenings] == ["check: ok", None]


def test_outages_of_hosts_are_counted_and_no_others(path: Path, store: Store) -> None:
    now = time.time()
    store.keep(
        State(), [*outage(now), *outage(now), *outage(now, Subject("web1", LOGIN)), *outage(now, Subject("db1"))]
    )
    assert known(path).outages == {"web1": 2, "db1": 1}


def test_of_many_readings_those_furthest_from_the_true_time_are_taken(path: Path, store: Store) -> None:
    now = time.time()
    many = [Reading("web1", now - PAST + 10 + second, 0.001, 0.1) for second in range(0, int(PAST) - 20, 60)]
    jump = Reading("web1", now - PAST / 3, -5.0, 0.2)
    store.keep(State(), [], [*many, jump, Reading("web1", now - 2 * PAST, 99.0, 0.1)])
    told = known(path).readings["web1"]
    assert POINTS - 1 <= len(told) <= POINTS + 1
    assert jump in told
    assert max(reading.offset for reading in told) == 0.001
    assert [reading.at for reading in told] == sorted(reading.at for reading in told)


def test_mail_that_waits_is_counted_and_one_that_is_stuck_told(path: Path, store: Store) -> None:
    now = time.time()
    store.keep(
        State(), outage(now), due=lambda event: now if event.kind is Kind.DOWN else now + 60, destinations=[OUTBOX]
    )
    letter = store.next_letter(now, OUTBOX, "example.jp", lambda _: Letter("", ""))
    assert letter
    assert known(path, FLEET).outbox.waiting == 2
    assert known(path, FLEET).outbox.troubles == ()
    for _ in range(STUCK):
        store.was_refused(letter, now)
    assert known(path, FLEET).outbox.troubles == ("mail is stuck: smtp.example.jp takes none",)


def test_what_apprise_is_to_tell_may_be_stuck_by_itself(path: Path, store: Store) -> None:
    now = time.time()
    store.keep(State(), outage(now), due=lambda _: now, destinations=["$PAGER"])
    letter = store.next_letter(now, "$PAGER", "", lambda _: Letter("", ""))
    assert letter
    for _ in range(STUCK):
        store.was_refused(letter, now)
    assert known(path, FLEET).outbox == Outbox(1, ("$PAGER is stuck: it takes nothing",))


def test_a_password_that_is_missing_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSWORD, raising=False)
    fleet = Fleet(mail=Mail(to=MAIL.to, from_=MAIL.from_, user="ops"))
    (trouble,) = known(path, fleet).outbox.troubles
    assert trouble.startswith("nobody can be told by mail: `user: ops`")


def test_it_is_read_while_the_monitor_writes(path: Path, store: Store) -> None:
    store.keep(State({WEB: Standing(1.0)}), [])
    with store._turn() as database:
        database.execute("DELETE FROM watched")
        assert set(known(path).state.standings) == {WEB}
    assert set(known(path).state.standings) == set()


def test_before_anything_is_kept_nothing_is_known(path: Path) -> None:
    told = known(path)
    assert (told.state, told.happenings, told.runs) == (State(), (), ())


def test_outages_that_are_forgotten_are_counted_all_the_same(path: Path, store: Store) -> None:
    now = time.time()
    store.keep(State(), outage(now))
    store.end_run({store.returns()[0]: "check: ok"}, now)
    store.prune(now + 500 * 86400)
    with store._turn() as database:
        assert database.execute("SELECT count(*) FROM events").fetchone() == (0,)
    assert known(path).outages == {"web1": 1}


def test_outages_before_they_were_counted_are_counted_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(database, "MIGRATIONS", MIGRATIONS[:5])
        before = connect(path)
    for each in [*outage(1.0), *outage(2.0), *outage(3.0, Subject("web1", LOGIN))]:
        row = (each.subject.host, each.at, json.dumps(asdict(each)))
        before.execute("INSERT INTO events (host, at, document) VALUES (?, ?, ?)", row)
    before.close()
    assert known(path).outages == {"web1": 2}
