"""Checks of one's own: what is said where the output is not what it should be, and what is done then."""

from dataclasses import replace

import pytest

from remedy import patterns
from remedy.custom import TOPIC, Checked, ChecksFacts
from remedy.custom.facts import read
from remedy.custom.judge import judge, repairs, section
from remedy.inventory import Host
from remedy.inventory.host import Check
from remedy.model import Level
from remedy.reference import Reference
from remedy.shell.answers import Answer, Answers
from remedy.topic import Situation

QUEUE = Check("queue", "mailq | tail -1", text="Mail queue is empty")


def situation(*checks: Check) -> Situation:
    return Situation(Host("web1", "192.0.2.1", checks=checks), Reference("ntp", 0.0, 0.001, 0.0))


def answer(
    output: str = "", status: int | None = 0, seconds: float = 0.1, number: int = 0, cut: bool = False
) -> Answer:
    return Answer(f"check/{number}", output, status, truncated=cut, began=100.0, ended=100.0 + seconds)


def facts(check: Check, *answers: Answer) -> ChecksFacts:
    return read(Answers(answers), situation(check))


def said(check: Check, *answers: Answer) -> list[tuple[Level, str]]:
    return [(finding.level, finding.summary) for finding in judge(facts(check, *answers), situation(check))]


def test_what_is_as_it_should_be_is_told_in_one_line() -> None:
    checks = (QUEUE, Check("load", "uptime", regex=r"load average: [0-3]\."))
    read_facts = read(
        Answers((answer("Mail queue is empty\n"), answer("up 3 days, load average: 0.12", number=1))),
        situation(*checks),
    )
    (finding,) = judge(read_facts, situation(*checks))
    assert (finding.level, finding.summary) == (Level.OK, "queue, load: as they should be")
    assert repairs(read_facts, situation(*checks)) == ()


def test_a_host_without_checks_has_nothing_to_say() -> None:
    nothing = read(Answers(), situation())
    assert (judge(nothing, situation()), section(nothing, None)) == ((), [])


@pytest.mark.parametrize(
    ("check", "heard", "problem"),
    [
        (QUEUE, answer("3 requests"), "its output does not hold 'Mail queue is empty'"),
        (QUEUE, answer("Mail queue is empty", 2), "exit status 2, not 0"),
        (Check("c", "true", status=1), answer("", 0), "exit status 0, not 1"),
        (QUEUE, answer("", 127), "exit status 127, not 0"),
        (QUEUE, answer("", None), "its end was not told"),
        (
            QUEUE,
            replace(answer("x" * 100), truncated=True),
            "its output does not hold 'Mail queue is empty' in what was looked at of it",
        ),
        (Check("c", "c", regex="^ok"), answer("not ok"), "its output holds nothing that matches '^ok'"),
        (Check("c", "c", timeout=2.5), answer("", 124, seconds=3.1), "it did not end within 3 s"),
        (Check("c", "c", timeout=30.0), answer("", 143, seconds=30.0), "it did not end within 30 s"),
        (Check("c", "c", timeout=30.0), answer("", 124, seconds=0.2), "exit status 124, not 0"),
    ],
)
def test_what_is_wrong_is_said(check: Check, heard: Answer, problem: str) -> None:
    assert said(check, heard) == [(Level.BAD, f"{check.name}: {problem}")]
    assert section(facts(check, heard), None)[0]["problem"] == problem


def test_a_command_that_was_not_heard_of_is_no_good_one() -> None:
    assert said(QUEUE) == [(Level.BAD, "queue: its end was not told")]


def test_a_regular_expression_that_takes_for_ever_is_told_and_nothing_is_repaired(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patterns, "CPU_SECONDS", 1)
    check = Check("c", "c", regex="(a+)+$", repair="reboot")
    heard = answer("a" * 64 + "!")
    assert said(check, heard) == [(Level.BAD, "c: it takes too long to look for '(a+)+$' in its output")]
    assert repairs(facts(check, heard), situation(check)) == ()


def test_the_end_of_the_output_is_the_detail_and_the_repair_the_command_to_type() -> None:
    check = Check("queue", "mailq", text="empty", repair="postqueue -f ")
    lines = "".join(f"line {number}\n\n" for number in range(9))
    (finding,) = judge(facts(check, answer(lines)), situation(check))
    assert finding.detail == "it printed:\n  line 4\n  line 5\n  line 6\n  line 7\n  line 8"
    assert finding.command == "postqueue -f"


@pytest.mark.parametrize(
    ("check", "command"),
    [
        (Check("c", "false"), "false"),
        (Check("c", "cd /srv\n./check\n"), ""),
        (Check("c", "false", repair="if true\nthen\n  mend\nfi"), ""),
    ],
)
def test_the_command_to_type_is_one_line_or_none(check: Check, command: str) -> None:
    assert judge(facts(check, answer("", 1)), situation(check))[0].command == command


def test_a_check_that_fails_is_repaired_by_its_own_command_as_it_is_written() -> None:
    command = "cd /srv &&\n  ./mend 'a  b'"
    check = Check("queue", "mailq", repair=command)
    (repair,) = repairs(facts(check, answer("", 1)), situation(check))
    assert (repair.topic, repair.summary, repair.commands) == ("checks", "repair queue", ("cd /srv && ./mend 'a b'",))
    assert repair.script.values["CHECKS_REPAIR"] == command
    assert repair.script.detached


def test_each_check_has_a_repair_of_its_own_and_none_is_made_for_what_is_well_or_unknown() -> None:
    well = Checked(Check("a", "a", repair="mend a"), 0)
    unheard = Checked(Check("b", "b", repair="mend b"))
    bad = Checked(Check("c", "c", repair="mend c"), 1)
    late = Checked(Check("d", "d", repair="mend d", timeout=1.0), 124, seconds=1.0)
    without = Checked(Check("e", "e"), 1)
    planned = repairs(ChecksFacts((well, unheard, bad, late, without)), situation())
    assert [repair.commands for repair in planned] == [("mend c",), ("mend d",)]


def test_the_json_document_shows_the_checks_after_the_repair() -> None:
    before, after = facts(QUEUE, answer("3 requests")), facts(QUEUE, answer("Mail queue is empty"))
    assert section(before, after) == [
        {"name": "queue", "status": 0, "seconds": 0.1, "output": "Mail queue is empty", "problem": None}
    ]


def test_the_deadlines_of_all_commands_add_up() -> None:
    host = Host("web1", "192.0.2.1", checks=(Check("a", "a", timeout=0.5), Check("b", "b", timeout=30.0)))
    assert 31.0 < TOPIC.patience(host) < 60.0
    assert TOPIC.values(host)["CHECKS"] == "checks_run 0 1 a\nchecks_run 1 30 b"
