"""How one backup stands: its state and its age, by what proves it and what became of our last run of it."""

from dataclasses import dataclass

from remedy.backups.facts import BackupFacts, BackupsFacts, OwnRun, State
from remedy.words import duration

LACKING = {State.STALE, State.MISSING, State.FAILED}
ROUNDING = 2.0  # seconds by which a file's time may be early: some file systems have even seconds only


@dataclass(frozen=True)
class Standing:
    """A backup's state. `age` and `running_for` are seconds, None where unknown; `detail` is why it is so.

    `is_fresh`: what proves it is good and young enough, whatever else is the matter. `output` is what our run of it
    said, where that is why.
    """

    state: State
    age: float | None = None
    detail: str = ""
    is_fresh: bool = False
    running_for: float | None = None
    output: str = ""

    @property
    def is_lacking(self) -> bool:
        """Whether it should be run."""
        return self.state in LACKING


def standing(backup: BackupFacts, facts: BackupsFacts) -> Standing:
    """How the backup stands."""
    own = _latest(backup, facts)
    proven = _proven(backup, own, facts)
    if backup.is_running:
        return _running(backup, facts, proven)
    if own and (own.status or not proven.is_fresh) and (detail := _failure(own, backup)):
        return Standing(State.FAILED, proven.age, detail, output=own.output)
    return proven


def _latest(backup: BackupFacts, facts: BackupsFacts) -> OwnRun | None:
    """Our last run of it, if it is over, and nothing that proves the backup is newer."""
    own, stamp = backup.own, backup.proof.stamp
    if own is None or own.is_running:
        return None
    end = own.began if own.ended is None else own.ended
    is_latest = facts.clock - end <= backup.backup.max_age if stamp is None else stamp <= end + ROUNDING
    return own if is_latest else None


def _proven(backup: BackupFacts, own: OwnRun | None, facts: BackupsFacts) -> Standing:
    """How it stands by what proves it alone; `own` is our run of it, if that came last."""
    proof = backup.proof
    age = None if proof.stamp is None else facts.age(proof.stamp)
    is_ours = own is not None and own.status == 0 and (proof.stamp is None or proof.stamp >= own.began - ROUNDING)
    nothing = "it was run, ended with exit status 0, and left nothing that proves it" if own and own.status == 0 else ""
    if proof.problem:
        return Standing(State.UNKNOWN, detail=proof.problem)
    if not proof.is_there:
        return Standing(State.MISSING, detail="\n".join(filter(None, (nothing, proof.what))))
    if proof.flaw:
        return Standing(State.FAILED, age, proof.flaw)
    if proof.stamp is not None and age is None:
        ahead = duration(round(proof.stamp - facts.now))
        return Standing(State.STALE, detail=f"its time is {ahead} in the future: the clock was wrong when it was made")
    if age is not None and age > backup.backup.max_age:
        at_most = f"at most {duration(round(backup.backup.max_age))} is right"
        return Standing(State.STALE, age, (nothing if not is_ours else "") or at_most + _or_younger(backup, age, facts))
    return Standing(State.RAN if is_ours else State.FRESH, age, is_fresh=True)


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
        return "it was run, and nothing tells how it ended: the host went down, or it was killed"
    return f"it was run, and ended with exit status {own.status}" if own.status else ""


def _or_younger(backup: BackupFacts, age: float, facts: BackupsFacts) -> str:
    """What is to be known of a backup that is young enough if a slow clock stamped it."""
    for gap in facts.gaps:
        stamp = backup.proof.stamp
        if stamp is not None and stamp <= gap.start and age - gap.seconds <= backup.backup.max_age:
            return f"; {duration(round(gap.seconds))} younger if it was made while the clock was behind"
    return ""
