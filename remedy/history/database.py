"""The file of the history: where it lies, who may read it, and the form of its tables."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from remedy.errors import PostMainteError

BUSY_SECONDS = 5.0  # that we wait for another post-mainte to end its writing, which takes milliseconds
UNFINISHED = "unfinished"  # a host whose end was not told yet

# Each entry brings the tables to the next form; the last form's number stands in SQLite's user_version.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # head: the run's document without its hosts; selection: what -H named, a list in JSON; ended: 0 or 1.
        """CREATE TABLE runs (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            head TEXT NOT NULL,
            selection TEXT NOT NULL,
            ended INTEGER NOT NULL
        )""",
        # state: a verdict, or "unfinished"; document: the host's part of the run's document.
        """CREATE TABLE hosts (
            number INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            name TEXT NOT NULL,
            state TEXT NOT NULL,
            stored TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')),
            document TEXT NOT NULL,
            UNIQUE (run, name)
        )""",
        "CREATE INDEX states ON hosts (run, state)",
    ),
    (
        # Maintenance windows that were added. hosts: a list in JSON, an empty one is all; start, end: moments as
        # hosts.yaml has them, with the names of their zones; added, cancelled: ISO 8601.
        """CREATE TABLE windows (
            number INTEGER PRIMARY KEY,
            hosts TEXT NOT NULL,
            start TEXT NOT NULL,
            end TEXT NOT NULL,
            notice TEXT,
            added TEXT NOT NULL,
            cancelled TEXT
        )""",
    ),
    (
        # What `fab watch` carries from one round to the next. document: a Standing, in JSON; what "clock": a
        # ClockStanding, and "network" of host "": what is left of a State.
        """CREATE TABLE watched (
            host TEXT NOT NULL,
            what TEXT NOT NULL,
            document TEXT NOT NULL,
            PRIMARY KEY (host, what)
        ) WITHOUT ROWID""",
        # What hosts' clocks said, minus the true time, in seconds.
        """CREATE TABLE readings (
            host TEXT NOT NULL,
            at REAL NOT NULL,
            offset REAL NOT NULL,
            error REAL NOT NULL,
            PRIMARY KEY (host, at)
        ) WITHOUT ROWID""",
        # subject, text: what is sent; tried: how often; next: when it is to be tried (again); sent: when it was.
        """CREATE TABLE mails (
            number INTEGER PRIMARY KEY,
            message_id TEXT NOT NULL,
            subject TEXT NOT NULL,
            text TEXT NOT NULL,
            tried INTEGER NOT NULL DEFAULT 0,
            next REAL NOT NULL,
            sent REAL
        )""",
        # document: an Event. due: when it is to be told at the latest, NULL: to nobody; mail: the one that tells it.
        # run: of a host that is back: "" until one is begun for it, then its id; result: how that ended, in words.
        """CREATE TABLE events (
            number INTEGER PRIMARY KEY,
            host TEXT NOT NULL,
            at REAL NOT NULL,
            document TEXT NOT NULL,
            due REAL,
            mail INTEGER REFERENCES mails,
            run TEXT,
            result TEXT
        )""",
        "CREATE INDEX events_untold ON events (due) WHERE due IS NOT NULL AND mail IS NULL",
        "CREATE INDEX events_returns ON events (run) WHERE run IS NOT NULL AND result IS NULL",
        "CREATE INDEX mails_unsent ON mails (next) WHERE sent IS NULL",
    ),
    (
        # The same as text, as a page; "": there is none.
        "ALTER TABLE mails ADD COLUMN html TEXT NOT NULL DEFAULT ''",
    ),
    (
        # Whom a mail goes to: "mail": all whom mail: names; a mailbox: only that one; or the name of one of notify:.
        "ALTER TABLE mails ADD COLUMN destination TEXT NOT NULL DEFAULT 'mail'",
        # Who is told of an event: "mail", or the name of one of notify:; mail: by which one, NULL: not yet told.
        """CREATE TABLE news (
            event INTEGER NOT NULL REFERENCES events ON DELETE CASCADE,
            destination TEXT NOT NULL,
            mail INTEGER REFERENCES mails,
            PRIMARY KEY (event, destination)
        ) WITHOUT ROWID""",
        "CREATE INDEX news_untold ON news (destination, event) WHERE mail IS NULL",
        "INSERT INTO news SELECT number, 'mail', mail FROM events WHERE due IS NOT NULL",
        # events.mail is not used any more; SQLite before 3.35 can't drop it.
        "DROP INDEX events_untold",
        "UPDATE events SET mail = NULL",
    ),
    (
        # How many outages of a host's SSH port have ended: events are forgotten, and a counter must not fall.
        "CREATE TABLE outages (host TEXT PRIMARY KEY, ended INTEGER NOT NULL) WITHOUT ROWID",
        """INSERT INTO outages SELECT host, count(*) FROM events WHERE json_extract(document, '$.kind') = 'back'
            AND json_extract(document, '$.subject[1]') = 'ssh' GROUP BY host""",
    ),
)


class HistoryError(PostMainteError):
    """The history can't be read, or not be written."""


