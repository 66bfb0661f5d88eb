"""What is mailed of a run: all that somebody has to know of it, or only how the backups that it ran have ended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remedy.model import Run, Verdict
from remedy.pages.render import render
from remedy.report.fold import few_names
from remedy.report.glance import TROUBLE
from remedy.report.story import story
from remedy.report.swallowed import Fate
from remedy.report.words import duration

NAMED = 3  # backups, or hosts, that a subject names
OUTPUT_LINES = 30  # of each backup; the run's document has all that was kept
LAST_LINES = 10  # of a backup that failed, in the mail about the whole run
MOST = 20  # items of a list of that mail


@dataclass(frozen=True)
class Letter:
    """A mail's subject and its text, which may come as a page, too."""

    subject: str
    text: str
    html: str = ""


def run_letter(run: Run, inventory: str = "") -> Letter:
    """The run in short: what is not right first, with the commands to type; and how backups ended.

    `inventory` is the hosts.yaml that was named, if any: what is to be typed next names it, too.
    """
    told = story(run, inventory)
    values = {
        "story": told,
        "lost": [chapter for chapter in told.lost if chapter.heading.startswith((Fate.LOST, Fate.UNSURE))],
        "backups": sorted(_ended(run), key=lambda backup: backup.is_good),
        "repaired": few_names([report for report in run.hosts if report.verdict is Verdict.REPAIRED]),
        "most": MOST,
    }
    return Letter(
        _run_subject(run, told.tally), render("report/mail.txt", **values), render("report/mail.html", **values)
    )


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


def _run_subject(run: Run, tally: str) -> str:
    """As "post-mainte: FAILED: 2 of 8 hosts: db1, web3" or "post-mainte: 8 hosts: 3 repaired, 5 ok"."""
    head = "post-mainte: " + ("dry run: " if run.dry_run else "")
    wrong = [report.name for verdict in TROUBLE for report in run.hosts if report.verdict is verdict]
    if not wrong:
        return head + tally
    names = ", ".join(wrong[:NAMED]) + (", ..." if len(wrong) > NAMED else "")
    return f"{head}FAILED: {len(wrong)} of {len(run.hosts)} host{'s' * (len(run.hosts) != 1)}: {names}"


def _subject(ended: list[_Backup]) -> str:
    failed = [backup for backup in ended if not backup.is_good]
    if len(ended) == 1:
        (backup,) = ended
        return f"post-mainte: {'FAILED: ' if failed else ''}backup {backup.label} {backup.end}"
    if not failed:
        return f"post-mainte: {len(ended)} backups ran: {_named(ended)}"
    return f"post-mainte: FAILED: {len(failed)} of {len(ended)} backups: {_named(failed)}"


def _named(backups: list[_Backup]) -> str:
    return ", ".join(backup.label for backup in backups[:NAMED]) + (", ..." if len(backups) > NAMED else "")


def _paragraph(backup: _Backup) -> str:
    lines = [f"{'' if backup.is_good else 'FAILED: '}{backup.label} {backup.end}"]
    if backup.problem:
        lines.append(f"  {' '.join(backup.problem.split())}")
    output = backup.output.splitlines()
    if output:
        lines.append(f"  its output{' ended with' if len(output) > OUTPUT_LINES else ''}:")
    return "\n".join(lines + [f"    {line}" for line in output[-OUTPUT_LINES:]])
