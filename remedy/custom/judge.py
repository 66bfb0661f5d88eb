"""Do the checks of one's own say that all is well, and what is done where they don't?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from remedy.custom.facts import Checked, ChecksFacts, deadline
from remedy.inventory.host import Check
from remedy.model import Finding, Level, Repair
from remedy.shell.script import ACT, Script
from remedy.topic import Situation
from remedy.words import duration

SECTIONS = (ACT, Path(__file__).with_name("repair.sh"))
REPAIR_SECONDS = 600  # that its command may take
LAST_LINES = 5  # of the output, in a finding
KEPT = 4096  # characters of the output, in the JSON document


def judge(facts: ChecksFacts, _situation: Situation) -> tuple[Finding, ...]:
    """The findings on a host's own checks: each that fails, or that none does."""
    failing = tuple(_finding(checked) for checked in facts.checks if _problem(checked))
    names = [checked.check.name for checked in facts.checks]
    if failing or not names:
        return failing
    return (Finding("checks", Level.OK, f"{', '.join(names)}: as {'it' if len(names) == 1 else 'they'} should be"),)


def repairs(facts: ChecksFacts, _situation: Situation) -> tuple[Repair, ...]:
    """The repair of each check that fails and has one."""
    return tuple(
        _repair(checked.check, checked.check.repair)
        for checked in facts.checks
        if checked.check.repair and checked.is_judged and _problem(checked)
    )


def section(before: ChecksFacts, after: ChecksFacts | None) -> list[dict[str, Any]]:
    """The checks' part of the JSON document, as they were seen last."""
    return [
        {
            "name": checked.check.name,
            "status": checked.status,
            "seconds": round(checked.seconds, 3),
            "output": checked.output[-KEPT:],
            "problem": _problem(checked) or None,
        }
        for checked in (after or before).checks
    ]


def _problem(checked: Checked) -> str:
    """What is wrong, in a few words; "" if all is well."""
    return next(_problems(checked), "")


def _problems(checked: Checked) -> Iterator[str]:
    check = checked.check
    longer = " in what was looked at of it" if checked.is_longer else ""
    if checked.status is None:
        yield "its end was not told"
    elif checked.is_late:
        yield f"it did not end within {duration(deadline(check))}"
    elif checked.status != check.status:
        yield f"exit status {checked.status}, not {check.status}"
    if not checked.has_text:
        yield f"its output does not hold {check.text!r}{longer}"
    if checked.has_match is None:
        yield f"it takes too long to look for {check.regex!r} in its output"
    elif not checked.has_match:
        yield f"its output holds nothing that matches {check.regex!r}{longer}"


def _finding(checked: Checked) -> Finding:
    lines = [line for line in checked.output.splitlines() if line.strip()][-LAST_LINES:]
    detail = "".join(f"\n  {line}" for line in lines)
    summary = f"{checked.check.name}: {_problem(checked)}"
    detail = f"it printed:{detail}" if detail else ""
    command = checked.check.repair or checked.check.command
    return Finding("checks", Level.BAD, summary, detail, _one_line(command), checked.check.name)


def _repair(check: Check, command: str) -> Repair:
    shown = " ".join(command.split())
    values = {"CHECKS_REPAIR": command, "CHECKS_SHOWN": shown, "CHECKS_SECONDS": str(REPAIR_SECONDS)}
    return Repair(
        topic="checks",
        summary=f"repair {check.name}",
        commands=(shown,),
        script=Script(SECTIONS, ("checks_repair",), values, detached=True),
        seconds=REPAIR_SECONDS + 30.0,
    )


def _one_line(command: str) -> str:
    """A command that a person can type; one of several lines is none."""
    return "" if "\n" in command.strip() else command.strip()
