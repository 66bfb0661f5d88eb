"""Which backups are run, and how. Nothing is run twice: not what runs, nor what will be run by itself."""

from collections.abc import Iterator
from pathlib import Path

from remedy.backups.ask import commands, folder_of, patience, pattern_of, units_of
from remedy.backups.commands import key_of
from remedy.backups.facts import BackupFacts, BackupsFacts, State
from remedy.backups.standing import standing
from remedy.backups.words import one_line, size_words
from remedy.commandline import as_run, does, on_one_line
from remedy.model import Repair
from remedy.shell.script import Script
from remedy.topic import Situation
from remedy.words import Offset, duration

HERE = Path(__file__).parent
STATE = HERE / "state.sh"
SECTIONS = (HERE / "probe.sh", STATE, HERE / "repair.sh")

NEAR = 900.0  # seconds: a timer that starts it within them does it instead of us
WRONG = 900.0  # seconds: a clock further off dates a backup, and often names it, by a day that is not true
SPARE = 1.2  # times the size of the newest that has to be free
MARGIN = 60.0  # seconds beyond its timeout that a run may take to be killed and told of


def repairs(facts: BackupsFacts, situation: Situation) -> tuple[Repair, ...]:
    """The runs of backups that were asked for and are needed, each command once."""
    wanted = {backup.backup.run: backup for backup in reversed(facts.backups) if _is_wanted(backup, facts, situation)}
    return tuple(_repair(backup, run, situation) for run, backup in reversed(wanted.items()) if run)


def why_not_now(backup: BackupFacts, facts: BackupsFacts, situation: Situation) -> str:
    """What speaks against running a backup now, though it is lacking; nothing if nothing does."""
    if wrong := _wrong_clock(facts, situation):
        return f"the clock is {wrong}; fab recover-time puts it right"
    run = backup.backup.run
    if run is not None and any(does(line, run) for line in situation.due):
        return "cron runs it by itself within minutes"
    next_run = backup.proof.next_run
    if next_run is not None and next_run - facts.clock < NEAR:
        return f"its timer runs it in {duration(round(max(0.0, next_run - facts.clock)))}"
    needed, room = _room_needed(backup), backup.proof.room
    if room is not None and room < needed:
        where = one_line(folder_of(backup.backup.evidence.file or "") or "/")
        return f"there is too little room in {where}: {size_words(room)}, and {size_words(needed)} are needed"
    return ""


def _wrong_clock(facts: BackupsFacts, situation: Situation) -> str:
    """How wrong the clock is, if it is too wrong for a backup and this run does not put it right before.

    The probe may have gone on for all its patience since it read the clock.
    """
    seconds = facts.clock - facts.now
    if situation.mends_clock or abs(seconds) <= WRONG + patience(situation.host):
        return ""
    return Offset(seconds, 0.0).words


def _is_wanted(backup: BackupFacts, facts: BackupsFacts, situation: Situation) -> bool:
    which = situation.run_backups or ("missing" if situation.host.backups_auto else "")
    stands = standing(backup, facts)
    is_asked_for = which == "all" or (which == "missing" and stands.is_lacking)
    can_be = backup.backup.run is not None and stands.state is not State.RUNNING
    return is_asked_for and can_be and not why_not_now(backup, facts, situation)


def _room_needed(backup: BackupFacts) -> int:
    return int(SPARE * (backup.proof.size or 0))


def _repair(backup: BackupFacts, run: str, situation: Situation) -> Repair:
    return Repair(
        topic="backups",
        summary=f"run the backup {one_line(backup.backup.name)}",
        commands=(on_one_line(run),),
        script=Script(
            SECTIONS, ("backups_run",), dict(_values(backup, run)) | {"BACKUPS_BY": situation.run}, detached=True
        ),
        seconds=backup.backup.timeout + MARGIN,
    )


def _values(backup: BackupFacts, run: str) -> Iterator[tuple[str, str]]:
    evidence, needed = backup.backup.evidence, _room_needed(backup)
    yield "BACKUPS_RUN", as_run(run)
    yield "BACKUPS_SHOWN", on_one_line(run)
    yield "BACKUPS_KEY", key_of(run)
    yield "BACKUPS_TIMEOUT", f"{max(1.0, backup.backup.timeout):.0f}"
    yield "BACKUPS_COMMANDS", commands([(0, backup.backup)])
    yield "BACKUPS_PATTERN", pattern_of(evidence.file) if evidence.file else ""
    yield "BACKUPS_UNIT", units_of(evidence.unit)[0] if evidence.unit else ""
    yield "BACKUPS_SEEN", backup.proof.seen
    yield "BACKUPS_FOLDER", folder_of(evidence.file or "")
    yield "BACKUPS_ROOM", str(-(-needed // 1024)) if evidence.file and needed else ""
