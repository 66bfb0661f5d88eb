"""The last words of a report: what the truth was taken from, how many hosts ended how, and what to type next."""

import shlex
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from remedy.model import HostReport, Level, Run, Verdict
from remedy.report.glance import ORDER, due_backups, entries
from remedy.topics import TIME
from remedy.words import within

WHOLE = "post-mainte"  # the command that looks at everything
CHECK = "check"  # what on_return has done for hosts that are back: it looks at everything as well
BY_CLOCKS = {WHOLE, CHECK, "recover-time", "check-time"}  # commands that are about the time, among others
NAMED = 20  # hosts that a command line names; more of them are HOSTS, which whoever types it fills in
STARTING = "post-mainte --only services"  # of what a silent site, or cron that does not run, may come
REPAIRING = {
    CHECK: WHOLE,
    "check-time": "recover-time",
    "check-services": "post-mainte --only services",
    "check-sites": STARTING,
    "check-jobs": STARTING,
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


def tally(reports: Sequence[HostReport]) -> str:
    """As "3 hosts: 1 failing, 2 repaired"."""
    counts = Counter(report.verdict for report in reports)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ORDER if counts[verdict])
    return f"{len(reports)} host{'s' * (len(reports) != 1)}" + (f": {told}" if told else "")


def next_commands(run: Run, inventory: str = "") -> Iterator[tuple[str, str]]:
    """Why, and the command to type; with the --inventory that the run was given."""
    for why, command, reports in _next(run):
        if reports:
            where = ["--inventory", inventory] if inventory else []
            yield why, f"fab {command} {shlex.join([*where, *_choice(run, command, reports)])}"


def _next(run: Run) -> Iterator[tuple[str, str, list[HostReport]]]:
    """Why, what to type, and for which hosts."""
    is_whole = run.command == WHOLE
    same = f"{WHOLE} --dry-run" if run.command == CHECK else shlex.join([run.command, *run.options])
    repairing = shlex.join([*REPAIRING.get(run.command, run.command).split(), *run.options])
    again = f"{same} --dry-run" if run.dry_run else same
    lacking = [report for report in run.hosts if is_whole and not run.dry_run and due_backups(report)]
    yield "to do what is planned", repairing, _that_are(run, Verdict.PLANNED)
    yield "to make the backups that are missing, and follow them to their end", "run-backups", lacking
    failing = [r for r in _that_are(run, Verdict.FAILING) if r not in lacking or not _lacks_nothing_else(r)]
    if run.command not in BY_CLOCKS:
        yield "to put clocks right first", "recover-time", [r for r in failing if _is_wrong(r, TIME)]
    if repairing == same:
        yield "when what is named above is mended", again, failing
    else:
        yield from _after_a_check(run, f"{repairing} --dry-run" if run.dry_run else repairing, again, failing)
    yield "to go on", again, _that_are(run, Verdict.INTERRUPTED)
    unreachable = _that_are(run, Verdict.UNREACHABLE)
    if is_whole:
        yield "to handle them the moment they answer", f"{again} --wait 2h", unreachable
    else:
        yield "when they can be reached again", again, unreachable


def _after_a_check(
    run: Run, repairing: str, again: str, failing: list[HostReport]
) -> Iterator[tuple[str, str, list[HostReport]]]:
    """What puts right what a check found, where that can; of clocks it is said already."""
    if run.command not in BY_CLOCKS:
        failing = [r for r in failing if r.error or _is_wrong(r, {f.topic for f in r.findings}.difference(TIME))]
    of_backups = run.command == "check-backups"
    helpless = [r for r in failing if of_backups and entries(r, "backups") and not due_backups(r)]
    yield "when what is named above is mended", again, helpless
    is_guess = REPAIRING[run.command] == STARTING
    why = "in case a service that does not run is why" if is_guess else "to put right what is failing"
    yield why, repairing, [r for r in failing if r not in helpless]


def _choice(run: Run, command: str, reports: Sequence[HostReport]) -> list[str]:
    """The words that choose these hosts."""
    if len(reports) <= NAMED:
        return ["-H", ",".join(report.name for report in reports)]
    is_resumable = command.startswith(WHOLE) and run.command == WHOLE and not run.dry_run
    return ["--resume", run.run] if is_resumable else ["-H", "HOSTS"]


def _lacks_nothing_else(report: HostReport) -> bool:
    return not report.error and all(f.topic == "backups" for f in report.findings if f.level is Level.BAD)


def _is_wrong(report: HostReport, topics: Collection[str]) -> bool:
    return any(finding.level is Level.BAD and finding.topic in topics for finding in report.findings)


def _that_are(run: Run, verdict: Verdict) -> list[HostReport]:
    return [report for report in run.hosts if report.verdict is verdict]


def _believed(reference: Mapping[str, Any]) -> list[str]:
    """The names of the servers that the reference rests on."""
    servers = [server for server in reference.get("servers") or () if isinstance(server, Mapping)]
    return [str(server.get("server")) for server in servers if not server.get("rejected")]
