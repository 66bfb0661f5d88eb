"""A run as JUnit's XML, for a CI server: a suite for each host, a case for each of its topics.

What is bad fails its topic's case. One more case, "run", holds what was done, and is an error where we could not look
at the host or come to an end with it.
The form is the one that Jenkins and GitLab read (https://github.com/windyroad/JUnit-Schema).
"""

import re
from collections.abc import Iterable
from datetime import UTC
from io import BytesIO
from pathlib import Path

from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

from remedy.model import Finding, HostReport, Level, Run, Step
from remedy.report.files import write_whole
from remedy.report.glance import end_words, error_words

FORBIDDEN = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")  # XML 1.0, section 2.2: Char


def write_junit(run: Run, path: Path) -> None:
    """Write the run to a file; raise PostMainteError if that can't be done."""
    write_whole(path, to_junit(run))


def to_junit(run: Run) -> bytes:
    """The run as an XML document in UTF-8; a character that XML forbids stands there as U+FFFD."""
    suites = JUnitXml(f"post-mainte {run.command} {run.run}")
    for report in run.hosts:
        suite = _suite(report)
        suite.timestamp = f"{run.started.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"  # the form has no place for a zone
        suites.append(suite)  # add_testsuite would look for one like it among all
    suites.update_statistics()
    document = BytesIO()
    suites.write(document)
    return document.getvalue()


def _suite(report: HostReport) -> TestSuite:
    suite = TestSuite(_clean(report.name))
    suite.hostname = _clean(report.address)
    suite.add_property("verdict", report.verdict.value)
    topics = dict.fromkeys((*report.sections, *(finding.topic for finding in report.findings)))
    suite.add_testcases([_run_case(report), *(_topic_case(report, topic) for topic in topics)])
    return suite


def _topic_case(report: HostReport, topic: str) -> TestCase:
    case = TestCase(_clean(topic), _clean(report.name))
    findings = [finding for finding in report.findings if finding.topic == topic]
    bad = [finding for finding in findings if finding.level is Level.BAD]
    if bad:
        failure = Failure(_clean("; ".join(finding.summary for finding in bad)), Level.BAD.value)
        failure.text = _clean(_told(bad))
        case.result = [failure]
    if rest := [finding for finding in findings if finding.level is not Level.BAD]:
        case.system_out = _clean(_told(rest))
    return case


def _run_case(report: HostReport) -> TestCase:
    case = TestCase("run", _clean(report.name), report.seconds)
    if report.error:
        error = Error(_clean(error_words(report).partition("\n")[0]), report.verdict.value)
        error.text = _clean(error_words(report))
        case.result = [error]
    if report.steps:
        case.system_out = _clean("\n".join(map(_ran, report.steps)))
    return case


def _told(findings: Iterable[Finding]) -> str:
    return "\n\n".join(
        "\n".join(filter(None, (f"{finding.level}: {finding.summary}", finding.detail, finding.command)))
        for finding in findings
    )


def _ran(step: Step) -> str:
    return "\n".join(filter(None, (f"{step.command}  ({end_words(step)}, {step.seconds:.1f} s)", step.output)))


def _clean(words: str) -> str:
    return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", words)
