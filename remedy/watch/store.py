"""What the monitor knows, in the history's database: it is carried on from there after a kill or a reboot.

What was decided is kept in one transaction with what was seen, and so is the mail that is to tell of it (an outbox).
Killed before that, nothing was seen; killed after it, nothing is lost.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from email.utils import make_msgid
from pathlib import Path
from threading import Lock
from typing import Any

from remedy.history.database import connect, default_path
from remedy.report.mail import Letter
from remedy.watch.model import NETWORK, SSH, ClockStanding, Event, Kind, Reading, Standing, State, Subject

NETWORK_FIELDS = ("offline_since", "offline_rounds", "has_witness", "silences")  # of a State
CLOCK = "clock"  # where a ClockStanding is kept, among the subjects of a host
MAIL = "mail"  # the destination that all are whom mail: of hosts.yaml names
DAY = 86400.0
PATIENCE = 900.0  # seconds that the news of a return wait for how its on_return ends, and nothing waits longer
LAST_RETRY = 3600.0  # seconds until a mail that was not taken is tried again, at most
STUCK = 4  # times that a mail was not taken, in about four minutes
HOPELESS = 8  # times that a mail was not taken, in about an hour
READINGS_DAYS, EVENTS_DAYS = 3, 400  # that they are kept


@dataclass(frozen=True)
class Told:
    """An event with how what was run on the host's return has ended: None while it runs, or where nothing is run."""

    event: Event
    is_run: bool = False
    result: str | None = None


@dataclass(frozen=True)
class Queued:
    """A mail in the outbox of a destination; `tried` is how often it was not taken."""

    number: int
    message_id: str
    letter: Letter
    tried: int = 0


Write = Callable[[Sequence[Told]], Letter]


@dataclass(frozen=True)
class Return:
    """A host that is back, and whose on_return has not ended. `run`: the id of the run that was begun; empty: none.

    `kind` is that of the event for which it is run: Kind.CLOCK where the host was not away at all.
    """

    number: int
    host: str
    run: str
    kind: Kind