def default_path() -> Path:
    """$XDG_STATE_HOME/post-mainte/history.db; without that variable, below ~/.local/state.

    XDG Base Directory Specification 0.8: a path that is not absolute counts as none. Raises RuntimeError if nobody
    knows where home is.
    """
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    base = state if state.is_absolute() else Path.home() / ".local/state"
    return base / "post-mainte" / "history.db"


@contextmanager
def reading(path: Path | None = None) -> Iterator[sqlite3.Connection]:
    """The database of that path (None: the usual one), an empty one where there is no file, to be read.

    Raises HistoryError if that fails, also for what SQLite says in the body.
    """
    with _troubles("read", path) as there, closing(connect(there if there.exists() else None)) as database:
        yield database


@contextmanager
def writing(path: Path | None = None) -> Iterator[sqlite3.Connection]:
    """The database of that path (None: the usual one) in a transaction, which an error in the body takes back.

    Raises HistoryError if that fails, also for what SQLite says in the body.
    """
    with _troubles("written", path) as there, closing(connect(there)) as database, database:
        database.execute("BEGIN IMMEDIATE")
        yield database


@contextmanager
def _troubles(done: str, path: Path | None) -> Iterator[Path]:
    try:
        path = path or default_path()
    except RuntimeError as error:
        raise HistoryError(f"the history can't be {done}: {error}") from error
    try:
        yield path
    except (sqlite3.Error, OSError, HistoryError) as error:
        raise HistoryError(f"the history can't be {done}: {error} ({path})") from error


def connect(path: Path | None) -> sqlite3.Connection:
    """Open the database, make it where there is none, and bring it to the present form. None: an empty one in memory.

    Only its owner may read it; SQLite gives the files beside it the same mode. A power cut may cost the last writings,
    a killed process none. Raises sqlite3.Error or OSError, and HistoryError if a later post-mainte has made it.
    """
    if path:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    database = sqlite3.connect(path or ":memory:", BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("PRAGMA foreign_keys = ON")
        _migrate(database)
    except BaseException:
        database.close()
        raise
    return database


def _migrate(database: sqlite3.Connection) -> None:
    if _form(database) == len(MIGRATIONS):
        return
    with database:
        database.execute("BEGIN IMMEDIATE")
        form = _form(database)
        if form > len(MIGRATIONS):
            raise HistoryError(f"a later post-mainte has made it (form {form}; this one knows {len(MIGRATIONS)})")
        for statement in (statement for migration in MIGRATIONS[form:] for statement in migration):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _form(database: sqlite3.Connection) -> int:
    (form,) = database.execute("PRAGMA user_version").fetchone()
    return int(form)
