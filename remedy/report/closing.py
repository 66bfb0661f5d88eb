"""The last words of a report: what the truth was taken from, how many hosts ended how, and what to type next."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from remedy.model import Run, Verdict
from remedy.report.document import count_verdicts
from remedy.report.glance import ORDER
from remedy.report.words import within

NAMED = 20  # hosts that a command line names; more of them are HOSTS, which whoever types it fills in
REPAIRING = {
    "check-time": "recover-time",
    "check-services": "post-mainte --only services",
    "check-sites": "post-mainte --only sites",
    "check-jobs": "post-mainte --only jobs",
    "check-backups": "run-backups",
}
SOURCES = {"ntp": "NTP", "local": "this machine's own clock"}


def reference_words(reference: Mapping[str, Any] | None) -> str:
    """The reference in one line, as "Reference: NTP by a.example, b.example; right within 2 ms"; empty without one."""
    if not reference:
        return ""
    source = str(reference.get("source", ""))
    words = f"Reference: {SOURCES.get(source, source)}"
    if source == "ntp" and (servers := _believed(reference)):
        words += f" by {', '.join(servers)}"
    error = reference.get("error_s")
    return words + (f"; right within {within(error)}" if isinstance(error, int | float) else "")


def reference_warnings(reference: Mapping[str, Any] | None) -> tuple[str, ...]:
    """What a reader should know of the reference before he trusts it."""
    return tuple(map(str, (reference or {}).get("warnings") or ()))


def tally(run: Run) -> str:
    """As "3 hosts: 1 failing, 2 repaired"."""
    counts = count_verdicts(run)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ORDER if counts[verdict])
    return f"{len(run.hosts)} host{'s' * (len(run.hosts) != 1)}" + (f": {told}" if told else "")


def next_commands(run: Run, inventory: str = "") -> Iterator[tuple[str, str]]:
    """Why, and the command to type; with the --inventory that the run was given."""
    repairing = REPAIRING.get(run.command, run.command)
    reasons = {
        Verdict.PLANNED: ("to do what is planned", repairing),
        Verdict.FAILING: (
            "when what is named above is mended" if repairing == run.command else "to put right what is failing",
            repairing,
        ),
        Verdict.INTERRUPTED: ("to go on", run.command),
        Verdict.UNREACHABLE: ("when they can be reached again", run.command),
    }
    for verdict, (why, command) in reasons.items():
        names = [report.name for report in run.hosts if report.verdict is verdict]
        if names:
            again = ["--dry-run"] if run.dry_run and verdict is not Verdict.PLANNED else []
            where = ["--inventory", inventory] if inventory else []
            hosts = ",".join(names) if len(names) <= NAMED else "HOSTS"
            yield why, f"fab {command} {shlex.join([*again, *where, '-H', hosts])}"


def _believed(reference: Mapping[str, Any]) -> list[str]:
    """The names of the servers that the reference rests on."""
    servers = [server for server in reference.get("servers") or () if isinstance(server, Mapping)]
    return [str(server.get("server")) for server in servers if not server.get("rejected")]
