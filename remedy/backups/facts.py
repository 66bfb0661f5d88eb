"""What is known of a host's backups: what proves them, our runs of them, and what runs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from remedy.backups import evidence
from remedy.backups.moments import zone_of
from remedy.backups.proof import Proof
from remedy.errors import ProbeError
from remedy.gap import Gap, GapKind
from remedy.inventory.host import Backup
from remedy.shell.answers import Answers
from remedy.topic import Situation

FIGURE = re.compile(r"\d{1,15}", re.ASCII)
FUTURE = 60.0  # seconds that a stamp may be in the future and still be taken for now


class State(StrEnum):
    """How a backup stands. UNKNOWN: what would prove it can't be looked at."""

    FRESH = "fresh"
    STALE = "stale"
    MISSING = "missing"
    RUNNING = "running"
    FAILED = "failed"
    RAN = "ran"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class OwnRun:
    """The last run of a backup that we began on the host. `began` and `ended` are times by the host's clock.

    `status` is its exit status; None while it runs, and where its end was never told, for something killed it. `by` is
    the id of the run over the fleet that began it.
    """

    is_running: bool
    process: int
    began: float
    ended: float | None = None
    status: int | None = None
    timed_out: bool = False
    output: str = ""
    by: str = ""


@dataclass(frozen=True)
class BackupFacts:
    """One backup. `processes` are those that have its command line, whoever started them."""

    backup: Backup
    proof: Proof
    own: OwnRun | None = None
    processes: tuple[int, ...] = ()

    @property
    def is_running(self) -> bool:
        """Whether it runs, whoever started it."""
        return bool(self.processes) or self.proof.is_running or bool(self.own and self.own.is_running)


@dataclass(frozen=True)
class BackupsFacts:
    """All backups of a host. `now` is the true time of the look, `clock` what the host's clock said then.

    `gaps` is what the host's clock leapt over before.
    """

    backups: tuple[BackupFacts, ...] = ()
    now: float = 0.0
    clock: float = 0.0
    gaps: tuple[Gap, ...] = ()

    def age(self, stamp: float) -> float | None:
        """The true age of what the host's clock stamped, in seconds.

        A stamp in the past is believed: before a pause the clock was right, and what was made by a slow clock after it
        is younger than that. One in the future was made by a clock that was ahead, and is understood if it still is, or
        if we know by how much it was set back; else None.
        """
        if stamp <= self.now + FUTURE:
            return max(0.0, self.now - stamp)
        if stamp <= self.clock + FUTURE:
            return max(0.0, self.clock - stamp)
        for gap in self.gaps:
            if gap.kind is GapKind.STEP and gap.seconds < 0 and gap.end < stamp <= gap.start + gap.error + FUTURE:
                return max(0.0, self.now - (stamp + gap.seconds))
        return None


def read(answers: Answers, situation: Situation) -> BackupsFacts:
    """Given the answers of the probe, return the facts; raise ProbeError if they don't say."""
    backups = situation.host.backups
    if not backups:
        return BackupsFacts(now=situation.now)
    clock, _, zone = answers.text("backups/clock").partition(" ")
    if not FIGURE.fullmatch(clock):
        raise ProbeError(f"the host does not tell its clock: {answers.text('backups/clock')[:80]!r}")
    proofs = evidence.proofs(answers, backups, zone_of(zone))
    running = dict[int, tuple[int, ...]]()
    for number, process in _numbers(answers.text("backups/running")):
        running[number] = (*running.get(number, ()), process)
    found = tuple(
        BackupFacts(backup, proofs[number], _own(answers, number), running.get(number, ()))
        for number, backup in enumerate(backups)
    )
    return BackupsFacts(found, situation.now, float(clock), situation.gaps)


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    """As "0:4711 0:4712 3:4713" has them."""
    for number, process in re.findall(r"(?<!\S)(\d{1,9}):(\d{1,9})(?!\S)", text, re.ASCII):
        yield int(number), int(process)


def _own(answers: Answers, number: int) -> OwnRun | None:
    """What probe.sh tells of our last run: "running|ended PID BEGAN [STATUS ENDED [timeout]]"."""
    state, *words = answers.text(f"backup/{number}/own").split() or [""]
    figures = [int(word) for word in words if FIGURE.fullmatch(word)]
    if len(figures) < 2:
        return None
    process, began, *end = figures
    own = OwnRun(
        is_running=state == "running",
        process=process,
        began=float(began),
        output=answers.text(f"backup/{number}/output"),
        by=answers.text(f"backup/{number}/by"),
    )
    if own.is_running or len(end) < 2:
        return own
    return replace(own, ended=float(end[1]), status=end[0], timed_out=words[-1] == "timeout")
