"""A run as a tired person reads it: what is wrong first, and what to type next at the end."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.text import Text

from remedy.model import Run
from remedy.report.aftermath import announced, by_hand, lost, repaired
from remedy.report.chapters import print_chapters
from remedy.report.closing import next_commands, reference_warnings, reference_words, tally
from remedy.report.fold import MANY, Group, Part, fold, parts
from remedy.report.glance import is_of_time_only
from remedy.report.paper import Paper
from remedy.report.paragraph import needs_more, print_paragraph
from remedy.report.rows import Layout, layouts, sentence
from remedy.report.table import print_table


def print_run(run: Run, stream: TextIO | None = None, width: int | None = None, inventory: str = "") -> None:
    """Print the run on `stream` (standard output), at most `width` columns wide (a terminal's own width).

    `inventory` is the hosts.yaml that was named, if any: what is to be typed next names it, too.
    """
    paper = Paper(stream or sys.stdout, width)
    if run.hosts:
        _print_hosts(paper, run)
        if not is_of_time_only(run.hosts):
            print_chapters(paper, run, (*announced(run), *repaired(run), *lost(run)))
        print_chapters(paper, run, by_hand(run))
        paper.line()
    _print_closing(paper, run, inventory)


def _print_hosts(paper: Paper, run: Run) -> None:
    """A table for each group of hosts.yaml, then a paragraph for each host that needs more than its line there."""
    told, is_large = parts(run.hosts), len(run.hosts) > MANY
    tables = [_Table(_heading(paper, part) if len(told) > 1 else None, fold(part.reports, is_large)) for part in told]
    if layout := _print_tables(paper, run, tables):
        _print_details(paper, run, layout)
    else:
        _print_paragraphs(paper, run, tables)


@dataclass(frozen=True)
class _Table:
    """A row for each of these, under a heading where there are several tables."""

    heading: Text | None
    rows: tuple[Group, ...]


def _heading(paper: Paper, part: Part) -> Text:
    return Text.assemble(paper.text(part.name, "bold"), paper.text(f"  {tally(part.reports)}", "dim"))


def _print_tables(paper: Paper, run: Run, tables: Sequence[_Table]) -> Layout | None:
    """Print the tables; return the layout that fits the paper, or None, with nothing printed, where none does."""
    rows = [row for table in tables for row in table.rows]
    sections = [(table.heading, len(table.rows)) for table in tables]
    return next((way for way in layouts(run, rows) if print_table(paper, way.table(rows), sections)), None)


def _print_details(paper: Paper, run: Run, layout: Layout) -> None:
    for group in fold(run.hosts):
        if needs_more(run, group, layout.last(group)):
            paper.line()
            print_paragraph(paper, run, group)


def _print_paragraphs(paper: Paper, run: Run, tables: Sequence[_Table]) -> None:
    """A paragraph for every host: the longer ones apart."""
    was_long = False
    for number, table in enumerate(tables):
        if table.heading:
            if number:
                paper.line()
            paper.prose(table.heading)
        for row, group in enumerate(table.rows):
            is_long = needs_more(run, group)
            if row and (is_long or was_long):
                paper.line()
            print_paragraph(paper, run, group, sentence(run, group))
            was_long = is_long


def _print_closing(paper: Paper, run: Run, inventory: str) -> None:
    if words := reference_words(run.reference):
        paper.prose(paper.text(words, "dim"))
    for warning in reference_warnings(run.reference):
        paper.prose(Text.assemble(paper.text("warning: ", "yellow"), paper.text(warning)))
    paper.prose(paper.text(tally(run.hosts), "bold"))
    for why, command in next_commands(run, inventory):
        paper.prose(paper.text(f"Next, {why}:"))
        paper.literal(command, "  ")
