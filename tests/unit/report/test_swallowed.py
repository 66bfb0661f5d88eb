"""What the gap swallowed: moments in the host's zone, and what becomes of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whole_runs import at, host, job

from remedy.model import Finding, HostReport, Level, Verdict
from remedy.report.swallowed import Fate, Swallowed, is_swallowed, lost_words, swallowed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["at", "until", "count", "swallowed"]), inner),
    max_leaves=8,
)
LOST = Finding("jobs", Level.WARN, "did not run at 02:30: backup", entry="backup")


def on_host(*jobs: Any, findings: tuple[Finding, ...] = (LOST,)) -> HostReport:
    report = host("web1", 1, Verdict.REPAIRED, jobs=list(jobs))
    return HostReport(report.name, report.address, report.verdict, report.sections, findings)


def when(*firings: Any) -> tuple[str, str]:
    """When a job was swallowed, and in which zone."""
    (told,) = swallowed(on_host(job("30 2 * * *", "backup", swallowed=list(firings))))
    return told.when, told.zone


@pytest.mark.parametrize(
    ("firings", "words"),
    [
        (at("02:30"), "30 Aug 02:30"),
        (at("04:30", "02:30", "03:30"), "30 Aug 02:30, 03:30, 04:30"),
        (at("02:00", "02:20", "02:40", "03:00"), "30 Aug 02:00 to 03:00, 4 times"),
        (["2017-08-30T23:59:00+09:00", "2017-08-31T00:01:00+09:00"], "30 Aug 23:59, 31 Aug 00:01"),
        (["2017-09-01T02:30:00+09:00"], "1 Sep 02:30"),
        (
            [{"at": "2017-08-30T02:05:00+09:00", "until": "2017-08-30T04:55:00+09:00", "count": 35}],
            "30 Aug 02:05 to 04:55, 35 times",
        ),
    ],
)
def test_few_moments_are_named_and_many_counted(firings: list[Any], words: str) -> None:
    assert when(*firings) == (words, "+09:00")


def test_a_host_in_utc_says_so() -> None:
    assert when("2017-08-30T02:30:00+00:00") == ("30 Aug 02:30", "UTC")


def test_in_the_night_in_which_the_offset_changes_each_moment_has_its_own() -> None:
    assert when("2017-10-29T02:30:00+02:00", "2017-10-29T02:30:00+01:00") == (
        "29 Oct 02:30 +02:00, 02:30 +01:00",
        "",
    )


def test_each_firing_is_told_with_its_fate_and_the_job() -> None:
    evidence = "cron.log shows no run"
    entry = job("30 2 * * *", "backup", swallowed=at("02:30"), replayed=at("03:30"), evidence=evidence)
    told = f"root: backup  (30 2 * * * in /etc/crontab; {evidence})"
    assert list(swallowed(on_host(entry))) == [
        Swallowed(Fate.LOST, "30 Aug 02:30", "+09:00", told),
        Swallowed(Fate.REPLAYED, "30 Aug 03:30", "+09:00", told),
    ]


def test_a_job_that_no_finding_warns_of_may_be_missed() -> None:
    entry = job("*/5 * * * *", "poll", swallowed=at("02:30"), ask=at("03:30"))
    assert [told.fate for told in swallowed(on_host(entry))] == [Fate.MINOR, Fate.MINOR]


def test_a_job_whose_command_stands_in_the_one_of_another_is_not_taken_for_it() -> None:
    jobs = [job("30 2 * * *", command, swallowed=at("02:30")) for command in ("back", "backup")]
    report = on_host(*jobs)
    assert [told.fate for told in swallowed(report)] == [Fate.MINOR, Fate.LOST]
    assert lost_words(report) == "1 job lost"
    assert is_swallowed(LOST, report)


def test_a_finding_on_anything_else_is_no_such_finding() -> None:
    report = on_host(job("30 2 * * *", "backup", swallowed=at("02:30")), job("1 2 * * *", "other"))
    for finding in (
        Finding("jobs", Level.WARN, "can't be judged: other"),
        Finding("jobs", Level.WARN, "may or may not run: other", entry="other"),
        Finding("jobs", Level.BAD, "cron is not running, so backup won't"),
        Finding("backups", Level.WARN, "backup did not run", entry="backup"),
    ):
        assert not is_swallowed(finding, report)


def test_lost_and_unsure_jobs_are_counted() -> None:
    findings = tuple(Finding("jobs", Level.WARN, f"did not run: job{n}", entry=f"job{n}") for n in (1, 2, 3))
    jobs = [job("1 2 * * *", f"job{n}", swallowed=at("02:01")) for n in (1, 2)]
    report = on_host(*jobs, job("1 2 * * *", "job3", ask=at("02:01")), findings=findings)
    assert lost_words(report) == "2 jobs lost, 1 job unsure"
    assert lost_words(on_host()) == ""


@given(JSON, JSON, JSON, JSON)
def test_odd_values_do_no_harm(section: Any, entry: Any, firings: Any, text: Any) -> None:
    for jobs in (section, [entry], [{"swallowed": firings, "command": text, "schedule": text, "evidence": text}]):
        report = HostReport("web1", "x", Verdict.OK, {"jobs": jobs}, (LOST,))
        for told in swallowed(report):
            assert "\n" not in told.job
        assert not is_swallowed(Finding("clock", Level.WARN, "x"), report)
        lost_words(report)


def test_what_has_no_zone_or_is_no_moment_is_left_out() -> None:
    odd = ({"at": "2017-08-30T02:05:00+09:00", "count": 35}, {"at": "2017-08-30T02:05:00+09:00", "until": "later"})
    entry = job("1 2 * * *", "backup", swallowed=["2017-08-30T02:30:00", "yesterday", 5, None, *odd, *at("02:30")])
    assert [told.when for told in swallowed(on_host(entry))] == ["30 Aug 02:30"]
