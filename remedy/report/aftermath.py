"""What concerns many hosts at once: what was repaired, what the gap swallowed, and what is to be done by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from remedy.model import HostReport, Run, Step
from remedy.report.fold import few_names, gather
from remedy.report.glance import TROUBLE, clipped
from remedy.report.hand import chores, typed
from remedy.report.paper import Paper
from remedy.report.swallowed import Fate, swallowed
from remedy.report.words import MINUTE, duration

HANG = 4  # columns: so that a wrapped line does not stand where commands do
MOST = 50  # items of a list; the JSON document has all of them


@dataclass(frozen=True)
class Deed:
    """A repair, and the commands that it ran."""

    repair: str
    commands: str


def print_repaired(paper: Paper, run: Run) -> None:
    """What was repaired, and by which commands; what went wrong is told with the host."""
    deeds = list(gather(run.hosts, _deeds).items())
    _print_heading(paper, "Repaired:" if deeds else "")
    for deed, reports in deeds[:MOST]:
        _print_item(paper, reports, _repair(deed, reports), deed.commands)
    _print_rest(paper, run, len(deeds))


def print_swallowed(paper: Paper, run: Run) -> None:
    """Which jobs did not run when they should have, and which of them will run after all."""
    gone = list(gather(run.hosts, swallowed).items())
    zones = {what.zone for what, _ in gone}
    zone = zones.pop() if len(zones) == 1 else ""
    by_fate = sorted(gone, key=lambda item: list(Fate).index(item[0].fate))
    for fate, items in groupby(by_fate[:MOST], key=lambda item: item[0].fate):
        _print_heading(paper, f"{fate} (local time{f', {zone}' if zone else ''}):")
        for what, reports in items:
            _print_item(paper, reports, what.when if zone else f"{what.when} {what.zone}".rstrip(), what.job)
    _print_rest(paper, run, len(gone))


def print_chores(paper: Paper, run: Run) -> None:
    """What is to be done by hand, each with what to type here for it."""
    todo = sorted(gather(run.hosts, chores).items(), key=lambda item: item[0].urgency)
    _print_heading(paper, "To do by hand:" if todo else "")
    for chore, reports in todo[:MOST]:
        paper.prose(paper.text(f"{few_names(reports)}: {chore.why}"), 2, hang=HANG)
        for line in typed(chore, reports):
            paper.literal(line, "    ")
    _print_rest(paper, run, len(todo))


def broken(report: HostReport) -> tuple[Step, ...]:
    """The steps of repairs that did not go well, of a host that is not right."""
    bad = {step.repair for step in report.steps if step.exit_status != 0}
    return tuple(step for step in report.steps if step.repair in bad) if report.verdict in TROUBLE else ()


def _deeds(report: HostReport) -> Iterator[Deed]:
    told = {step.repair for step in broken(report)}
    for repair in dict.fromkeys(step.repair for step in report.steps):
        if repair not in told:
            commands = (_command(step) for step in report.steps if step.repair == repair)
            yield Deed(repair, "; ".join(commands))


def _command(step: Step) -> str:
    end = "its end was not told" if step.exit_status is None else f"exit status {step.exit_status}"
    return clipped(step.command) + (f" ({end})" if step.exit_status != 0 else "")


def _repair(deed: Deed, reports: Sequence[HostReport]) -> str:
    """The repair, and how long it took if that was long."""
    seconds = max(sum(s.seconds for s in report.steps if s.repair == deed.repair) for report in reports)
    return clipped(deed.repair) + (f" ({duration(seconds)})" if seconds >= MINUTE else "")


def _print_heading(paper: Paper, words: str) -> None:
    if words:
        paper.line()
        paper.prose(paper.text(words, "bold"))


def _print_item(paper: Paper, reports: Sequence[HostReport], words: str, more: str) -> None:
    """What is said of these hosts, on one line where lines may be long, so that it is found by grep."""
    said = f"{few_names(reports)}: {words}"
    if paper.width is None:
        paper.line(paper.text(f"  {said}: {more}"))
        return
    paper.prose(paper.text(said), 2, hang=HANG)
    paper.prose(paper.text(more, "dim"), 4, hang=HANG)


def _print_rest(paper: Paper, run: Run, count: int) -> None:
    if count > MOST:
        paper.prose(paper.text(f"and {count - MOST} more: fab report {run.run} --json", "dim"), 2)
