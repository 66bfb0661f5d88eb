"""From what the probe tells of files, units, commands, restic and borg to what that proves (FIELD.md F and I8)."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, tzinfo
from typing import Any

from remedy import initsystem
from remedy.backups.ask import SECONDS, kind_of, units_of
from remedy.backups.files import of_file
from remedy.backups.moments import iso_moment, moment_in
from remedy.backups.proof import Proof
from remedy.backups.words import one_line
from remedy.inventory.host import Backup
from remedy.shell.answers import Answer, Answers

TIMED_OUT = {124, 137, 143}
NOT_THERE = {126, 127}


def proofs(answers: Answers, backups: tuple[Backup, ...], zone: tzinfo) -> tuple[Proof, ...]:
    """What proves each backup, in their order; `zone` is the host's."""
    units = _units(answers, backups)
    readers: Mapping[str, Callable[[int, Backup], Proof]] = {
        "file": lambda number, backup: of_file(answers, f"backup/{number}", backup.evidence),
        "unit": lambda number, backup: next(units),
        "command": lambda number, backup: _of_command(answers.get(f"backup/{number}/command"), zone),
        "restic": lambda number, backup: _of_restic(answers, f"backup/{number}"),
        "borg": lambda number, backup: _of_borg(answers.get(f"backup/{number}/borg")),
    }
    return tuple(readers[kind_of(backup.evidence)](number, backup) for number, backup in enumerate(backups))


# --- Units.


def _units(answers: Answers, backups: tuple[Backup, ...]) -> Iterator[Proof]:
    """What proves each backup that has a unit, in their order; systemctl shows service and timer of each."""
    answer = answers.get("backups/units")
    shown = list(initsystem.units(answer.output)) if answer and answer.status == 0 else []
    for unit in (backup.evidence.unit for backup in backups):
        if unit is None:
            continue
        if len(shown) < 2:
            yield Proof(problem=_complaint("systemctl", answer, SECONDS["unit"]))
            continue
        service, timer, *shown = shown
        yield _of_unit(unit, service, timer)


def _of_unit(unit: str, service: Mapping[str, str], timer: Mapping[str, str]) -> Proof:
    name, timer_name = units_of(unit)
    started = timer.get("Unit") or name
    if unit == timer_name and started != name:
        return Proof(problem=f"{unit} starts {one_line(started)}: write unit: {one_line(started)}")
    if service.get("LoadState") != "loaded":
        return Proof(problem=f"there is no unit {name}")
    stamp = initsystem.moment(service.get("ExecMainExitTimestamp", ""))
    has_timer = timer.get("ActiveState") == "active" and started == name
    return Proof(
        is_there=stamp is not None,
        flaw=_end(name, service),
        stamp=stamp,
        is_running=_is_running(service),
        what=name,
        seen=service.get("ExecMainExitTimestampMonotonic", ""),
        next_run=initsystem.moment(timer.get("NextElapseUSecRealtime", "")) if has_timer else None,
    )


def _is_running(service: Mapping[str, str]) -> bool:
    """A oneshot service is activating while it runs; exited: it is done, and active because RemainAfterExit says so."""
    state, sub = service.get("ActiveState"), service.get("SubState")
    return state in ("activating", "active", "reloading", "deactivating") and sub not in ("exited", "auto-restart")


def _end(name: str, service: Mapping[str, str]) -> str:
    """How its last run failed, if it did (systemd.exec(5), $SERVICE_RESULT)."""
    result, status = service.get("Result", "success"), service.get("ExecMainStatus", "0")
    if result == "success":
        return ""
    ends = {"exit-code": f"ended with exit status {status}", "signal": f"was killed by signal {status}"}
    return f"{name} {ends.get(result, f'failed: {one_line(result)}')}"


# --- Programs.


def _of_command(answer: Answer | None, zone: tzinfo) -> Proof:
    if answer is None or answer.status is None or answer.status in TIMED_OUT | NOT_THERE:
        return Proof(problem=_complaint("evidence: command:", answer, SECONDS["command"]))
    if answer.status != 0:
        return Proof(is_there=False, what=_last_line(answer))
    stamp = moment_in(answer.output, zone)
    if stamp is None and (said := _last_line(answer)):
        return Proof(problem=f"evidence: command: it prints no date such as 2017-08-30T02:30, but: {said}")
    return Proof(stamp=stamp)


def _of_restic(answers: Answers, name: str) -> Proof:
    """The newest snapshot of this host; of all hosts, where none has its name."""
    answer, hostname = answers.get(f"{name}/restic"), answers.text(f"{name}/hostname")
    found = _json(answer)
    if answer is None or answer.status != 0 or not (found is None or isinstance(found, list)):
        return Proof(problem=_complaint("restic", answer, SECONDS["restic"]))
    snapshots = [snapshot for snapshot in found or () if isinstance(snapshot, dict)]
    own = [snapshot for snapshot in snapshots if snapshot.get("hostname") == hostname]
    return _newest("snapshot", own or snapshots, "time", "short_id")


def _of_borg(answer: Answer | None) -> Proof:
    found = _json(answer)
    archives = found.get("archives") if isinstance(found, dict) else None
    if answer is None or answer.status not in (0, 1) or not isinstance(archives, list):  # 1: with a warning
        return Proof(problem=_complaint("borg", answer, SECONDS["borg"]))
    return _newest("archive", [archive for archive in archives if isinstance(archive, dict)], "time", "name")


def _newest(kind: str, entries: list[dict[str, Any]], time: str, name: str) -> Proof:
    dated = [(moment, entry) for entry in entries if (moment := iso_moment(entry.get(time), UTC)) is not None]
    if not dated:
        problem = f"the {kind} does not say when it was made" if entries else ""
        return Proof(problem=problem, is_there=False)
    stamp, entry = max(dated, key=lambda pair: pair[0])
    return Proof(stamp=stamp, what=f"{kind} {one_line(str(entry.get(name, '')))}")


def _json(answer: Answer | None) -> Any:
    """The JSON in an output that warnings may surround; () if there is none."""
    text = answer.output if answer else ""
    decoder = json.JSONDecoder()
    place = 0
    for line in text.splitlines(keepends=True):
        if line.startswith(("[", "{", "null")):
            try:
                return decoder.raw_decode(text, place)[0]
            except (ValueError, RecursionError):
                pass
        place += len(line)
    return ()


def _complaint(program: str, answer: Answer | None, seconds: int) -> str:
    """Why a program did not say."""
    if answer is None or answer.status is None:
        return f"{program} was not asked"
    if answer.status in TIMED_OUT:
        return f"{program} did not answer within {seconds} s"
    if answer.status in NOT_THERE:
        return f"{program} can't be run: {_last_line(answer) or 'it is not there'}"
    return f"{program} ended with exit status {answer.status} and said: {_last_line(answer) or 'nothing'}"


def _last_line(answer: Answer) -> str:
    lines = [line for line in answer.lines if line.strip()]
    return one_line(lines[-1]) if lines else ""
