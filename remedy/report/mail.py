"""What is mailed of a run without being asked for: how the backups that it ran have ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remedy.model import Run
from remedy.words import duration

NAMED = 3  # backups that a subject names
OUTPUT_LINES = 30  # of each backup; the run's document has all that was kept
LAST_LINES = 10  # of a backup that failed, in the mail about the whole run


@dataclass(frozen=True)
class Letter:
    """A mail's subject and its text, which may come as a page, too."""

    subject: str
    text: str
    html: str = ""


def backups_letter(run: Run) -> Letter | None:
    """How the backups that this run ran, or followed to their end, have ended; None if there were none.

    They are those of a host's section "backups" with a "last_run": {"exit_status": 0|null, "seconds": 720.0, "output":
    "its last lines"}. State "ran" is a backup whose evidence is good again; any other one has failed.
    """
    ended = sorted(ended_backups(run), key=lambda backup: backup.is_good)
    if not ended:
        return None
    closing = f"`fab report {run.run}` shows the whole run."
    return Letter(_subject(ended), "\n\n".join((*map(_paragraph, ended), closing)) + "\n")


@dataclass(frozen=True)
class EndedBackup:
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
        """Which one it is."""
        return f"{self.name} on {self.host}"

    @property
    def end(self) -> str:
        """As "ran in 12 min" or "ended with exit status 3 after 12 min"."""
        took = duration(round(max(self.seconds, 0.0)))
        if self.is_good:
            return f"ran in {took}"
        if self.exit_status is None:
            return f"had not ended after {took}"
        return f"ended with exit status {self.exit_status} after {took}"

    @property
    def why(self) -> tuple[str, ...]:
        """Why it failed, and the last lines of what it said; nothing if it did not fail."""
        if self.is_good:
            return ()
        return tuple(filter(None, (" ".join(self.problem.split()), *self.output.splitlines()[-LAST_LINES:])))


def ended_backups(run: Run) -> Iterator[EndedBackup]:
    """The backups that this run ran, or followed to their end."""
    for report in run.hosts:
        for backup in report.sections.get("backups") or ():
            if last := backup.get("last_run"):
                yield _backup(report.name, backup, last)


def _backup(host: str, backup: Mapping[str, Any], last: Mapping[str, Any]) -> EndedBackup:
    return EndedBackup(
        name=str(backup.get("name")),
        host=host,
        is_good=backup.get("state") == "ran",
        exit_status=last.get("exit_status"),
        seconds=last.get("seconds") or 0.0,
        problem=backup.get("problem") or "",
        output=last.get("output") or "",
    )


def _subject(ended: list[EndedBackup]) -> str:
    failed = [backup for backup in ended if not backup.is_good]
    if len(ended) == 1:
        (backup,) = ended
        return f"post-mainte: {'FAILED: ' if failed else ''}backup {backup.label} {backup.end}"
    if not failed:
        return f"post-mainte: {len(ended)} backups ran: {_named(ended)}"
    return f"post-mainte: FAILED: {len(failed)} of {len(ended)} backups: {_named(failed)}"


def _named(backups: list[EndedBackup]) -> str:
    return ", ".join(backup.label for backup in backups[:NAMED]) + (", ..." if len(backups) > NAMED else "")


def _paragraph(backup: EndedBackup) -> str:
    lines = [f"{'' if backup.is_good else 'FAILED: '}{backup.label} {backup.end}"]
    if backup.problem:
        lines.append(f"  {' '.join(backup.problem.split())}")
    output = backup.output.splitlines()
    if output:
        lines.append(f"  its output{' ended with' if len(output) > OUTPUT_LINES else ''}:")
    return "\n".join(lines + [f"    {line}" for line in output[-OUTPUT_LINES:]])
