"""What is to be said of one host, or of hosts that are alike, beyond its line of the table."""

from collections.abc import Sequence

from rich.text import Text

from remedy.model import Finding, Level, Run, Step, Verdict
from remedy.report.aftermath import broken
from remedy.report.fold import Group
from remedy.report.glance import STYLES, TROUBLE, clipped, end_words, error_words, is_of_time_only, troubles
from remedy.report.paper import Paper
from remedy.report.swallowed import is_swallowed

HANG = 8  # columns: what is said of a host stands behind a word such as "bad" or "error"
OUTPUT_LINES = 10  # of a command that failed; the JSON document has all of it
DETAIL_LINES, DETAIL_LENGTH = 12, 500  # of a finding
LEVEL_STYLES = {Level.BAD: "bold red", Level.WARN: "yellow"}


def needs_more(run: Run, group: Group, told: Sequence[str] = ()) -> bool:
    """Whether there is more to say of the hosts than was told of them already."""
    report = group.example
    is_planned = run.dry_run and bool(report.planned)
    wrong = "\n".join(filter(None, (error_words(report), *map(finding_words, _findings(group)))))
    return (
        is_planned
        or bool(_ran(run, group))
        or not group.is_uniform
        or not any(words.endswith(wrong) for words in (*told, ""))
    )


def print_paragraph(paper: Paper, run: Run, group: Group, sentence: str = "") -> None:
    """Print what is wrong and what is planned; `sentence` says what no table said before."""
    verdict = group.example.verdict
    paper.prose(Text.assemble(paper.text(group.names, "bold"), "  ", paper.text(verdict.value, STYLES[verdict])))
    if sentence:
        paper.prose(paper.text(sentence), 2)
    _print_troubles(paper, run, group)
    if run.dry_run and group.example.planned:
        _print_item(paper, "plan", "these commands, in this order:")
        for command in group.example.planned:
            paper.literal(command, " " * HANG)


def _print_troubles(paper: Paper, run: Run, group: Group) -> None:
    """What is wrong and what to do; for a host that is not right in spite of a repair, what the repair ran."""
    report, findings, ran = group.example, _findings(group), _ran(run, group)
    _print_item(paper, "error", error_words(report), STYLES[Verdict.FAILING])
    for finding in findings:
        _print_item(paper, finding.level.value, finding_words(finding), LEVEL_STYLES[finding.level])
    for step in ran:
        _print_step(paper, step)
    if not group.is_uniform and (report.error or findings or ran):
        _print_item(paper, "", f"(so {report.name}; the other {len(group.reports) - 1} much the same)", "dim")


def _findings(group: Group) -> list[Finding]:
    """What is wrong, but for jobs that the list of swallowed ones names."""
    return [finding for finding in troubles(group.example) if not is_swallowed(finding, group.example)]


def finding_words(finding: Finding) -> str:
    """A finding with its detail, neither of them too long."""
    lines = finding.detail.strip("\n").splitlines()
    more = [f"({len(lines) - DETAIL_LINES} more lines)"] if len(lines) > DETAIL_LINES else []
    shown = (_shortened(line) for line in lines[:DETAIL_LINES])
    return "\n".join(filter(None, (clipped(finding.summary, DETAIL_LENGTH), *shown, *more)))


def _shortened(line: str) -> str:
    return line if len(line) <= DETAIL_LENGTH else f"{line[:DETAIL_LENGTH]}…"


def step_words(step: Step) -> str:
    """What was run, how it ended, and how long it took if that is known."""
    took = "" if step.exit_status is None else f", {step.seconds:.1f} s"
    return f"{clipped(step.command, DETAIL_LENGTH)}  ({end_words(step)}{took})"


def output_lines(step: Step) -> list[str]:
    """The last lines of what a command said, none of them too long."""
    return [_shortened(line) for line in step.output.splitlines()[-OUTPUT_LINES:]]


def _ran(run: Run, group: Group) -> tuple[Step, ...]:
    """The steps of a host that is not right in spite of them, but for those of a list of what was repaired."""
    report = group.example
    if is_of_time_only(run.hosts):
        return report.steps if report.verdict in TROUBLE else ()
    return broken(report)


def _print_step(paper: Paper, step: Step) -> None:
    _print_item(paper, "ran", step_words(step))
    if step.exit_status != 0:
        for line in output_lines(step):
            paper.line(Text.assemble(" " * (HANG + 2), paper.text(line, "dim")))


def _print_item(paper: Paper, lead: str, words: str, style: str = "dim") -> None:
    if words:
        paper.prose(paper.text(words), HANG, Text.assemble("  ", paper.text(lead, style)))
