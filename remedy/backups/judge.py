"""Is each backup there, good, and fresh? What is said of it, and its part of the JSON document."""

from typing import Any

from remedy.backups.ask import kind_of, units_of
from remedy.backups.facts import BackupFacts, BackupsFacts, OwnRun, State
from remedy.backups.repairs import why_not_now
from remedy.backups.standing import Standing, standing
from remedy.backups.words import one_line, size_words
from remedy.commandline import as_run
from remedy.model import Finding, Level
from remedy.topic import Situation
from remedy.words import duration

SHRUNK = 0.5  # of the usual size: what is less may have lost something
TOLD = 3  # last lines of a failed run's output


def judge(facts: BackupsFacts, situation: Situation) -> tuple[Finding, ...]:
    """The findings on a host's backups, one each."""
    return tuple(_finding(backup, standing(backup, facts), facts, situation) for backup in facts.backups)


def section(before: BackupsFacts, after: BackupsFacts | None) -> list[dict[str, Any]]:
    """The backups' part of the JSON document; "last_run" is there if a run of ours ended between the two looks."""
    facts = after or before
    entries = [_entry(backup, standing(backup, facts)) for backup in facts.backups]
    for entry, old, new in zip(entries, before.backups, facts.backups, strict=True):
        if new.own and not new.own.is_running and new.own != old.own:
            entry["last_run"] = _last_run(new.own)
    return entries


def _finding(backup: BackupFacts, stands: Standing, facts: BackupsFacts, situation: Situation) -> Finding:
    is_good = stands.state in (State.FRESH, State.RAN)
    reservations = _lines(_shrunk(backup) if is_good else "", _not_run(backup, stands, facts, situation))
    return Finding(
        topic="backups",
        level=_level(stands, reservations),
        summary=_summary(f"the backup {one_line(backup.backup.name)}", stands),
        detail=_lines(stands.detail, _said(stands), reservations),
        command=_by_hand(backup, stands),
        entry=backup.backup.name,
    )


def _summary(name: str, stands: Standing) -> str:
    match stands.state:
        case State.RUNNING:
            since = "" if stands.running_for is None else f" for {_words(stands.running_for)}"
            return f"{name} has been running{since}"
        case State.FRESH | State.RAN:
            ran = " ran and" if stands.state is State.RAN else ""
            is_old = " is good" if stands.age is None else f" is {_words(stands.age)} old"
            return f"{name}{ran}{is_old}"
        case State.STALE:
            return f"{name} is of an unknown age" if stands.age is None else f"{name} is {_words(stands.age)} old"
        case State.MISSING:
            return f"{name} is missing"
        case State.FAILED:
            return f"{name} failed"
        case State.UNKNOWN:
            return f"can't tell whether {name} is fresh"


def _not_run(backup: BackupFacts, stands: Standing, facts: BackupsFacts, situation: Situation) -> str:
    """Why it is not run now, where it should be: it is lacking, or all are to be run and it has not been yet."""
    is_done = backup.own is not None and backup.own.by == situation.run
    can_be = backup.backup.run is not None and stands.state is not State.RUNNING
    is_asked_for = situation.run_backups == "all" and can_be and not is_done
    why_not = why_not_now(backup, facts, situation) if stands.is_lacking or is_asked_for else ""
    return f"not run now: {why_not}" if why_not else ""


def _lines(*parts: str) -> str:
    return "\n".join(filter(None, parts))


def _level(stands: Standing, reservations: str) -> Level:
    if stands.state is State.RUNNING:
        return Level.OK if stands.is_fresh else Level.WARN
    if stands.state in (State.FRESH, State.RAN):
        return Level.WARN if reservations else Level.OK
    return Level.BAD


def _shrunk(backup: BackupFacts) -> str:
    proof = backup.proof
    if proof.size is None or not proof.usual or proof.size >= SHRUNK * proof.usual:
        return ""
    return f"{proof.what} has {size_words(proof.size)} only; those before had about {size_words(proof.usual)}"


def _said(stands: Standing) -> str:
    """The last lines that a failed run of ours printed."""
    lines = [one_line(line) for line in stands.output.splitlines() if line.strip()]
    return "\n".join(["it said:", *(f"  {line}" for line in lines[-TOLD:])]) if lines else ""


def _by_hand(backup: BackupFacts, stands: Standing) -> str:
    """What makes the backup, where that is known and can be typed on one line."""
    if not stands.is_lacking:
        return ""
    if backup.backup.run is None:
        unit = backup.backup.evidence.unit
        return f"systemctl start {units_of(unit)[0]}" if unit else ""
    command = as_run(backup.backup.run).strip()
    return "" if "\n" in command else command


def _words(seconds: float) -> str:
    """A duration; nobody cares for fractions of a second."""
    return duration(round(seconds))


def _entry(backup: BackupFacts, stands: Standing) -> dict[str, Any]:
    proof = backup.proof
    return {
        "name": backup.backup.name,
        "age_s": None if stands.age is None else round(stands.age),
        "state": stands.state.value,
        "max_age_s": backup.backup.max_age,
        "evidence": kind_of(backup.backup.evidence),
        "found": proof.what or None,
        "size": proof.size,
        "run": backup.backup.run is not None,
        "problem": stands.detail or None,
    }


def _last_run(own: OwnRun) -> dict[str, Any]:
    return {
        "exit_status": own.status,
        "seconds": max(0.0, (own.began if own.ended is None else own.ended) - own.began),
        "timed_out": own.timed_out,
        "output": own.output,
    }
