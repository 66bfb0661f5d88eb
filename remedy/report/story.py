"""A run as a page or a mail tells it: what the console says, as data for a template."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from remedy.model import Finding, HostReport, Level, Run, Step
from remedy.pages.shares import shares
from remedy.report.aftermath import Chapter, announced, by_hand, lost, repaired
from remedy.report.closing import next_commands, reference_warnings, reference_words, tally
from remedy.report.fold import MANY, Group, fold, parts
from remedy.report.glance import ORDER, TROUBLE, clipped, end_words, error_words, is_of_time_only, outcome, troubles
from remedy.report.hand import LONGEST
from remedy.report.offsets import Picture, picture
from remedy.report.paragraph import DETAIL_LENGTH, finding_words, output_lines
from remedy.report.rows import layouts
from remedy.report.swallowed import is_swallowed
from remedy.report.table import Column
from remedy.words import duration

MOST = 400  # rows; failures stand first
ROOM = 2_000_000  # characters of details in all: a browser has to cope with them
NAMING = 2  # columns that name a row: host and verdict
NO_ROOM = "There is no room for more here: fab report {run} --json"


@dataclass(frozen=True)
class Told:
    """A finding in words, and the command that puts it right."""

    level: str
    words: str
    command: str


@dataclass(frozen=True)
class Ran:
    """A command that a repair ran: how it ended, and the last lines of what it said."""

    command: str
    end: str
    is_well: bool
    output: str


@dataclass(frozen=True)
class Row:
    """Hosts of which the same can be said: their line of the table, and the details of the first of them.

    `cells` are lines for each column of the table after host and verdict;
    `outcome` is the one line to know where there is no table.
    """

    names: str
    addresses: str
    verdict: str
    is_trouble: bool
    outcome: str
    cells: tuple[tuple[str, ...], ...]
    error: str
    findings: tuple[Told, ...]
    planned: tuple[str, ...]
    ran: tuple[Ran, ...]
    like: str

    @property
    def size(self) -> int:
        """About how many characters its details have."""
        told = sum(len(finding.words) + len(finding.command) for finding in self.findings)
        return told + sum(map(len, self.planned)) + sum(len(step.command) + len(step.output) for step in self.ran)


@dataclass(frozen=True)
class Table:
    """The rows of a group of hosts.yaml; no heading where there is but one."""

    heading: str
    tally: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Share:
    """How many hosts ended with a verdict; where its part of a bar begins and how wide it is, in percent."""

    verdict: str
    count: int
    start: float
    width: float


@dataclass(frozen=True)
class Story:
    """All that is told of a run. `rest` counts the rows that were left out."""

    run: str
    command: str
    dry_run: bool
    started: datetime
    took: str
    tally: str
    shares: tuple[Share, ...]
    reference: str
    warnings: tuple[str, ...]
    columns: tuple[str, ...]
    tables: tuple[Table, ...]
    rest: int
    clocks: Picture | None
    by_hand: tuple[Chapter, ...]
    announced: tuple[Chapter, ...]
    repaired: tuple[Chapter, ...]
    lost: tuple[Chapter, ...]
    next: tuple[tuple[str, str], ...]

    @property
    def troubles(self) -> tuple[Row, ...]:
        """The rows of hosts that are not right."""
        return tuple(row for table in self.tables for row in table.rows if row.is_trouble)


def story(run: Run, inventory: str = "") -> Story:
    """The story of a run; `inventory` is the hosts.yaml that was named, if any, for what is to be typed next."""
    columns, tables, rest = _tables(run)
    is_short = is_of_time_only(run.hosts)
    return Story(
        run=run.run,
        command=" ".join([run.command, *run.options]),
        dry_run=run.dry_run,
        started=run.started.astimezone(),
        took=duration(round(max((run.finished - run.started).total_seconds(), 0.0), 1)),
        tally=tally(run.hosts),
        shares=tuple(_shares(run)),
        reference=reference_words(run.reference),
        warnings=reference_warnings(run.reference),
        columns=columns,
        tables=tables,
        rest=rest,
        clocks=picture(run.hosts),
        by_hand=tuple(by_hand(run)),
        announced=tuple(announced(run)),
        repaired=() if is_short else tuple(repaired(run)),
        lost=() if is_short else tuple(lost(run)),
        next=tuple(next_commands(run, inventory)),
    )


def _tables(run: Run) -> tuple[tuple[str, ...], tuple[Table, ...], int]:
    """The columns' titles, the tables as the console has them, and how many of their rows were left out."""
    told, is_large = parts(run.hosts), len(run.hosts) > MANY
    folded = [fold(part.reports, is_large) for part in told]
    groups = [group for rows in folded for group in rows]
    columns = layouts(run, groups)[0].table(groups) if groups else []
    rows = _rows(run, groups[:MOST], columns)
    tables = [
        Table(
            part.name if len(told) > 1 else "",
            tally(part.reports),
            tuple(row for _, row in zip(its, rows, strict=False)),
        )
        for part, its in zip(told, folded, strict=True)
    ]
    titles = tuple(column.title for column in columns)
    return titles, tuple(table for table in tables if table.rows), max(len(groups) - MOST, 0)


def _rows(run: Run, groups: Sequence[Group], columns: Sequence[Column]) -> Iterator[Row]:
    room = ROOM
    for number, group in enumerate(groups):
        row = _row(run, group, tuple(tuple(column.cells[number]) for column in columns[NAMING:]))
        room -= row.size
        yield row if room >= 0 else replace(row, findings=(), planned=(), ran=(), like=NO_ROOM.format(run=run.run))


def _row(run: Run, group: Group, cells: tuple[tuple[str, ...], ...]) -> Row:
    report = group.example
    others = len(group.reports) - 1
    return Row(
        names=group.names,
        addresses="" if others else report.address,
        verdict=report.verdict.value,
        is_trouble=report.verdict in TROUBLE,
        outcome=outcome(report),
        cells=cells,
        error=error_words(report),
        findings=tuple(map(_told, _findings(report))),
        planned=report.planned if run.dry_run else (),
        ran=tuple(map(_ran, report.steps)),
        like=f"Details are those of {report.name}; the other {others} much the same." if others else "",
    )


def _findings(report: HostReport) -> tuple[Finding, ...]:
    """What was found, the worst first; a job that was swallowed is told of in a list."""
    right = (finding for finding in report.findings if finding.level is Level.OK)
    return tuple(finding for finding in (*troubles(report), *right) if not is_swallowed(finding, report))


def _told(finding: Finding) -> Told:
    command = finding.command if len(finding.command) <= LONGEST else ""  # half of it is not to be typed
    return Told(finding.level.value, finding_words(finding), command)


def _ran(step: Step) -> Ran:
    took = "" if step.exit_status is None else f", {duration(round(step.seconds, 1))}"
    output = "\n".join(output_lines(step))
    return Ran(clipped(step.command, DETAIL_LENGTH), end_words(step) + took, step.exit_status == 0, output)


def _shares(run: Run) -> Iterator[Share]:
    counts = {verdict: sum(report.verdict is verdict for report in run.hosts) for verdict in ORDER}
    for verdict, start, width in shares(counts):
        yield Share(verdict.value, counts[verdict], start, width)
