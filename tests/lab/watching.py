"""`fab watch` as a process, hosts that come and go under it, and its mail server."""

import signal
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

from post_office import PostOffice, serving
from typed import FAB, PROJECT, SECONDS, fab
from waiting import wait_until

from remedy.lab.embedded import EmbeddedLab


class Monitor:
    """`fab watch`, which may be killed and started again."""

    def __init__(self, lab: EmbeddedLab, *options: str, **environment: str) -> None:
        self._lab, self._options, self._environment = lab, options, environment
        self._log = lab.folder / "watch.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        if error:
            print(self._log.read_text())

    def start(self) -> None:
        with self._log.open("ab") as log:
            line = [str(FAB), "watch", *self._options]
            env = self._lab.environment() | self._environment
            self._process = subprocess.Popen(line, env=env, cwd=PROJECT, stdout=log, stderr=log)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(SECONDS)

    def stop(self, how: signal.Signals) -> int:
        assert self._process
        self._process.send_signal(how)
        return self._process.wait(SECONDS)

    def said(self) -> str:
        return self._log.read_text()

    def wait_for(self, words: str) -> None:
        wait_until(lambda: words in self.said(), f"{words!r} is not said")


def once(lab: EmbeddedLab) -> subprocess.CompletedProcess[str]:
    """One round, as cron makes it."""
    return fab("watch", "--once", environment=lab.environment())


def database(lab: EmbeddedLab, query: str) -> list[tuple[Any, ...]]:
    path = lab.home / ".local/state/post-mainte/history.db"
    with suppress(sqlite3.OperationalError):
        link = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=SECONDS)
        try:
            return link.execute(query).fetchall()
        finally:
            link.close()
    return []


def says(lab: EmbeddedLab, more: str) -> None:
    """Add something to its hosts.yaml."""
    with lab.hosts_yaml.open("a") as file:
        file.write(more + "\n")


@contextmanager
def told(lab: EmbeddedLab) -> Iterator[PostOffice]:
    """Its mail server, and the `mail:` that leads to it."""
    office = PostOffice()
    says(lab, f"mail: {{to: ops@example.jp, from: post-mainte@example.jp, server: '127.0.0.1:{office.port}'}}")
    with serving(office):
        yield office


def runs(lab: EmbeddedLab) -> list[Mapping[str, Any]]:
    """The runs that the history has, as (command, hosts)."""
    query = """SELECT json_extract(head, '$.command'), json_extract(head, '$.dry_run'), selection, ended FROM runs
        ORDER BY number"""
    return [dict(zip(("command", "dry_run", "hosts", "ended"), row, strict=True)) for row in database(lab, query)]
