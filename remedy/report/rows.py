"""The table of a run: a row for each host, or for hosts that are alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from remedy.model import Run
from remedy.report.fold import Group
from remedy.report.glance import (
    STYLES,
    TROUBLE,
    clock_story,
    clock_words,
    done,
    gist,
    is_of_time_only,
    offsets,
    service_words,
)
from remedy.report.right import right_words
from remedy.report.swallowed import is_swallowed, lost_words
from remedy.report.table import Cell, Column


@dataclass(frozen=True)
class Layout:
    """A way to lay the table out: columns, and after them one whose cells hold most of the words."""

    title: str
    last: Callable[[Group], Cell]
    columns: tuple[Column, ...] = ()

    def table(self, groups: Sequence[Group]) -> list[Column]:
        """The columns of the table for these hosts, without those that say nothing."""
        columns = (*_first_columns(groups), *self.columns, Column(self.title, list(map(self.last, groups)), joint="; "))
        return [column for column in columns if any(map(any, column.cells))]


def layouts(run: Run, groups: Sequence[Group]) -> tuple[Layout, Layout]:
    """The layouts for wide and for narrow paper."""
    if is_of_time_only(run.hosts):
        title = _last_title(run)
        return Layout(title, _gist, _time_columns(groups)), Layout("clock, time service", _time_or_gist)
    title = f"what {'would be done, what ' if run.dry_run else ''}is wrong, what is right"
    clock = Column("clock", [_steps(group) for group in groups], joint=" ")
    return Layout(title, _gist_and_right, (clock,)), Layout(f"clock, {title}", _all)


def sentence(run: Run, group: Group) -> str:
    """Where there is no table: the state of a host that can't be read from what is said of it anyway."""
    if is_of_time_only(run.hosts):
        return _time_sentence(group)
    return "; ".join(_lines(_clock(group), lost_words(group.example), right_words(group.reports)))


def _time_columns(groups: Sequence[Group]) -> tuple[Column, ...]:
    after = [_clock_cell(group, 1) for group in groups]
    return (
        Column("clock before" if any(after) else "clock", [_clock_cell(group, 0) for group in groups]),
        Column("clock after", after),
        Column("time service", [_service_cell(group) for group in groups]),
    )


def _gist(group: Group) -> Cell:
    return _lines(gist(group.example))


def _time_or_gist(group: Group) -> Cell:
    return _lines(_time_sentence(group) or gist(group.example))


def _gist_and_right(group: Group) -> Cell:
    report = group.example
    others = tuple(finding for finding in report.findings if not is_swallowed(finding, report))
    wrong = gist(replace(report, findings=others), with_repairs=False)
    return _lines("; ".join(_lines(wrong, lost_words(report))), right_words(group.reports))


def _all(group: Group) -> Cell:
    return _lines(_clock(group), *_gist_and_right(group))


def _first_columns(groups: Sequence[Group]) -> tuple[Column, Column]:
    verdicts = [group.example.verdict for group in groups]
    return (
        Column("host", [(group.names,) for group in groups], ["bold"] * len(groups)),
        Column("verdict", [(verdict.value,) for verdict in verdicts], [STYLES[verdict] for verdict in verdicts]),
    )


def _last_title(run: Run) -> str:
    if any(report.steps for report in run.hosts):
        return "what was done, what is wrong"
    return "what would be done, what is wrong" if run.dry_run else "what is wrong"


def _time_sentence(group: Group) -> str:
    """The clock, the time service, and what was done to them."""
    clock = [f"{words} ({figure[0]})" if figure else words for words, *figure in _clock_cells(group)]
    service = ", ".join(service_words(group.example))
    is_right = group.example.verdict not in TROUBLE
    return "; ".join(filter(None, (" → ".join(clock), service, done(group.example) if is_right else "")))


def _clock(group: Group) -> str:
    return " → ".join(clock_story(group.reports))


def _steps(group: Group) -> Cell:
    """Where the clock was, and under it where it is now."""
    before, *after = clock_story(group.reports) or ("",)
    return _lines(before, *(f"→ {words}" for words in after))


def _clock_cells(group: Group) -> list[Cell]:
    return [cell for side in (0, 1) if (cell := _clock_cell(group, side))]


def _clock_cell(group: Group, side: int) -> Cell:
    """The offset before (0) or after (1) in words, and its figure where the words don't hold the bound."""
    words = clock_words(group.reports)[side]
    offset = offsets(group.example)[side]
    if len(group.reports) > 1 or not offset or offset.is_nearly_right:
        return _lines(words)
    return words, offset.figure


def _service_cell(group: Group) -> Cell:
    words = service_words(group.example)
    return _lines(", ".join(words[:2]), ", ".join(words[2:]))


def _lines(*words: str) -> Cell:
    return tuple(filter(None, words))
