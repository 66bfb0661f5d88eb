"""What is right, in a few words."""

from dataclasses import replace
from typing import Any

import pytest
from sample_runs import silent
from whole_runs import all_right, host, job, services, site, without_nginx

from remedy.model import Finding, HostReport, Level, Verdict
from remedy.report.right import right_words


def on_host(topic: str, entries: Any, *findings: Finding) -> HostReport:
    return replace(host("web1", 1, Verdict.OK, timeservice=None, **{topic: entries}), findings=findings)


def warn(topic: str, entry: str = "") -> Finding:
    return Finding(topic, Level.WARN, "something", entry=entry)


def test_what_is_right_is_counted_topic_by_topic() -> None:
    assert right_words([all_right("web1", 1)]) == "ntpd, 2 services, 1 site, 8 jobs and 1 backup right"


def test_what_is_wrong_is_not_counted() -> None:
    assert right_words([without_nginx("web1")]) == "ntpd, 2 services, 18 jobs and 1 backup right"


def test_hosts_that_differ_are_counted_together() -> None:
    few = on_host("services", services("sshd"))
    many = on_host("services", services("sshd", "nginx", "mariadb"))
    assert right_words([few, many]) == "1 to 3 services right"


def test_nothing_is_right_on_a_host_that_was_not_looked_at() -> None:
    assert right_words([silent("web1")]) == ""


@pytest.mark.parametrize(
    ("topic", "key"),
    [("services", "name"), ("sites", "url"), ("jobs", "key"), ("backups", "name"), ("checks", "name")],
)
def test_of_what_something_was_found_to_be_wrong_with_is_not_right(topic: str, key: str) -> None:
    found = on_host(topic, [{key: "a"}, {key: "b"}, {key: "c"}], warn(topic, "a"), warn(topic, "b"))
    assert right_words([found]) == f"1 {topic.removesuffix('s')} right"


def test_sites_that_answer_with_another_status_are_not_right() -> None:
    sites = [site(url, 500) for url in ("a", "b")]
    assert right_words([on_host("sites", sites, warn("sites", "a"), warn("sites", "b"))]) == ""


def test_a_job_that_was_missed_is_not_right_though_nobody_warns_of_it() -> None:
    jobs = [job("* * * * *", name, swallowed=missed, key=name) for name, missed in (("a", []), ("b", ["x"]), ("c", []))]
    assert right_words([on_host("jobs", jobs, warn("jobs", "a"))]) == "1 job right"


def test_where_something_is_wrong_not_all_are_right() -> None:
    assert right_words([on_host("sites", [site("a"), site("b")], warn("sites"))]) == "1 site right"


def test_where_nothing_is_wrong_all_are_right() -> None:
    jobs = [job("*/5 * * * *", "poll", swallowed=["x"]), job("* * * * *", "b")]
    assert right_words([on_host("jobs", jobs)]) == "2 jobs right"


@pytest.mark.parametrize("odd", [None, 3, "text", {"a": 1}, [1, None, "x"], []])
def test_odd_sections_are_not_counted(odd: Any) -> None:
    assert right_words([on_host("services", odd, warn("services"))]) == ""
