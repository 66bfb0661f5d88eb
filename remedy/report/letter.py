"""The mail about a whole run: short, what is not right first, with the commands to type."""

from typing import Any

from remedy.model import Run, Verdict
from remedy.pages.render import render
from remedy.report.fold import few_names
from remedy.report.glance import TROUBLE
from remedy.report.mail import Letter, ended_backups
from remedy.report.story import story
from remedy.report.swallowed import Fate

NAMED = 3  # hosts that a subject names
MOST = 20  # items of a list


def run_letter(run: Run, inventory: str = "") -> Letter:
    """The run in short: what is not right first, with the commands to type; and how backups ended.

    `inventory` is the hosts.yaml that was named, if any: what is to be typed next names it, too.
    """
    told = story(run, inventory)
    values: dict[str, Any] = {
        "story": told,
        "lost": [chapter for chapter in told.lost if chapter.heading.startswith((Fate.LOST, Fate.UNSURE))],
        "backups": sorted(ended_backups(run), key=lambda backup: backup.is_good),
        "repaired": few_names([report for report in run.hosts if report.verdict is Verdict.REPAIRED]),
        "most": MOST,
    }
    return Letter(
        _run_subject(run, told.tally), render("report/letter.txt", **values), render("report/letter.html", **values)
    )


def _run_subject(run: Run, tally: str) -> str:
    """As "post-mainte: FAILED: 2 of 8 hosts: db1, web3" or "post-mainte: 8 hosts: 3 repaired, 5 ok"."""
    head = "post-mainte: " + ("dry run: " if run.dry_run else "")
    wrong = [report.name for verdict in TROUBLE for report in run.hosts if report.verdict is verdict]
    if not wrong:
        return head + tally
    names = ", ".join(wrong[:NAMED]) + (", ..." if len(wrong) > NAMED else "")
    return f"{head}FAILED: {len(wrong)} of {len(run.hosts)} host{'s' * (len(run.hosts) != 1)}: {names}"
