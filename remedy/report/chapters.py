"""The chapters of a report on paper: what concerns many hosts at once."""

from collections.abc import Iterable

from remedy.model import Run
from remedy.report.aftermath import Chapter, Item
from remedy.report.paper import Paper

HANG = 4  # columns: so that a wrapped line does not stand where commands do


def print_chapters(paper: Paper, run: Run, chapters: Iterable[Chapter]) -> None:
    """Print each under its heading; where lines may be long an item is one line, so that it is found by grep."""
    for chapter in chapters:
        paper.line()
        paper.prose(paper.text(f"{chapter.heading}:", "bold"))
        for item in chapter.items:
            _print_item(paper, item)
        if chapter.rest:
            paper.prose(paper.text(f"and {chapter.rest} more: fab report {run.run} --json", "dim"), 2)


def _print_item(paper: Paper, item: Item) -> None:
    said = f"{item.hosts}: {item.words}"
    if item.more and paper.width is None:
        paper.line(paper.text(f"  {said}: {item.more}"))
        return
    paper.prose(paper.text(said), 2, hang=HANG)
    if item.more:
        paper.prose(paper.text(item.more, "dim"), 4, hang=HANG)
    for line in item.lines:
        paper.literal(line, "    ")
