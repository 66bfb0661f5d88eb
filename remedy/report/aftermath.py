"""What concerns many hosts at once: what was repaired, what the gap swallowed, and what is to be done by hand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from remedy.model import HostReport, Run, Step
from remedy.report.fold import few_names, gather
from remedy.report.glance import TROUBLE, clipped, end_words
from remedy.report.hand import chores, typed
from remedy.report.swallowed import Fate, swallowed
from remedy.spans import both_spans
from remedy.words import MINUTE, duration

MOST = 50  # items that are told; the JSON document has all of them


@dataclass(frozen=True)
class Item:
    """What is said of these hosts: in words, and below them more words, or lines to type."""

    hosts: str
    words: str
    more: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """Items under a heading, and how many more there are."""

    heading: str
    items: tuple[Item, ...]
    rest: int = 0


@dataclass(frozen=True)
class Deed:
    """A repair, and the commands that it ran."""

    repair: str
    commands: str


def announced(run: Run) -> Iterator[Chapter]:
    """Which maintenance was announced for the day before the run."""
    told = gather(run.hosts, lambda report: report.announced).items()
    items = [Item(few_names(reports), both_spans(what.start, what.end), what.notice or "") for what, reports in told]
    yield from _chapters(("Announced maintenance", item) for item in items)


def repaired(run: Run) -> Iterator[Chapter]:
    """What was repaired, and by which commands; what went wrong is told with the host."""
    deeds = gather(run.hosts, _deeds).items()
    items = [Item(few_names(reports), _repair(deed, reports), deed.commands) for deed, reports in deeds]
    yield from _chapters(("Repaired", item) for item in items)


def lost(run: Run) -> Iterator[Chapter]:
    """Which jobs did not run when they should have, and which of them will run after all: a chapter for each fate."""
    gone = list(gather(run.hosts, swallowed).items())
    zones = {what.zone for what, _ in gone}
    zone = zones.pop() if len(zones) == 1 else ""
    where = f" (local time{f', {zone}' if zone else ''})"
    items = [
        (
            what.fate + where,
            Item(few_names(reports), what.when if zone else f"{what.when} {what.zone}".rstrip(), what.job),
        )
        for what, reports in sorted(gone, key=lambda item: list(Fate).index(item[0].fate))
    ]
    yield from _chapters(items)


def by_hand(run: Run) -> Iterator[Chapter]:
    """What is to be done by hand, each with what to type here for it."""
    todo = sorted(gather(run.hosts, chores).items(), key=lambda item: item[0].urgency)
    items = [Item(few_names(reports), chore.why, lines=tuple(typed(chore, reports))) for chore, reports in todo]
    yield from _chapters(("To do by hand", item) for item in items)


def _chapters(items: Iterable[tuple[str, Item]]) -> Iterator[Chapter]:
    """Items, each with its heading, as chapters; what is too much in all is counted in its chapter."""
    room = MOST
    for heading, group in groupby(items, key=lambda pair: pair[0]):
        its = tuple(item for _, item in group)
        yield Chapter(heading, its[:room], max(len(its) - room, 0))
        room = max(room - len(its), 0)


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
    return clipped(step.command) + (f" ({end_words(step)})" if step.exit_status != 0 else "")


def _repair(deed: Deed, reports: Sequence[HostReport]) -> str:
    """The repair, and how long it took if that was long."""
    seconds = max(sum(s.seconds for s in report.steps if s.repair == deed.repair) for report in reports)
    return clipped(deed.repair) + (f" ({duration(seconds)})" if seconds >= MINUTE else "")
