"""What the monitor knows, read for those who ask: over a connection of its own, which holds up no round."""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from remedy import maintenance
from remedy.history import History, PastRun
from remedy.history.database import reading
from remedy.inventory import Fleet, Host
from remedy.mail import lacking
from remedy.maintenance import Announced
from remedy.watch.model import Event, Reading, State
from remedy.watch.status.health import ailment
from remedy.watch.status.timeline import PAST
from remedy.watch.store import MAIL, is_stuck, kept_event, kept_state
from remedy.watch.watched import Watched

POINTS = 96  # readings of a clock that are shown, at most: of those near each other the furthest from the true time
EVENTS = 4000  # that are told of, at most
RUNS = 10


@dataclass(frozen=True)
class Happening:
    """An event, and how what was run on the host's return ended; None where nothing was, or it still runs."""

    event: Event
    result: str | None = None


@dataclass(frozen=True)
class Outbox:
    """What is still to be told: `waiting` letters and events; `troubles` says why destinations may not be."""

    waiting: int = 0
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """All that is told at `now`, in Unix seconds.

    `happenings` are those of the last PAST seconds, the newest first; `outages` how many ended of each host's, ever;
    `round_age` how many seconds ago a round was over that went well, None: none was;
    `ailment` why the rounds do not go as they should.
    """

    now: float
    hosts: Mapping[str, Host]
    state: State
    happenings: tuple[Happening, ...] = ()
    readings: Mapping[str, tuple[Reading, ...]] = field(default_factory=dict)
    announced: tuple[Announced, ...] = ()
    outages: Mapping[str, int] = field(default_factory=dict)
    outbox: Outbox = Outbox()
    runs: tuple[PastRun, ...] = ()
    round_age: float | None = None
    ailment: str = ""


def read(watched: Watched, path: Path | None = None) -> Known:
    """What is known now. `path` is the history's database, if it is not the usual one. Raises HistoryError."""
    now, moment = time.time(), time.monotonic()
    with _snapshot(path) as database:
        state = kept_state(database)
        happenings = tuple(_happenings(database, now - PAST))
        readings = _readings(database, now - PAST)
        outages = dict(database.execute("SELECT host, ended FROM outages").fetchall())
        outbox = _outbox(database, watched.fleet)
    pulse = watched.pulse
    return Known(
        now=now,
        hosts=watched.hosts,
        state=state,
        happenings=happenings,
        readings=readings,
        announced=maintenance.announced(watched.fleet, path),
        outages=outages,
        outbox=outbox,
        runs=History(path).runs(RUNS),
        round_age=None if pulse.made is None else moment - pulse.made,
        ailment=ailment(pulse, watched.hosts.values(), moment),
    )


@contextmanager
def _snapshot(path: Path | None) -> Iterator[sqlite3.Connection]:
    """The database as it is at one moment; nobody waits for whoever reads it so."""
    with reading(path) as database:
        database.execute("BEGIN")
        yield database


def _happenings(database: sqlite3.Connection, since: float) -> Iterator[Happening]:
    query = "SELECT document, result FROM events WHERE at >= ? ORDER BY number DESC LIMIT ?"
    for document, result in database.execute(query, (since, EVENTS)):
        yield Happening(kept_event(document), result)


def _readings(database: sqlite3.Connection, since: float) -> dict[str, tuple[Reading, ...]]:
    # With max() SQLite takes the other columns from the row that has it: SELECT, "Bare columns in an aggregate query".
    query = """SELECT host, at, offset, error, max(abs(offset)) FROM readings WHERE at >= :since
        GROUP BY host, CAST((at - :since) / :width AS INTEGER) ORDER BY host, at"""
    found: dict[str, list[Reading]] = defaultdict(list)
    for host, at, offset, error, _ in database.execute(query, {"since": since, "width": PAST / POINTS}):
        found[host].append(Reading(host, at, offset, error))
    return {host: tuple(readings) for host, readings in found.items()}


def _outbox(database: sqlite3.Connection, fleet: Fleet) -> Outbox:
    query = """SELECT (SELECT count(*) FROM mails WHERE sent IS NULL)
        + (SELECT count(DISTINCT event) FROM news WHERE mail IS NULL)"""
    (waiting,) = database.execute(query).fetchone()
    return Outbox(waiting, tuple(_troubles(database, fleet)))


def _troubles(database: sqlite3.Connection, fleet: Fleet) -> Iterator[str]:
    if fleet.mail and (why := lacking(fleet.mail)):
        yield f"nobody can be told by mail: {why}"
    elif fleet.mail and is_stuck(database, MAIL):
        yield f"mail is stuck: {fleet.mail.server} takes none"
    yield from (f"{name} is stuck: it takes nothing" for name in fleet.notify if is_stuck(database, name))
