"""A table without rules: columns kept apart by blanks, so that it reads as well in a mail or under grep."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

from remedy.report.paper import Paper

GAP = 2  # columns of a terminal between two of the table's
LAST = 24  # columns that the last one needs at least: it is prose, and wrapped

Cell = Sequence[str]  # its lines; those after the first are of less weight


@dataclass(frozen=True)
class Column:
    """A title, a cell for each row, and a style for each row (none: plain)."""

    title: str
    cells: Sequence[Cell]
    styles: Sequence[str] = ()
    joint: str = ", "  # between the lines of a cell where they become one


def print_table(paper: Paper, columns: Sequence[Column], sections: Sequence[tuple[Text | None, int]] = ()) -> bool:
    """Print a table whose last column is prose; False, and nothing, if the paper is too narrow for it.

    `sections` split it into tables of that many rows, each under a heading; the first has the titles of all.
    """
    texts = [_texts(paper, column) for column in columns]
    widths = [max(cell_len(text.plain) for cell in column for text in cell) + GAP for column in texts[:-1]]
    if paper.width is not None and sum(widths) + min(LAST, _widest(texts[-1])) > paper.width:
        return False
    titles, *rows = zip(*texts, strict=True)
    for number, (heading, count) in enumerate(sections or [(None, len(rows))]):
        if number:
            paper.line()
        if heading:
            paper.prose(heading)
        shown, rows = rows[:count], rows[count:]
        for row in shown if number else [titles, *shown]:
            _print_row(paper, row, widths)
    return True


def _print_row(paper: Paper, row: Sequence[Sequence[Text]], widths: Sequence[int]) -> None:
    last = [part for line in row[-1] for part in paper.wrapped(line, sum(widths))]
    for line in zip_longest(*row[:-1], last, fillvalue=Text()):
        paper.line(Text.assemble(*map(_padded, line, [*widths, 0])))


def _texts(paper: Paper, column: Column) -> list[list[Text]]:
    """The title and the cells. Where lines may be long, a cell's lines are one, so that a row is one line to grep."""
    styles = column.styles or [""] * len(column.cells)
    texts = [[paper.text(column.title, "dim")]]
    for cell, style in zip(column.cells, styles, strict=True):
        lines = [" ".join(line.split()) for line in cell] or [""]
        lines = lines if paper.width else [column.joint.join(lines)]
        texts.append([paper.text(line, "dim" if number else style) for number, line in enumerate(lines)])
    return texts


def _widest(cells: Sequence[Sequence[Text]]) -> int:
    return max(cell_len(text.plain) for cell in cells for text in cell)


def _padded(text: Text, width: int) -> Text:
    return Text.assemble(text, " " * (width - cell_len(text.plain)))
