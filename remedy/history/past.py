"""Earlier runs, as the history has them."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from remedy.document import count_verdicts, from_document, gap_from_document
from remedy.errors import UsageError
from remedy.gap import Gap
from remedy.history.database import UNFINISHED, HistoryError, default_path, reading
from remedy.model import Verdict

LAST = "last"  # the word for the newest run
REPAIRING = ("post-mainte", "recover-time", "run-backups")  # commands; others look only
RIGHT = tuple(verdict for verdict in Verdict if verdict.is_right)
SHOWN = 5  # runs that a message names
STATES = (*Verdict, UNFINISHED)


@dataclass(frozen=True)
class PastRun:
    """A run at a glance. `finished` None: it was killed, or still goes on. `states` counts hosts by verdict."""

    run: str
    command: str
    dry_run: bool
    selection: tuple[str, ...]
    started: datetime
    finished: datetime | None
    states: Mapping[str, int]

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        return (self.finished - self.started).total_seconds() if self.finished else None


class History:
    """The kept runs. Everything here raises HistoryError if the file can't be read; none is no error."""

    def __init__(self, path: Path | None = None) -> None:
        try:
            self.path = path or default_path()
        except RuntimeError as error:
            raise HistoryError(f"the history can't be read: {error}") from error

    @property
    def size(self) -> int:
        """What it takes on the disk, in bytes."""
        return sum(file.stat().st_size for file in self.path.parent.glob(f"{self.path.name}*"))

    def count(self) -> int:
        """How many runs are kept."""
        with reading(self.path) as database:
            (number,) = database.execute("SELECT count(*) FROM runs").fetchone()
            return int(number)

    def runs(self, limit: int) -> tuple[PastRun, ...]:
        """The newest runs, the newest first; at most `limit` of them."""
        with reading(self.path) as database:
            query = "SELECT number, head, selection, ended FROM runs ORDER BY number DESC LIMIT ?"
            rows = database.execute(query, (limit,)).fetchall()
            states: dict[int, dict[str, int]] = {number: dict.fromkeys(STATES, 0) for number, *_ in rows}
            query = "SELECT run, state, count(*) FROM hosts WHERE run >= ? GROUP BY run, state"
            for number, state, count in database.execute(query, (min(states, default=0),)):
                states[number][state] = count
        return tuple(_past_run(head, selection, ended, states[number]) for number, head, selection, ended in rows)

    def document(self, name: str) -> dict[str, Any]:
        """The document of a run, by its id, the beginning of its id, or "last"; raise UsageError if there is none.

        Of a run that did not end, the hosts that had not ended are "interrupted", and it is finished when the last
        word of it was kept.
        """
        with reading(self.path) as database:
            number, head, ended, _ = _find(database, name)
            query = "SELECT document, stored FROM hosts WHERE run = ? ORDER BY number"
            hosts = database.execute(query, (number,)).fetchall()
        document: dict[str, Any] = {**json.loads(head), "hosts": [json.loads(text) for text, _ in hosts]}
        if not ended and hosts:
            document["finished"] = datetime.fromisoformat(max(stored for _, stored in hosts)).isoformat()
        return {**document, "summary": count_verdicts(from_document(document))}

    def to_resume(self, name: str) -> str:
        """The id of the run to go on with: "last" is the newest one that was to put something right.

        A look in between, as those of `fab watch`, leaves nothing to go on with.
        """
        with reading(self.path) as database:
            return _newest_repair(database) if name == LAST else _find(database, name)[3]

    def unsettled(self, name: str) -> tuple[str, ...]:
        """The names of the hosts that did not end right in that run, unfinished ones among them, in their order."""
        with reading(self.path) as database:
            number, *_ = _find(database, name)
            query = "SELECT name FROM hosts WHERE run = ? AND state NOT IN (?, ?) ORDER BY number"
            return tuple(host for (host,) in database.execute(query, (number, *RIGHT)))

    def unfinished(self, name: str) -> tuple[str, ...]:
        """The names of the hosts whose end that run did not come to."""
        with reading(self.path) as database:
            number, *_ = _find(database, name)
            query = "SELECT name FROM hosts WHERE run = ? AND state = ? ORDER BY number"
            return tuple(host for (host,) in database.execute(query, (number, UNFINISHED)))

    def gaps(self, since: float) -> dict[str, tuple[Gap, ...]]:
        """What clocks leapt over by repairs that ended after that time (Unix seconds), by the hosts' names."""
        query = """SELECT name, json_extract(document, '$.gaps') FROM hosts
            WHERE stored >= ? AND json_array_length(document, '$.gaps') > 0 ORDER BY number"""
        found: dict[str, tuple[Gap, ...]] = {}
        with reading(self.path) as database:
            for name, gaps in database.execute(query, (f"{datetime.fromtimestamp(since, UTC):%Y-%m-%dT%H:%M:%S}",)):
                read = (gap_from_document(gap, "history") for gap in json.loads(gaps))
                found[name] = found.get(name, ()) + tuple(read)
        return found


def _past_run(head: str, selection: str, ended: int, states: Mapping[str, int]) -> PastRun:
    said = json.loads(head)
    return PastRun(
        run=said["run"],
        command=said["command"],
        dry_run=said["dry_run"],
        selection=tuple(json.loads(selection)),
        started=datetime.fromisoformat(said["started"]),
        finished=datetime.fromisoformat(said["finished"]) if ended else None,
        states=states,
    )


def _newest_repair(database: sqlite3.Connection) -> str:
    query = """SELECT id FROM runs WHERE json_extract(head, '$.command') IN (?, ?, ?)
        AND NOT json_extract(head, '$.dry_run') ORDER BY number DESC LIMIT 1"""
    for (run,) in database.execute(query, REPAIRING):
        return str(run)
    raise UsageError("there is no run that was to put anything right; `fab history` lists those that are kept")


def _find(database: sqlite3.Connection, name: str) -> tuple[int, str, int, str]:
    """The number, the head, the end and the id of the one run that a name means."""
    columns = "SELECT number, head, ended, id FROM runs"
    if name == LAST:
        found = database.execute(f"{columns} ORDER BY number DESC LIMIT 1").fetchall()
    else:
        begins = name.encode(errors="replace").decode()
        query = f"{columns} WHERE substr(id, 1, ?) = ? ORDER BY number DESC"
        found = database.execute(query, (len(begins), begins)).fetchall() if begins else []
    found = [row for row in found if row[3] == name] or found
    if not found:
        raise UsageError(f"there is no run {name!r}; `fab history` lists those that are kept")
    if len(found) > 1:
        ids = ", ".join(id_ for *_, id_ in found[:SHOWN]) + (", ..." if len(found) > SHOWN else "")
        raise UsageError(f"{len(found)} runs begin with {name!r}: {ids}")
    number, head, ended, run = found[0]
    return number, head, ended, run