class Store:
    """The database; may be used by several threads. Everything raises sqlite3.Error or OSError where it fails."""

    def __init__(self, path: Path | None = None) -> None:
        self._database = connect(path or default_path())
        self._lock = Lock()
        self._kept: dict[tuple[str, str], object] = {}

    def close(self) -> None:
        """Close it."""
        with self._lock:
            self._database.close()

    def load(self) -> State:
        """The state that was kept last."""
        with self._turn() as database:
            state = kept_state(database)
        self._kept = dict(_values(state))
        return state

    def keep(
        self,
        state: State,
        events: Sequence[Event],
        readings: Sequence[Reading] = (),
        due: Callable[[Event], float | None] = lambda _: None,
        destinations: Collection[str] = (),
    ) -> None:
        """Keep the state after a round, what happened in it and what was read, all or nothing.

        `due` says when an event is to be told to all destinations at the latest; None: nobody is told.
        """
        values = dict(_values(state))
        with self._turn() as database:
            gone = self._kept.keys() - values.keys()
            database.executemany("DELETE FROM watched WHERE host = ? AND what = ?", gone)
            changed = {key: value for key, value in values.items() if self._kept.get(key) != value}
            rows = [(*key, json.dumps(value, default=vars)) for key, value in changed.items()]
            database.executemany("INSERT OR REPLACE INTO watched VALUES (?, ?, ?)", rows)
            database.executemany(
                "INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?)",
                [(r.host, r.at, r.offset, r.error) for r in readings],
            )
            for e in events:
                row = (e.subject.host, e.at, json.dumps(asdict(e)), due(e), "" if e.is_return else None)
                query = "INSERT INTO events (host, at, document, due, run) VALUES (?, ?, ?, ?, ?)"
                number = database.execute(query, row).lastrowid
                told = [(number, destination) for destination in destinations if due(e) is not None]
                database.executemany("INSERT INTO news (event, destination) VALUES (?, ?)", told)
            ended = [(e.subject.host,) for e in events if e.kind is Kind.BACK and e.subject.what == SSH]
            database.executemany(_COUNT, ended)
        self._kept = values

    def prune(self, now: float) -> None:
        """Forget what is too old to be of interest, but nothing that is still to be told or done."""
        with self._turn() as database:
            database.execute("DELETE FROM readings WHERE at < ?", (now - READINGS_DAYS * DAY,))
            is_told = "number NOT IN (SELECT event FROM news WHERE mail IS NULL)"
            is_over = f"{is_told} AND (run IS NULL OR result IS NOT NULL)"
            database.execute(f"DELETE FROM events WHERE at < ? AND {is_over}", (now - EVENTS_DAYS * DAY,))  # noqa: S608
            unused = "number NOT IN (SELECT mail FROM news WHERE mail IS NOT NULL)"
            database.execute(f"DELETE FROM mails WHERE sent IS NOT NULL AND {unused}")  # noqa: S608

    def returns(self) -> tuple[Return, ...]:
        """The hosts that are back, and whose on_return has not ended."""
        with self._turn() as database:
            query = """SELECT number, host, run, json_extract(document, '$.kind') FROM events
                WHERE run IS NOT NULL AND result IS NULL ORDER BY number"""
            return tuple(Return(number, host, run, Kind(kind)) for number, host, run, kind in database.execute(query))

    def begin_run(self, returns: Sequence[Return], run: str) -> None:
        """Keep which run is begun for hosts that are back."""
        with self._turn() as database:
            rows = [(run, one.number) for one in returns]
            database.executemany("UPDATE events SET run = ? WHERE number = ?", rows)

    def end_run(self, results: Mapping[Return, str], due: float, unread: Set[str] = frozenset()) -> None:
        """Keep how that ended: it is to be told when it is due, and again where the event was told without it.

        Of hosts that are `unread` it told nothing of the clock: what is known of that is forgotten.
        """
        query = "UPDATE events SET result = ?, due = min(due, ?) WHERE number = ? AND result IS NULL"
        with self._turn() as database:
            for one, text in results.items():
                if database.execute(query, (text, due, one.number)).rowcount:
                    database.execute("UPDATE news SET mail = NULL WHERE event = ?", (one.number,))
            clocks = [(host, CLOCK) for host in unread]
            database.executemany("DELETE FROM watched WHERE host = ? AND what = ?", clocks)

    def hurry(self, now: float) -> None:
        """Let all that waits be told now: no more will come to be told with it."""
        with self._turn() as database:
            untold = "number IN (SELECT event FROM news WHERE mail IS NULL)"
            database.execute(f"UPDATE events SET due = ? WHERE due > ? AND {untold}", (now, now))  # noqa: S608

    def next_letter(self, now: float, destination: str, domain: str, write: Write) -> Queued | None:
        """The mail that is to be sent to a destination now, if there is one; its Message-ID is of that domain.

        While one was not taken, no other is written: what happens until then is told by the next one. But one that is
        refused again and again holds up no others for ever. `write` makes it. Events whose on_return
        still runs wait for that, until they are due.
        """
        with self._turn() as database:
            columns = "SELECT number, message_id, tried, subject, text, html FROM mails"
            unsent = f"{columns} WHERE sent IS NULL AND destination = ?"
            query = f"{unsent} AND (next <= ? OR next > ?) ORDER BY number LIMIT 1"
            if row := database.execute(query, (destination, now, now + LAST_RETRY)).fetchone():
                number, message_id, tried, *words = row
                return Queued(number, message_id, Letter(*words), tried)
            if database.execute(f"{unsent} AND tried < ?", (destination, HOPELESS)).fetchone():
                return None
            latest = {"destination": destination, "now": now, "latest": now + PATIENCE}
            rows = database.execute(_UNTOLD, latest).fetchall()
            if not any(is_due for *_, is_due in rows):
                return None
            told = [Told(kept_event(text), run is not None, result) for _, text, run, result, _ in rows]
            letter, message_id = write(told), make_msgid(domain=domain)
            row = (destination, message_id, letter.subject, letter.text, letter.html, now)
            query = "INSERT INTO mails (destination, message_id, subject, text, html, next) VALUES (?, ?, ?, ?, ?, ?)"
            number = database.execute(query, row).lastrowid
            query = "UPDATE news SET mail = ? WHERE event = ? AND destination = ?"
            database.executemany(query, [(number, event, destination) for event, *_ in rows])
        return Queued(number or 0, message_id, letter)

    def was_sent(self, mail: Queued, now: float, later: Sequence[str] = (), retry_at: float = 0.0) -> None:
        """The mail was taken, but for some mailboxes, to each of which it is to be sent alone then."""
        copied = """INSERT INTO mails (destination, next, message_id, subject, text, html)
            SELECT ?, ?, message_id, subject, text, html FROM mails WHERE number = ?"""
        with self._turn() as database:
            database.execute("UPDATE mails SET sent = ? WHERE number = ?", (now, mail.number))
            database.executemany(copied, [(mailbox, retry_at, mail.number) for mailbox in later])

    def mailboxes(self) -> tuple[str, ...]:
        """Those to which mail is still to be sent that others have."""
        with self._turn() as database:
            query = "SELECT DISTINCT destination FROM mails WHERE sent IS NULL AND destination LIKE '%@%'"
            return tuple(mailbox for (mailbox,) in database.execute(query))

    def tell_only(self, destinations: Collection[str]) -> int:
        """Forget what is still to be told to others than these; how many letters and events that are.

        What is for a single mailbox belongs to MAIL.
        """
        kept = (json.dumps(list(destinations)),)
        with self._turn() as database:
            query = f"SELECT count(DISTINCT event) FROM news WHERE mail IS NULL AND destination {_OTHERS}"  # noqa: S608
            (events,) = database.execute(query, kept).fetchone()
            database.execute(f"DELETE FROM news WHERE destination {_OTHERS}", kept)  # noqa: S608
            whose = f"CASE WHEN destination LIKE '%@%' THEN '{MAIL}' ELSE destination END"
            query = f"DELETE FROM mails WHERE sent IS NULL AND {whose} {_OTHERS}"  # noqa: S608
            return int(events) + database.execute(query, kept).rowcount

    def give_up(self, mail: Queued) -> None:
        """Forget a mail to a single mailbox."""
        with self._turn() as database:
            database.execute("DELETE FROM mails WHERE number = ?", (mail.number,))

    def was_refused(self, mail: Queued, retry_at: float) -> None:
        """It was not taken; it is to be tried again then."""
        with self._turn() as database:
            query = "UPDATE mails SET tried = tried + 1, next = ? WHERE number = ?"
            database.execute(query, (retry_at, mail.number))

    def is_stuck(self, destination: str) -> bool:
        """Whether mail is refused again and again, and none came through since."""
        with self._turn() as database:
            return is_stuck(database, destination)

    def next_mail_at(self, now: float, destination: str) -> float | None:
        """When a mail is to be sent, or tried again; None: not before something happens."""
        with self._turn() as database:
            query = """SELECT min(CASE WHEN next > ? THEN 0 ELSE next END), min(tried) FROM mails
                WHERE sent IS NULL AND destination = ?"""
            next_at, tried = database.execute(query, (now + LAST_RETRY, destination)).fetchone()
            query = """SELECT min(CASE WHEN due > ? THEN 0 ELSE due END) FROM news JOIN events ON number = event
                WHERE news.mail IS NULL AND destination = ?"""
            (due,) = database.execute(query, (now + PATIENCE, destination)).fetchone()
        may_write = tried is None or tried >= HOPELESS
        return min((moment for moment in (next_at, due if may_write else None) if moment is not None), default=None)

    @contextmanager
    def _turn(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        with self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            yield self._database


_COUNT = "INSERT INTO outages VALUES (?, 1) ON CONFLICT (host) DO UPDATE SET ended = ended + 1"
_OTHERS = "NOT IN (SELECT value FROM json_each(?))"

# What is due later than anything can be, was kept before this machine's clock was set back.
_UNTOLD = """SELECT number, document, run, result, due <= :now OR due > :latest AS is_due
    FROM news JOIN events ON number = event WHERE destination = :destination AND news.mail IS NULL
    AND (run IS NULL OR result IS NOT NULL OR is_due) ORDER BY number"""


def kept_state(database: sqlite3.Connection) -> State:
    """The state that is kept in a database."""
    standings: dict[Subject, Standing] = {}
    clocks: dict[str, ClockStanding] = {}
    network: Mapping[str, Any] = {}
    for host, what, text in database.execute("SELECT host, what, document FROM watched"):
        document = json.loads(text)
        if (host, what) == NETWORK:
            network = document
        elif what == CLOCK:
            clocks[host] = ClockStanding(**document)
        else:
            standings[Subject(host, what)] = Standing(**document | {"turns": tuple(document["turns"])})
    return State(standings, clocks, **network)


def is_stuck(database: sqlite3.Connection, destination: str) -> bool:
    """Whether mail to a destination is refused again and again, and none came through since."""
    query = """SELECT EXISTS (SELECT 1 FROM mails WHERE sent IS NULL AND tried >= :stuck AND destination = :to
        AND number > (SELECT coalesce(max(number), 0) FROM mails WHERE sent IS NOT NULL AND destination = :to))"""
    return bool(database.execute(query, {"stuck": STUCK, "to": destination}).fetchone()[0])


def _values(state: State) -> Iterator[tuple[tuple[str, str], Any]]:
    """What a state is made of, and where each is kept."""
    yield from state.standings.items()
    for host, clock in state.clocks.items():
        yield (host, CLOCK), clock
    yield NETWORK, {name: getattr(state, name) for name in NETWORK_FIELDS}


def kept_event(text: str) -> Event:
    """An event, of the document that is kept of it."""
    document = json.loads(text)
    return Event(**document | {"kind": Kind(document["kind"]), "subject": Subject(*document["subject"])})
