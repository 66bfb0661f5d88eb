"""JUnit's XML: what a CI server makes of a run, and nothing that a host prints can break it."""

import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml, TestCase
from sample_runs import RUNS, a_morning_after, right, run, silent, stubborn, wrong

from remedy.errors import PostMainteError
from remedy.model import Finding, HostReport, Level, Run, Step, Verdict
from remedy.report.junit import to_junit, write_junit

HOSTILE = st.text(st.characters(exclude_categories=())) | st.sampled_from(
    (
        "]]></failure>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
        "\x00\x1b[2J\ud800\ufffe",
        "&#0;",
        "--><",
    )
)
HOSTS = st.builds(
    HostReport,
    name=HOSTILE,
    address=HOSTILE,
    verdict=st.sampled_from(Verdict),
    sections=st.dictionaries(HOSTILE, st.none(), max_size=2),
    findings=st.lists(st.builds(Finding, HOSTILE, st.sampled_from(Level), HOSTILE, HOSTILE, HOSTILE), max_size=3).map(
        tuple
    ),
    steps=st.lists(st.builds(Step, HOSTILE, HOSTILE, st.none() | st.integers(0, 255), st.just(1.0), HOSTILE)).map(
        tuple
    ),
    error=st.none() | HOSTILE,
)


def parsed(run: Run) -> dict[str, dict[str, TestCase]]:
    """The cases by host and name, as they are read again."""
    suites = JUnitXml.fromstring(to_junit(run))
    return {str(suite.name): {str(case.name): case for case in suite} for suite in suites}


def told(case: TestCase) -> Any:
    (result,) = case.result
    return result


def test_each_host_is_a_suite_with_a_case_for_each_topic() -> None:
    cases = parsed(run("check-time", right("web1"), wrong("web2")))
    assert {host: list(of_host) for host, of_host in cases.items()} == {
        "web1": ["run", "clock", "timeservice"],
        "web2": ["run", "clock", "timeservice"],
    }
    assert all(case.is_passed for case in cases["web1"].values())
    assert [name for name, case in cases["web2"].items() if case.is_failure] == ["clock", "timeservice"]
    assert cases["web2"]["clock"].classname == "web2"


def test_a_failure_says_what_is_bad_and_what_to_do() -> None:
    failure = told(parsed(run("check-time", wrong("web1")))["web1"]["clock"])
    assert (failure.type, failure.message) == ("bad", "the clock is 2 h 59 min 58 s behind")
    assert failure.text == "bad: the clock is 2 h 59 min 58 s behind\nrecover-time steps it forward"


def test_a_warning_fails_nothing_and_can_be_read() -> None:
    case = parsed(run("check-time", wrong("web1")))["web1"]["timeservice"]
    assert told(case).message == "ntpd is stopped"
    assert case.system_out == "warn: ntpd is not started at boot"


def test_a_host_that_was_not_reached_is_an_error() -> None:
    (case,) = parsed(run("check-time", silent("db2")))["db2"].values()
    assert case.is_error
    assert (told(case).type, told(case).message) == (
        "unreachable",
        "203.0.113.12 port 22 did not answer within 10 s (connect deadline)",
    )


def test_what_was_run_can_be_read_with_its_output() -> None:
    out = parsed(run("recover-time", stubborn("mail")))["mail"]["run"].system_out
    assert "ntpdate -b -u ntp1.sakura.ad.jp  (exit status 1, 8.1 s)\nCan't adjust the time of day" in str(out)
    assert "systemctl start ntpd  (its end was not told, 0.0 s)" in str(out)


def test_the_totals_are_right() -> None:
    document = JUnitXml.fromstring(to_junit(a_morning_after()))
    assert (document.tests, document.failures, document.errors) == (14, 1, 2)
    assert next(iter(document)).timestamp == "2017-08-29T20:00:00"


@pytest.mark.parametrize("name", RUNS)
def test_every_sample_can_be_read_again(name: str) -> None:
    assert set(parsed(RUNS[name])) == {report.name for report in RUNS[name].hosts}


@given(st.lists(HOSTS, max_size=3))
def test_whatever_a_host_prints_the_xml_can_be_read_again(hosts: list[HostReport]) -> None:
    suites = list(JUnitXml.fromstring(to_junit(run("post-mainte", *hosts))))
    assert len(suites) == len(hosts)
    for suite, report in zip(suites, hosts, strict=True):
        bad = {finding.topic for finding in report.findings if finding.level is Level.BAD}
        assert suite.failures == len(bad)
        assert suite.errors == bool(report.error)


def test_a_forbidden_character_leaves_a_mark_and_the_others_stay() -> None:
    finding = Finding("clock", Level.BAD, "a\x00b<c>&\"'\ud800\n\tü\U0001f600")
    failure = told(parsed(run("check-time", HostReport("w", "a", Verdict.FAILING, findings=(finding,))))["w"]["clock"])
    assert failure.text == "bad: a\ufffdb<c>&\"'\ufffd\n\tü\U0001f600"


def test_it_is_written_to_a_file(tmp_path: Path) -> None:
    write_junit(a_morning_after(), tmp_path / "junit.xml")
    assert len(list(JUnitXml.fromfile(BytesIO((tmp_path / "junit.xml").read_bytes())))) == 6


def test_a_file_that_can_not_be_written_is_told_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "no" / "junit.xml"
    with pytest.raises(PostMainteError, match=f"^can't write {path}: {os.strerror(2)}$"):
        write_junit(a_morning_after(), path)
