"""Windows that were added, kept in the database of the history; and all windows together."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from remedy.errors import UsageError
from remedy.history.database import HistoryError, reading, writing
from remedy.inventory import Fleet, Window
from remedy.inventory.kinds import MOMENT
from remedy.maintenance.announced import ADDED, HOSTS_YAML, Announced
from remedy.zones import name_of, offset_words

LETTER = "m"  # of the ids of those that were added: m1, m2, ...
SHOWN = 5  # ids that a message names


def announced(fleet: Fleet, path: Path | None = None) -> tuple[Announced, ...]:
    """All windows, those of hosts.yaml and those that were added, cancelled ones among them, in the order of begin.

    `path` is the history's database, if it is not the usual one. Raises HistoryError if it can't be read.
    """
    written = (
        Announced(f"{HOSTS_YAML}:{place}", window, HOSTS_YAML) for place, window in enumerate(fleet.maintenance, 1)
    )
    return tuple(sorted([*written, *added(path)], key=lambda each: (each.start, each.end)))


def added(path: Path | None = None) -> tuple[Announced, ...]:
    """The windows that were added, in that order."""
    with reading(path) as database:
        rows = database.execute("SELECT number, hosts, start, end, notice, cancelled FROM windows ORDER BY number")
        return tuple(_announced(*row) for row in rows)


def add(windows: Sequence[Window], now: datetime, path: Path | None = None) -> tuple[Announced, ...]:
    """Keep windows, all or none of them; return them with their ids."""
    with writing(path) as database:
        return tuple(_add(database, window, now) for window in windows)


def cancel(name: str, now: datetime, path: Path | None = None) -> Announced:
    """Cancel the window of that id; return it as it was before. Raises UsageError where there is nothing to cancel."""
    if name.startswith(HOSTS_YAML):
        raise UsageError(f"{name} stands in hosts.yaml, under maintenance: take it out there")
    window = _find(name, added(path))
    if window.state(now.timestamp()) == "past":
        raise UsageError(f"the window {name} is over; what was is kept as it was")
    with writing(path) as database:
        query = "UPDATE windows SET cancelled = ? WHERE number = ? AND cancelled IS NULL"
        database.execute(query, (now.astimezone(UTC).isoformat(), name.removeprefix(LETTER)))
    return window


def written(moment: datetime) -> str:
    """A moment as MOMENT reads it, with the name of its zone; with its offset where the clocks there show it twice."""
    zone = name_of(moment)
    wall = moment.replace(tzinfo=None).isoformat(timespec="auto" if moment.second or moment.microsecond else "minutes")
    if zone == offset_words(moment) or moment.replace(fold=1 - moment.fold).utcoffset() != moment.utcoffset():
        return wall + offset_words(moment)
    return f"{wall} {zone}"


def _add(database: sqlite3.Connection, window: Window, now: datetime) -> Announced:
    values = (
        json.dumps(window.hosts),
        written(window.from_),
        written(window.to),
        window.notice,
        now.astimezone(UTC).isoformat(),
    )
    query = "INSERT INTO windows (hosts, start, end, notice, added) VALUES (?, ?, ?, ?, ?)"
    number = database.execute(query, values).lastrowid
    return Announced(f"{LETTER}{number}", window, ADDED)


def _announced(number: int, hosts: str, start: str, end: str, notice: str | None, cancelled: str | None) -> Announced:
    name = f"{LETTER}{number}"
    try:
        window = Window(from_=MOMENT(start), to=MOMENT(end), hosts=tuple(json.loads(hosts)), notice=notice)
    except ValueError as error:  # by this machine's rules of zones there is no such moment
        raise HistoryError(f"the window {name}: {error}") from error
    return Announced(name, window, ADDED, datetime.fromisoformat(cancelled) if cancelled else None)


def _find(name: str, windows: Sequence[Announced]) -> Announced:
    found = {window.id: window for window in windows}
    if name not in found:
        last = ", ".join(list(found)[: -SHOWN - 1 : -1])
        kept = f"; the last that were added: {last}" if last else "; none was added"
        raise UsageError(f"there is no window {name!r}{kept}. `fab maintenance.list` lists all")
    return found[name]
