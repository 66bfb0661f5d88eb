"""A run as a tired person reads it: what is wrong first, and what to type next at the end."""

import sys
from typing import TextIO

from rich.text import Text

from remedy.model import Level, Run, Step, Verdict
from remedy.report.closing import next_commands, reference_warnings, reference_words, tally
from remedy.report.fold import Group, fold
from remedy.report.glance import (
    STYLES,
    TROUBLE,
    clock_words,
    done,
    error_words,
    gist,
    offsets,
    says_more,
    service_words,
    troubles,
)
from remedy.report.paper import Paper
from remedy.report.table import Cell, Column, print_table

HANG = 8  # columns: what is said of a host stands behind a word such as "bad" or "error"
OUTPUT_LINES = 10  # of a command that failed; the JSON document has all of it
LEVEL_STYLES = {Level.BAD: "bold red", Level.WARN: "yellow"}


def print_run(run: Run, stream: TextIO | None = None, width: int | None = None, inventory: str = "") -> None:
    """Print the run on `stream` (standard output), at most `width` columns wide (a terminal's own width).

    `inventory` is the hosts.yaml that was named, if any: what is to be typed next names it, too.
    """
    paper = Paper(stream or sys.stdout, width)
    groups = fold(run.hosts)
    if groups:
        tables = (_columns(run, groups), _few_columns(groups))
        printed = next((columns for columns in tables if print_table(paper, columns)), None)
        _print_details(paper, run, groups, printed)
        paper.line()
    _print_closing(paper, run, inventory)


def _columns(run: Run, groups: tuple[Group, ...]) -> list[Column]:
    """The table's columns, without those that say nothing."""
    after = [_clock_cell(group, 1) for group in groups]
    columns = (
        *_first_columns(groups),
        Column("clock before" if any(after) else "clock", [_clock_cell(group, 0) for group in groups]),
        Column("clock after", after),
        Column("time service", [_service_cell(group) for group in groups]),
        Column(_last_title(run), [(gist(group.example),) for group in groups]),
    )
    return [column for column in columns if any(map(any, column.cells))]


def _last_title(run: Run) -> str:
    if any(report.steps for report in run.hosts):
        return "what was done, what is wrong"
    return "what would be done, what is wrong" if run.dry_run else "what is wrong"


def _few_columns(groups: tuple[Group, ...]) -> list[Column]:
    """The same for narrow paper: all but host and verdict in a sentence."""
    sentences = [(_sentence(group) or gist(group.example),) for group in groups]
    return [*_first_columns(groups), Column("clock, time service", sentences)]


def _first_columns(groups: tuple[Group, ...]) -> tuple[Column, Column]:
    verdicts = [group.example.verdict for group in groups]
    return (
        Column("host", [(group.names,) for group in groups], ["bold"] * len(groups)),
        Column("verdict", [(verdict.value,) for verdict in verdicts], [STYLES[verdict] for verdict in verdicts]),
    )


def _sentence(group: Group) -> str:
    """The clock, the time service, and what was done to them."""
    clock = [f"{words} ({figure[0]})" if figure else words for words, *figure in _clock_cells(group)]
    service = ", ".join(service_words(group.example))
    is_right = group.example.verdict not in TROUBLE
    return "; ".join(filter(None, (" → ".join(clock), service, done(group.example) if is_right else "")))


def _clock_cells(group: Group) -> list[Cell]:
    return [cell for side in (0, 1) if (cell := _clock_cell(group, side))]


def _clock_cell(group: Group, side: int) -> Cell:
    """The offset before (0) or after (1) in words, and its figure where the words don't hold the bound."""
    words = clock_words(group.reports)[side]
    offset = offsets(group.example)[side]
    if len(group.reports) > 1 or not offset or offset.is_nearly_right:
        return tuple(filter(None, (words,)))
    return words, offset.figure


def _service_cell(group: Group) -> Cell:
    words = service_words(group.example)
    return tuple(", ".join(part) for part in (words[:2], words[2:]) if part)


def _print_details(paper: Paper, run: Run, groups: tuple[Group, ...], table: list[Column] | None) -> None:
    """A paragraph for each host that needs more than its line of the table; for every host if there is no table."""
    apart = table is not None
    for number, group in enumerate(groups):
        needs_more = _needs_more(run, group, "".join(table[-1].cells[number]) if table else "")
        if table and not needs_more:
            continue
        if apart or (needs_more and number):
            paper.line()
        _print_paragraph(paper, run, group, table is not None)
        apart = needs_more


def _needs_more(run: Run, group: Group, told: str) -> bool:
    """Whether there is more to say of the hosts than was told of them already."""
    report = group.example
    is_planned = run.dry_run and bool(report.planned)
    return is_planned or bool(_ran(group)) or says_more(report, told) or (not group.is_uniform)


def _print_paragraph(paper: Paper, run: Run, group: Group, is_table: bool) -> None:
    verdict = group.example.verdict
    head = Text.assemble(paper.text(group.names, "bold"), "  ", paper.text(verdict.value, STYLES[verdict]))
    paper.prose(head)
    if not is_table and (sentence := _sentence(group)):
        paper.prose(paper.text(sentence), 2)
    _print_troubles(paper, group)
    if run.dry_run and group.example.planned:
        _print_item(paper, "plan", "these commands, in this order:")
        for command in group.example.planned:
            paper.literal(command, " " * HANG)


def _print_troubles(paper: Paper, group: Group) -> None:
    """What is wrong and what to do; for a host that is not right in spite of a repair, what the repair ran."""
    report = group.example
    _print_item(paper, "error", error_words(report), STYLES[Verdict.FAILING])
    for finding in troubles(report):
        words = "\n".join(filter(None, (finding.summary, finding.detail.strip("\n"))))
        _print_item(paper, finding.level.value, words, LEVEL_STYLES[finding.level])
    for step in _ran(group):
        _print_step(paper, step)
    if not group.is_uniform and (report.error or troubles(report) or _ran(group)):
        _print_item(paper, "", f"(so {report.name}; the other {len(group.reports) - 1} much the same)", "dim")


def _ran(group: Group) -> tuple[Step, ...]:
    """The steps of a host that is not right in spite of them."""
    return group.example.steps if group.example.verdict in TROUBLE else ()


def _print_step(paper: Paper, step: Step) -> None:
    told = f"exit status {step.exit_status}, {step.seconds:.1f} s"
    _print_item(paper, "ran", f"{step.command}  ({'its end was not told' if step.exit_status is None else told})")
    if step.exit_status != 0:
        for line in step.output.splitlines()[-OUTPUT_LINES:]:
            paper.line(Text.assemble(" " * (HANG + 2), paper.text(line, "dim")))


def _print_item(paper: Paper, lead: str, words: str, style: str = "dim") -> None:
    if words:
        paper.prose(paper.text(words), HANG, Text.assemble("  ", paper.text(lead, style)))


def _print_closing(paper: Paper, run: Run, inventory: str) -> None:
    if words := reference_words(run.reference):
        paper.prose(paper.text(words, "dim"))
    for warning in reference_warnings(run.reference):
        paper.prose(Text.assemble(paper.text("warning: ", "yellow"), paper.text(warning)))
    paper.prose(paper.text(tally(run), "bold"))
    for why, command in next_commands(run, inventory):
        paper.prose(paper.text(f"Next, {why}:"))
        paper.literal(command, "  ")
