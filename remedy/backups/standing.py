"""How one backup stands: its state and its age, by what proves it and what became of our last run of it."""

from dataclasses import dataclass

from remedy.backups.facts import ROUNDING, BackupFacts, BackupsFacts, OwnRun, State
from remedy.report.words import duration

LACKING = {State.STALE, State.MISSING, State.FAILED}


@dataclass(frozen=True)
class Standing:
    """A backup's state. `age` and `running_for` are seconds, None where unknown; `detail` is why it is so.

    `is_fresh`: what proves it is good and young enough, whatever else is the matter.
    """

    state: State
    age: float | None = None
    detail: str = ""
    is_fresh: bool = False
    running_for: float | None = None

    @property
    def is_lacking(self) -> bool:
        """Whether it should be run."""
        return self.state in LACKING


def standing(backup: BackupFacts, facts: BackupsFacts) -> Standing:
    """How the backup stands."""
    proven = _proven(backup, facts)
    if backup.is_running:
        return _running(backup, facts, proven)
    own = backup.own_end
    if own and (own.status or not proven.is_fresh) and (detail := _failure(own, backup)):
        return Standing(State.FAILED, proven.age, detail)
    return proven


def _proven(backup: BackupFacts, facts: BackupsFacts) -> Standing:
    """How it stands by what proves it alone."""
    proof = backup.proof
    age = None if proof.stamp is None else facts.age(proof.stamp)
    if proof.problem:
        return Standing(State.UNKNOWN, detail=proof.problem)
    if not proof.is_there:
        return Standing(State.MISSING, detail=_left_nothing(backup) or proof.what)
    if proof.flaw:
        return Standing(State.FAILED, age, proof.flaw)
    if proof.stamp is not None and age is None:
        ahead = duration(round(proof.stamp - facts.now))
        return Standing(State.STALE, detail=f"its time is {ahead} in the future: the clock was wrong when it was made")
    if age is not None and age > backup.backup.max_age:
        at_most = f"at most {duration(round(backup.backup.max_age))} is right"
        return Standing(State.STALE, age, _left_nothing(backup) or f"{at_most}{_or_younger(backup, age, facts)}")
    return Standing(State.RAN if _is_of_own_run(backup) else State.FRESH, age, is_fresh=True)


def _running(backup: BackupFacts, facts: BackupsFacts, proven: Standing) -> Standing:
    own = backup.own
    seconds = max(0.0, facts.clock - own.began) if own and own.is_running else None
    numbers = [own.process] if own and own.is_running else backup.processes
    detail = f"process {', '.join(map(str, numbers))}" if numbers else backup.proof.what
    if seconds is not None and seconds > backup.backup.timeout:
        detail += f"; timeout: allows {duration(round(backup.backup.timeout))}"
    return Standing(State.RUNNING, proven.age, detail, proven.is_fresh, seconds)


def _failure(own: OwnRun, backup: BackupFacts) -> str:
    """How our run of it failed; nothing if it did not."""
    if own.timed_out:
        return f"it was killed after {duration(round(backup.backup.timeout))}: timeout: allows no more"
    if own.status is None:
        return "it was run, and something killed it before it told how it ended"
    return f"it was run, and ended with exit status {own.status}" if own.status else ""


def _left_nothing(backup: BackupFacts) -> str:
    """That our run of it ended well and there is no more to prove it than before."""
    own = backup.own_end
    if own is None or own.status != 0 or _is_of_own_run(backup):
        return ""
    return "it was run, ended with exit status 0, and left nothing that proves it"


def _is_of_own_run(backup: BackupFacts) -> bool:
    """Whether our last run of it made what proves it; both moments are by the host's clock."""
    own, stamp = backup.own_end, backup.proof.stamp
    return own is not None and own.status == 0 and (stamp is None or stamp >= own.began - ROUNDING)


def _or_younger(backup: BackupFacts, age: float, facts: BackupsFacts) -> str:
    """What is to be known of a backup that is young enough if a slow clock stamped it."""
    for gap in facts.gaps:
        stamp = backup.proof.stamp
        if stamp is not None and stamp <= gap.start and age - gap.seconds <= backup.backup.max_age:
            return f"; {duration(round(gap.seconds))} younger if it was made while the clock was behind"
    return ""
