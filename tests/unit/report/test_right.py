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


def warn(topic: str) -> Finding:
    return Finding(topic, Level.WARN, "something")


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
    ("topic", "entries"),
    [
        ("services", [{"name": "a", "running": False}, {"name": "b", "running": True}]),
        ("services", [{"name": "a", "running": True, "enabled": False}, {"name": "b", "running": True}]),
        ("sites", [site("a", None), site("b")]),
        ("sites", [{**site("a"), "missing": ["text"]}, site("b")]),
        ("jobs", [job("* * * * *", "a", swallowed=["x"]), job("* * * * *", "b")]),
        ("backups", [{"name": "a", "state": "stale"}, {"name": "b", "state": "ran"}]),
        ("checks", [{"name": "a", "problem": "says otherwise"}, {"name": "b"}]),
    ],
)
def test_an_entry_is_judged_by_its_own_values(topic: str, entries: list[Any]) -> None:
    assert right_words([on_host(topic, entries, warn(topic))]) == f"1 {topic.removesuffix('s')} right"


def test_where_something_is_wrong_not_all_are_right() -> None:
    assert right_words([on_host("sites", [site("a"), site("b")], warn("sites"))]) == "1 site right"


def test_where_nothing_is_wrong_all_are_right() -> None:
    jobs = [job("*/5 * * * *", "poll", swallowed=["x"]), job("* * * * *", "b")]
    assert right_words([on_host("jobs", jobs)]) == "2 jobs right"


@pytest.mark.parametrize("odd", [None, 3, "text", {"a": 1}, [1, None, "x"], []])
def test_odd_sections_are_not_counted(odd: Any) -> None:
    assert right_words([on_host("services", odd, warn("services"))]) == ""
