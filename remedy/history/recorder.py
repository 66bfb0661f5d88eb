"""A run is kept while it goes on, so that a killed controller leaves one that can be read and resumed."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import Self

from remedy.document import head_to_document, host_to_document
from remedy.errors import NoReferenceError
from remedy.history.database import UNFINISHED, connect, default_path
from remedy.inventory import Host
from remedy.inventory.login import login
from remedy.model import HostReport, Run, Verdict
from remedy.warning import warn

NOT_ENDED = "unfinished: the run was not over; if it was killed, what was begun on the host ends by itself there"

_RUN = """INSERT INTO runs (id, head, selection, ended) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET head = excluded.head, ended = excluded.ended"""
_HOST = """INSERT INTO hosts (run, name, state, document) SELECT number, ?, ?, ? FROM runs WHERE id = ?
    ON CONFLICT (run, name) DO UPDATE SET state = excluded.state, document = excluded.document,
        stored = excluded.stored"""


def unfinished(host: Host) -> HostReport:
    """The report of a host whose end is not known yet."""
    return HostReport(
        name=host.name,
        address=host.address,
        verdict=Verdict.INTERRUPTED,
        error=NOT_ENDED,
        groups=host.groups,
        login=login(host),
    )


class Recorder:
    """Keeps a run from its begin to its end; may be told from many threads.

    `begun` is the run as it begins: each of its hosts is `unfinished`. `selection` is what -H named. A run without a
    reference is forgotten, for it touched nothing. No trouble with the history ever ends a run: the first one is a
    warning on standard error, and `finish` tries once more to keep all.
    """

    def __init__(self, begun: Run, selection: Sequence[str], path: Path | None = None) -> None:
        self._begun, self._selection, self._path = begun, selection, path
        self._lock = Lock()
        self._database: sqlite3.Connection | None = None
        self._is_troubled = False
        self._is_over = False

    def __enter__(self) -> Self:
        self._keep(lambda database: self._store(database, self._begun, ended=False))
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, NoReferenceError):
            self._keep(lambda database: database.execute("DELETE FROM runs WHERE id = ?", (self._begun.run,)))
        with self._lock:
            self._is_over = True
            if self._database:
                self._database.close()

    def host_finished(self, report: HostReport) -> None:
        """Keep how a host ended."""
        if not self._is_troubled:
            self._keep(lambda database: self._store_hosts(database, [report], report.verdict))

    def finish(self, run: Run) -> None:
        """Keep the whole run; what is told afterwards is not kept."""
        self._keep(lambda database: self._store(database, run, ended=True), is_last=True)

    def _store(self, database: sqlite3.Connection, run: Run, ended: bool) -> None:
        head = head_to_document(run)
        database.execute(_RUN, (run.run, json.dumps(head), json.dumps(list(self._selection)), ended))
        self._store_hosts(database, run.hosts, None if ended else UNFINISHED)

    def _store_hosts(self, database: sqlite3.Connection, reports: Iterable[HostReport], state: str | None) -> None:
        rows = ((r.name, state or r.verdict, json.dumps(host_to_document(r)), self._begun.run) for r in reports)
        database.executemany(_HOST, rows)

    def _keep(self, work: Callable[[sqlite3.Connection], object], is_last: bool = False) -> None:
        with self._lock:
            if self._is_over:
                return
            self._is_over = is_last
            try:
                self._path = self._path or default_path()
                self._database = self._database or connect(self._path)
                with self._database:
                    self._database.execute("BEGIN IMMEDIATE")
                    work(self._database)
            except Exception as error:  # whatever it is: the run is worth more than its history
                self._warn(error)

    def _warn(self, error: Exception) -> None:
        if not self._is_troubled:
            self._is_troubled = True
            where = f" ({self._path})" if self._path else ""
            warn(f"the history can't be written: {error}{where}")
