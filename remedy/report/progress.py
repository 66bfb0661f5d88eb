"""What goes on while a run goes on: a live picture on a terminal, a line as each host ends anywhere else.

Progress is told from many threads at once. It must never be what stops a repair: a stream that nobody reads any more is
written to in vain.
"""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Self, TextIO

from rich.console import Group
from rich.live import Live
from rich.text import Text

from remedy.model import HostReport
from remedy.report.glance import ORDER, STYLES, TROUBLE, outcome
from remedy.report.paper import Paper

VERDICT_WIDTH = max(map(len, ORDER))
REFRESHES = 8  # pictures a second
MARGIN = 2  # lines of the terminal that the picture leaves free


class Progress:
    """Who listens to a run and shows how it goes on; a context manager, so that the terminal is left as it was."""

    def host_started(self, name: str) -> None:
        """The host is being connected to."""

    def host_step(self, name: str, step: str) -> None:
        """The host has come to that step."""

    def host_finished(self, report: HostReport) -> None:
        """The host is done with."""

    def close(self) -> None:
        """Stop showing; what is told afterwards is not shown. May be called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def progress(total: int, stream: TextIO | None = None) -> Progress:
    """Progress of a run over `total` hosts on `stream` (standard error), live if that is a terminal that can do it."""
    paper = Paper(stream or sys.stderr)
    return LiveProgress(paper, total) if paper.is_styled else PlainProgress(paper)


class PlainProgress(Progress):
    """A line as each host ends: "web1  repaired  3.2 s  2 h 59 min 58 s behind -> right within 2 ms"."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._lock = Lock()
        self._width = 0
        self._closed = False

    def host_started(self, name: str) -> None:
        """Know how wide names are."""
        with self._lock:
            self._width = max(self._width, len(name))

    def host_finished(self, report: HostReport) -> None:
        """Write the host's line."""
        with self._lock, suppress(OSError, ValueError):
            if not self._closed:
                self._paper.line(_ended(self._paper, report, self._width))
                self._paper.stream.flush()

    def close(self) -> None:
        """Write nothing more: the table has what ends later."""
        with self._lock:
            self._closed = True


@dataclass(frozen=True)
class _Busy:
    """A host that is being worked on: in which step, and since when (monotonic)."""

    step: str
    since: float


class LiveProgress(Progress):
    """A picture of the run that is gone when it ends: counts, who is busy with what for how long, who has ended."""

    def __init__(self, paper: Paper, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._paper, self._total, self._clock = paper, total, clock
        self._lock = Lock()
        self._busy: dict[str, _Busy] = {}
        self._ended: list[HostReport] = []  # the latest first
        self._live = Live(
            console=paper.console,
            get_renderable=self.picture,
            transient=True,
            refresh_per_second=REFRESHES,
            redirect_stdout=False,
            vertical_overflow="crop",
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def host_started(self, name: str) -> None:
        """Count the host among the busy ones."""
        with self._lock:
            self._busy[name] = _Busy("", self._clock())

    def host_step(self, name: str, step: str) -> None:
        """Show what the host is at."""
        with self._lock:
            since = self._busy[name].since if name in self._busy else self._clock()
            self._busy[name] = _Busy(step, since)

    def host_finished(self, report: HostReport) -> None:
        """Count the host among those that ended."""
        with self._lock:
            self._busy.pop(report.name, None)
            self._ended.insert(0, report)

    def close(self) -> None:
        """Wipe the picture and give the cursor back."""
        with suppress(OSError, ValueError):
            self._live.stop()

    def picture(self) -> Group:
        """What is shown at this moment."""
        with self._lock:
            busy = sorted(self._busy.items(), key=lambda item: item[1].since)
            ended = sorted(self._ended, key=lambda report: report.verdict not in TROUBLE)
        room = max(self._paper.console.height - MARGIN - 1, 1)
        width = max((len(name) for name in (*dict(busy), *(report.name for report in ended))), default=0)
        lines = [_busy(self._paper, name, state, self._clock(), width) for name, state in busy]
        lines += [_ended(self._paper, report, width) for report in ended[: max(room - len(busy), 0)]]
        return Group(self._counts(len(busy), ended), *lines[:room])

    def _counts(self, busy: int, ended: list[HostReport]) -> Text:
        """As "12 of 300 done: 1 failing, 11 ok; 32 busy"."""
        verdicts = [report.verdict for report in ended]
        counts = [self._paper.text(f"{n} {v}", STYLES[v]) for v in ORDER if (n := verdicts.count(v))]
        told = Text(", ").join(counts)
        head = self._paper.text(f"{len(ended)} of {self._total} done{': ' if counts else ''}", "bold")
        return _cropped(Text.assemble(head, told, self._paper.text(f"; {busy} busy", "dim")))


def _ended(paper: Paper, report: HostReport, width: int) -> Text:
    verdict = paper.text(f"{report.verdict:{VERDICT_WIDTH}}", STYLES[report.verdict])
    name = paper.text(f"{report.name:{width}}")
    rest = " ".join(outcome(report).split())
    line = Text.assemble(name, "  ", verdict, paper.text(f"  {report.seconds:6.1f} s  {rest}"))
    line.rstrip()
    return _cropped(line)


def _busy(paper: Paper, name: str, busy: _Busy, now: float, width: int) -> Text:
    step = " ".join(busy.step.split())
    line = paper.text(f"{name:{width}}  {'...':{VERDICT_WIDTH}}  {now - busy.since:6.1f} s  {step}", "dim")
    return _cropped(line)


def _cropped(line: Text) -> Text:
    """A line that stays one, however narrow the terminal is."""
    line.no_wrap, line.overflow = True, "ellipsis"
    return line
