"""The report of post-mainte as it is read. The texts in golden/ were looked at, see test_console.py."""

import io
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_runs import silent
from whole_runs import (
    BACKUP,
    WHOLE_RUNS,
    a_large_morning,
    a_whole_morning,
    all_right,
    container,
    host,
    job,
    put_right,
    whole,
    without_backup,
    without_nginx,
)

from remedy.document import from_document, to_document
from remedy.inventory.kinds import MOMENT
from remedy.model import Announcement, Finding, HostReport, Level, Run, Step, Verdict
from remedy.report.console import print_run

GOLDEN = Path(__file__).parent / "golden"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2028]")
WIDTHS = (40, 80, 120, None)
COPIED = (" " * 4, "  fab ")  # how lines begin that are not wrapped
NOTICE = "https://provider.example/123"
EVIL = "nginx\n\nNext, to put all right:\n  fab lab.down\x1b[2J\r\x00'; rm -rf /; echo '\u2028\u202e"
KEYS = st.sampled_from(["name", "running", "url", "status", "from", "command", "swallowed", "at", "state", "before"])
TOPICS = st.sampled_from(["services", "sites", "jobs", "backups", "checks", "clock", "timeservice", "other"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)


def shown(run: Run, width: int | None = None) -> str:
    stream = io.StringIO()
    print_run(run, stream, width)
    return stream.getvalue()


def next_lines(run: Run) -> list[str]:
    """What is to be typed here next."""
    return [line.strip() for line in shown(run).splitlines() if line.startswith("  fab ")]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", WHOLE_RUNS)
def test_a_run_is_shown_as_it_was_when_somebody_looked_at_it(name: str, width: int | None) -> None:
    golden = GOLDEN / f"{name}-{width or 'piped'}.txt"
    text = shown(WHOLE_RUNS[name], width)
    if os.environ.get("REWRITE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WHOLE_RUNS)
def test_a_run_is_shown_again_from_its_document_as_it_was(name: str) -> None:
    run = WHOLE_RUNS[name]
    assert shown(from_document(json.loads(json.dumps(to_document(run)))), 80) == shown(run, 80)


@pytest.mark.parametrize("width", WIDTHS)
def test_lines_fit_the_paper_unless_they_are_there_to_be_copied(width: int | None) -> None:
    for line in shown(a_whole_morning(), width).splitlines():
        assert width is None or len(line) <= width or line.startswith(COPIED)
        assert line == line.rstrip()


def test_thousands_of_hosts_are_told_of_on_two_pages() -> None:
    run = a_large_morning(3000)
    text = shown(run, 80)
    assert len(text.splitlines()) < 100
    assert f"{len(run.hosts)} hosts: 5 unreachable, 195 failing, 2000 repaired, 800 ok" in text


def test_what_concerns_many_stands_in_its_order() -> None:
    text = shown(a_whole_morning(), 80)
    order = ["db3 ", "web1 ", "web3  failing\n", "Repaired:", "lost in the gap", "by itself: its log", "To do by hand:"]
    places = [text.index(words) for words in [*order, "Next, "]]
    assert places == sorted(places)


def test_what_was_announced_stands_before_what_was_done() -> None:
    night = Announcement(MOMENT("2017-08-30T02:00 Asia/Tokyo"), MOMENT("2017-08-30T05:00 Asia/Tokyo"), NOTICE)
    text = shown(whole(replace(put_right("web1"), announced=(night,)), put_right("web2", 11)), 120)
    announced = text[text.index("Announced maintenance:") : text.index("Repaired:")]
    assert "  web1: Wed 2017-08-30 02:00 to 05:00 JST (Asia/Tokyo), here " in announced
    assert f"    {NOTICE}\n" in announced
    assert "web2" not in announced


def test_each_group_has_a_table_and_each_host_stands_in_its_first_one_only() -> None:
    text = shown(a_whole_morning(), 120)
    headings = ["db  3 hosts: 1 unreachable, 1 failing, 1 repaired", "web  3 hosts: 1 failing, 2 repaired"]
    assert re.findall(r"^\S.*\d hosts?: .*$", text, re.MULTILINE)[:2] == headings
    assert "tokyo" not in text
    for name in ("web1", "db1", "mail", "status"):
        assert len(re.findall(rf"^{name} +(?:ok|failing|repaired) {{3}}", text, re.MULTILINE)) == 1


def test_without_groups_there_is_one_table_without_a_heading() -> None:
    hosts = [replace(report, groups=()) for report in a_whole_morning().hosts]
    text = shown(whole(*hosts), 120)
    assert text.startswith("host ")
    assert "in no group" not in text


def test_all_hosts_in_one_group_need_no_heading() -> None:
    assert shown(whole(put_right("web1"), put_right("web2")), 120).startswith("host ")


def test_what_is_right_is_only_counted() -> None:
    text = shown(whole(all_right("status", 40)), 120)
    assert "ntpd, 2 services, 1 site, 8 jobs and 1 backup right" in text
    assert "nginx" not in text
    assert "job-1" not in text


def test_a_job_that_was_lost_is_told_once_with_its_command_and_once_with_what_to_type() -> None:
    text = shown(whole(without_backup("db1")), 120)
    assert text.count("root: " + BACKUP) == 1
    assert "warn  did not run" not in text


def test_in_a_pipe_grep_finds_what_concerns_a_host_each_on_one_line() -> None:
    lines = "\n".join(line for line in shown(a_whole_morning()).splitlines() if "db2" in line)
    for fact in (
        r"^db2 .*repaired .*3 h 1 s behind → right within 1.3 ms .*1 job lost, 1 job unsure; ntpd, 2 services",
        r"db2: run the backup nightly \(12 min 34 s\): /usr/local/sbin/backup-db --all$",
        r"db2: 30 Aug 02:30: root: /usr/local/sbin/backup-db --all  \(30 2 \* \* \* in /etc/cron.d/backup\)$",
    ):
        assert re.search(fact, lines, re.MULTILINE)


@pytest.mark.parametrize(
    ("reports", "lines"),
    [
        ([without_nginx("web3"), container("mail")], ["fab post-mainte -H web3,mail"]),
        ([without_backup("db1")], ["fab run-backups -H db1"]),
        ([silent("db3")], ["fab post-mainte --wait 2h -H db3"]),
        ([replace(silent("db3"), verdict=Verdict.INTERRUPTED)], ["fab post-mainte -H db3"]),
        ([put_right("web1"), all_right("status", 40)], []),
    ],
)
def test_what_is_typed_next_goes_with_how_the_hosts_ended(reports: list[HostReport], lines: list[str]) -> None:
    assert next_lines(whole(*reports)) == lines


def test_a_host_that_lacks_a_backup_and_more_is_named_for_both() -> None:
    report = without_backup("db1")
    more = replace(report, findings=(*report.findings, Finding("services", Level.BAD, "mariadb does not run")))
    assert next_lines(whole(more)) == ["fab run-backups -H db1", "fab post-mainte -H db1"]


def test_a_backup_that_we_can_not_make_is_not_offered() -> None:
    report = without_backup("db1")
    backups = [{"name": "nightly", "state": "missing", "run": None}]
    assert next_lines(whole(replace(report, sections={**report.sections, "backups": backups}))) == [
        "fab post-mainte -H db1"
    ]


def test_too_many_hosts_to_name_are_named_by_their_run() -> None:
    run = whole(*(without_nginx(f"web{n}") for n in range(30)), *(silent(f"db{n}") for n in range(30)))
    assert next_lines(run) == [f"fab post-mainte --resume {run.run}", f"fab post-mainte --wait 2h --resume {run.run}"]


@pytest.mark.parametrize(
    ("command", "next_command"),
    [
        ("check-services", "fab post-mainte --only services -H web3"),
        ("check-sites", "fab post-mainte --only services -H web3"),
        ("check-jobs", "fab post-mainte --only services -H web3"),
        ("run-backups", "fab run-backups -H web3"),
    ],
)
def test_after_a_check_the_command_that_repairs_is_typed_next(command: str, next_command: str) -> None:
    assert next_lines(replace(whole(without_nginx("web3")), command=command)) == [next_command]


@pytest.mark.parametrize(("is_ours", "next_command"), [(True, "run-backups"), (False, "check-backups")])
def test_a_backup_that_we_can_not_make_is_looked_at_again(is_ours: bool, next_command: str) -> None:
    backups = [{"name": "nightly", "state": "stale", "run": is_ours}]
    finding = Finding("backups", Level.BAD, "the backup nightly is 3 d old")
    failing = replace(host("db1", 1, Verdict.FAILING, backups=backups), findings=(finding,))
    assert next_lines(replace(whole(failing), command="check-backups")) == [f"fab {next_command} -H db1"]


def everywhere(text: str) -> HostReport:
    """A host that says this wherever it can say something."""
    entry = {"name": text, "url": text, "problem": text, "state": text, "user": text, "source": text, "evidence": text}
    jobs = [job(text, text, text, text, swallowed=["2017-08-30T02:30:00+09:00"], ask=[text], replayed=text)]
    findings = tuple(Finding(topic, Level.BAD, text, text, text) for topic in ("services", "jobs", "sites", text))
    step = Step(text, text, 1, 1.0, text)
    return replace(
        host("web1", 1, Verdict.FAILING, services=[entry], sites=[entry], jobs=jobs, backups=[entry], checks=[entry]),
        findings=(*findings, Finding("jobs", Level.WARN, text, text, text, text)),
        steps=(step, replace(step, repair=f"{text}2", exit_status=0)),
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_that_a_host_says_can_pass_for_words_of_ours(width: int | None) -> None:
    text = shown(whole(everywhere(EVIL)), width)
    assert not CONTROL.search(text)
    assert not re.search(r"^ {,4}fab lab.down", text, re.MULTILINE)
    assert not re.search(r"^Next, to put all right", text, re.MULTILINE)


@pytest.mark.parametrize("width", WIDTHS)
def test_megabytes_from_a_host_stay_a_page(width: int | None) -> None:
    for text in ("x" * 2_000_000, "x y " * 500_000, "x\n" * 1_000_000):
        assert len(shown(whole(everywhere(text)), width)) < 50_000


@given(st.dictionaries(TOPICS, JSON), JSON, st.text(), st.sampled_from(Verdict), st.sampled_from(WIDTHS))
def test_whatever_sections_hold_a_report_is_printed(
    sections: dict[str, Any], entry: Any, words: str, verdict: Verdict, width: int | None
) -> None:
    findings = tuple(Finding(topic, Level.WARN, words, words, words) for topic in ("jobs", "sites", "backups"))
    full = {**sections, "jobs": [entry, entry], "timeservice": entry, "clock": entry}
    report = HostReport("web1", "203.0.113.1", verdict, full, findings)
    assert not CONTROL.search(shown(whole(report, replace(report, sections=sections)), width))
