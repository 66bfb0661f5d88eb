"""What is mailed of a run: how the backups that it ran have ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remedy.model import Run
from remedy.report.words import duration

NAMED = 3  # backups that a subject names
OUTPUT_LINES = 30  # of each backup; the run's document has all that was kept


@dataclass(frozen=True)
class Letter:
    """A mail's subject and its text."""

    subject: str
    text: str


def backups_letter(run: Run) -> Letter | None:
    """How the backups that this run ran, or followed to their end, have ended; None if there were none.

    They are those of a host's section "backups" with a "last_run": {"exit_status": 0|null, "seconds": 720.0, "output":
    "its last lines"}. State "ran" is a backup whose evidence is good again; any other one has failed.
    """
    ended = sorted(_ended(run), key=lambda backup: backup.is_good)
    if not ended:
        return None
    closing = f"`fab report {run.run}` shows the whole run."
    return Letter(_subject(ended), "\n\n".join((*map(_paragraph, ended), closing)) + "\n")


@dataclass(frozen=True)
class _Backup:
    """One that was run."""

    name: str
    host: str
    is_good: bool
    exit_status: int | None
    seconds: float
    problem: str
    output: str

    @property
    def label(self) -> str:
        return f"{self.name} on {self.host}"


def _ended(run: Run) -> Iterator[_Backup]:
    for report in run.hosts:
        for backup in report.sections.get("backups") or ():
            if last := backup.get("last_run"):
                yield _backup(report.name, backup, last)


def _backup(host: str, backup: Mapping[str, Any], last: Mapping[str, Any]) -> _Backup:
    return _Backup(
        name=str(backup.get("name")),
        host=host,
        is_good=backup.get("state") == "ran",
        exit_status=last.get("exit_status"),
        seconds=last.get("seconds") or 0.0,
        problem=backup.get("problem") or "",
        output=last.get("output") or "",
    )


def _subject(ended: list[_Backup]) -> str:
    failed = [backup for backup in ended if not backup.is_good]
    if len(ended) == 1:
        (backup,) = ended
        return f"post-mainte: {'FAILED: ' if failed else ''}backup {backup.label} {_end(backup)}"
    if not failed:
        return f"post-mainte: {len(ended)} backups ran: {_named(ended)}"
    return f"post-mainte: FAILED: {len(failed)} of {len(ended)} backups: {_named(failed)}"


def _named(backups: list[_Backup]) -> str:
    return ", ".join(backup.label for backup in backups[:NAMED]) + (", ..." if len(backups) > NAMED else "")


def _end(backup: _Backup) -> str:
    """As "ran in 12 min" or "ended with exit status 3 after 12 min"."""
    took = duration(round(max(backup.seconds, 0.0)))
    if backup.is_good:
        return f"ran in {took}"
    if backup.exit_status is None:
        return f"had not ended after {took}"
    return f"ended with exit status {backup.exit_status} after {took}"


def _paragraph(backup: _Backup) -> str:
    lines = [f"{'' if backup.is_good else 'FAILED: '}{backup.label} {_end(backup)}"]
    if backup.problem:
        lines.append(f"  {' '.join(backup.problem.split())}")
    output = backup.output.splitlines()
    if output:
        lines.append(f"  its output{' ended with' if len(output) > OUTPUT_LINES else ''}:")
    return "\n".join(lines + [f"    {line}" for line in output[-OUTPUT_LINES:]])
