"""What goes on while a run goes on: a live picture on a terminal, a line as each host ends anywhere else.

Progress is told from many threads at once. It must never be what stops a repair: a stream that nobody reads any more is
written to in vain.
"""

import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import Self, TextIO

from rich.console import Group
from rich.live import Live
from rich.text import Text

from remedy.model import HostReport
from remedy.report.fold import fold_names
from remedy.report.glance import ORDER, STYLES, TROUBLE, outcome
from remedy.report.paper import Paper
from remedy.words import duration

WAITING = "waiting for it to answer"  # the step of a host that will be handled the moment it answers
CONNECTING = "connecting"  # a step that a host which is awaited comes to over and over
AT_DASK = "at Dask"  # the only step that is known of a host which a Dask worker visits
STATES = (CONNECTING, "probing", "repairing", AT_DASK, "awaited")
VERDICT_WIDTH = max(map(len, ORDER))
REFRESHES = 8  # pictures a second
MARGIN = 2  # lines of the terminal that the picture leaves free


class Progress:
    """Who listens to a run and shows how it goes on, or nothing; a context manager: the terminal is left as it was."""

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


def progress(total: int, stream: TextIO | None = None, quiet: bool = False) -> Progress:
    """Progress of a run over `total` hosts on `stream` (standard error), live if that is a terminal that can do it.

    `quiet`: it is shown to nobody.
    """
    if quiet:
        return Progress()
    paper = Paper(stream or sys.stderr)
    return LiveProgress(paper, total) if paper.is_styled else PlainProgress(paper)


class PlainProgress(Progress):
    """A line as each host ends: "web1  repaired  3.2 s  2 h 59 min 58 s behind -> right within 2 ms".

    And one, once, for a host that is waited for.
    """

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._awaited: set[str] = set()
        self._lock = Lock()  # held for moments, as visits wait for it
        self._writing = Lock()  # held as long as nobody reads what is written
        self._width = 0
        self._closed = False

    def host_started(self, name: str) -> None:
        """Know how wide names are."""
        with self._lock:
            self._width = max(self._width, len(name))

    def host_step(self, name: str, step: str) -> None:
        """Write that the host is waited for, if it is and that is new."""
        with self._lock:
            is_new = step == WAITING and name not in self._awaited
            self._awaited |= {name} if is_new else set()
        if is_new:
            self._write(lambda: self._paper.text(f"{name:{self._width}}  {'...':{VERDICT_WIDTH}}  {step}"))

    def host_finished(self, report: HostReport) -> None:
        """Write the host's line."""
        self._write(lambda: _ended(self._paper, report, self._width))

    def _write(self, line: Callable[[], Text]) -> None:
        with self._writing, suppress(OSError, ValueError):
            if not self._closed:
                self._paper.line(_cropped(line()))
                self._paper.stream.flush()

    def close(self) -> None:
        """Write nothing more: the table has what ends later."""
        with self._writing:
            self._closed = True


@dataclass(frozen=True)
class _Busy:
    """A host that is being worked on: in which step, and since when (monotonic); since when it is awaited, if it is."""

    step: str
    since: float
    awaited: float | None = None

    @property
    def state(self) -> str:
        """Which of STATES it is in."""
        if self.awaited is not None:
            return "awaited"
        return self.step if self.step in STATES else "repairing"


class LiveProgress(Progress):
    """A picture of the run that is gone when it ends: counts, who is awaited, who is busy with what, who has ended."""

    def __init__(self, paper: Paper, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._paper, self._total, self._clock = paper, total, clock
        self._began = clock()
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
            self._busy.setdefault(name, _Busy(CONNECTING, self._clock()))

    def host_step(self, name: str, step: str) -> None:
        """Show what the host is at."""
        with self._lock:
            now = self._clock()
            before = self._busy.get(name, _Busy(step, now))
            if step == WAITING and before.awaited is None:
                self._busy[name] = _Busy(step, before.since, awaited=now)
            elif before.awaited is not None and step not in (WAITING, CONNECTING):
                self._busy[name] = _Busy(step, since=now)
            else:
                self._busy[name] = replace(before, step=step)

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
            begun = sorted(self._busy.items(), key=lambda item: item[1].since)
            ended = sorted(self._ended, key=lambda report: report.verdict not in TROUBLE)
        now, room = self._clock(), max(self._paper.console.height - MARGIN - 2, 1)
        busy = [(name, state) for name, state in begun if state.awaited is None]
        lines = [_awaited(self._paper, begun, now)] if len(busy) < len(begun) else []
        width = max((len(name) for name in (*dict(busy), *(report.name for report in ended))), default=0)
        lines += [_busy(self._paper, name, state, now, width) for name, state in busy[:room]]
        lines += [_ended(self._paper, report, width) for report in ended[: max(room - len(lines), 0)]]
        head = self._counts([state for _, state in begun], ended), self._times(now, len(ended), len(begun) - len(busy))
        return Group(*head, *lines[:room])

    def _counts(self, begun: Sequence[_Busy], ended: Sequence[HostReport]) -> Text:
        """As "12 of 300 done: 1 failing, 11 ok; 30 probing, 2 awaited, 256 to come"."""
        verdicts, states = Counter(report.verdict for report in ended), Counter(busy.state for busy in begun)
        counts = [self._paper.text(f"{verdicts[v]} {v}", STYLES[v]) for v in ORDER if verdicts[v]]
        rest = [f"{states[state]} {state}" for state in STATES if states[state]]
        to_come = self._total - len(ended) - len(begun)
        rest += [f"{to_come} to come"] if to_come > 0 else []
        head = self._paper.text(f"{len(ended)} of {self._total} done{': ' if counts else ''}", "bold")
        tail = self._paper.text("".join(f"{', ' if n else '; '}{words}" for n, words in enumerate(rest)), "dim")
        return _cropped(Text.assemble(head, Text(", ").join(counts), tail))

    def _times(self, now: float, ended: int, awaited: int) -> Text:
        """As "3 s so far, about 20 s more", if the others take as long; of those that are awaited nobody knows."""
        elapsed, left = now - self._began, self._total - ended - awaited
        expected = f", about {_roughly(elapsed * left / ended)} more" if ended and left > 0 else ""
        return _cropped(self._paper.text(f"{duration(int(elapsed))} so far{expected}", "dim"))


def _roughly(seconds: float) -> str:
    """A guess in words that does not pretend to know better: "1 s", "40 s", "12 min"."""
    unit = next(unit for limit, unit in ((10, 1), (90, 10), (math.inf, 60)) if seconds < limit)
    return duration(math.ceil(seconds / unit) * unit)


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


def _awaited(paper: Paper, begun: Sequence[tuple[str, _Busy]], now: float) -> Text:
    """As "awaited for 12 min 3 s: db[1-3], web7"; how long is that of the first."""
    since = {name: busy.awaited for name, busy in begun if busy.awaited is not None}
    longest = duration(int(now - min(since.values())))
    return _cropped(paper.text(f"awaited for {longest}: {_folded(tuple(since))}", "yellow"))


@lru_cache(maxsize=1)
def _folded(names: tuple[str, ...]) -> str:
    """The names, folded: kept, since a picture is drawn many times before they change."""
    return fold_names(names)


def _cropped(line: Text) -> Text:
    """A line that stays one, however narrow the terminal is."""
    line.no_wrap, line.overflow = True, "ellipsis"
    return line
