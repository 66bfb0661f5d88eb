"""The JSON document: as DESIGN.md has it, and nothing of a run is lost in it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_runs import REFERENCE, RUNS, a_morning_after, right, run

from remedy.document import OWN_KEYS, from_document, to_document
from remedy.gap import Gap, GapKind
from remedy.model import Announcement, Finding, HostReport, Level, Run, Step, Verdict

FIGURES = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FIGURES | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
MOMENTS = st.datetimes(timezones=st.integers(-720, 720).map(lambda m: timezone(timedelta(minutes=m))))
INSTANTS = st.integers(-(10**11), 10**12).map(lambda ms: ms / 1000)
GAPS = st.builds(Gap, st.sampled_from(GapKind), INSTANTS, INSTANTS, st.just("measured"), FIGURES)
HOSTS = st.builds(
    HostReport,
    name=st.text(),
    address=st.text(),
    verdict=st.sampled_from(Verdict),
    sections=st.dictionaries(st.text().filter(lambda key: key not in OWN_KEYS), JSON, max_size=3),
    findings=st.lists(
        st.builds(Finding, topic=st.text(), level=st.sampled_from(Level), summary=st.text(), entry=st.text()),
        max_size=2,
    ).map(tuple),
    planned=st.lists(st.text(), max_size=2).map(tuple),
    steps=st.lists(
        st.builds(Step, st.text(), st.text(), st.none() | st.integers(0, 255), FIGURES, st.text()), max_size=2
    ).map(tuple),
    error=st.none() | st.text(),
    seconds=FIGURES,
    groups=st.lists(st.text(), max_size=2).map(tuple),
    login=st.lists(st.text(), max_size=2).map(tuple),
    gaps=st.lists(GAPS, max_size=2).map(tuple),
    announced=st.lists(st.builds(Announcement, MOMENTS, MOMENTS, st.none() | st.text()), max_size=2).map(tuple),
)
ALL_RUNS = st.builds(
    Run,
    run=st.text(),
    command=st.text(),
    dry_run=st.booleans(),
    started=MOMENTS,
    finished=MOMENTS,
    reference=st.none() | st.dictionaries(st.text(), JSON, max_size=3),
    hosts=st.lists(HOSTS, max_size=3).map(tuple),
    options=st.lists(st.text(), max_size=2).map(tuple),
)


@given(ALL_RUNS)
def test_a_run_comes_back_from_its_document_as_it_was(run: Run) -> None:
    assert from_document(json.loads(json.dumps(to_document(run)))) == run


@pytest.mark.parametrize("name", RUNS)
def test_the_sample_runs_come_back_too(name: str) -> None:
    assert from_document(json.loads(json.dumps(to_document(RUNS[name])))) == RUNS[name]


def test_the_document_is_the_one_that_the_design_promises() -> None:
    document = to_document(run("check-time", right("web1")))
    assert document == {
        "schema": 1,
        "run": "20170829T200000Z-1f2e",
        "command": "check-time",
        "options": [],
        "dry_run": False,
        "started": "2017-08-29T20:00:00+00:00",
        "finished": "2017-08-29T20:00:12+00:00",
        "reference": REFERENCE,
        "hosts": [
            {
                "name": "web1",
                "address": "203.0.113.9",
                "groups": [],
                "login": [],
                "verdict": "ok",
                "clock": {"before": {"offset_s": 0.0007, "error_s": 0.0008}, "after": None},
                "timeservice": {"name": "ntpd", "running": True, "enabled": True, "synchronised": True},
                "findings": [
                    {"topic": "clock", "level": "ok", "summary": "right", "detail": "", "command": "", "entry": ""}
                ],
                "planned": [],
                "steps": [],
                "gaps": [],
                "maintenance": [],
                "error": None,
                "seconds": 0.8,
            }
        ],
        "summary": {"ok": 1, "repaired": 0, "planned": 0, "failing": 0, "unreachable": 0, "interrupted": 0},
    }


def test_the_summary_counts_each_verdict() -> None:
    summary = to_document(a_morning_after())["summary"]
    assert summary == {"ok": 1, "repaired": 2, "planned": 0, "failing": 1, "unreachable": 2, "interrupted": 0}


def test_fields_that_a_later_version_added_do_no_harm() -> None:
    document: dict[str, Any] = to_document(a_morning_after()) | {"later": 1}
    document["hosts"][1]["steps"][0]["later"] = 2
    document["hosts"][0]["findings"][0]["later"] = 3
    assert from_document(document) == a_morning_after()


def test_a_document_of_another_schema_is_refused() -> None:
    with pytest.raises(ValueError, match="schema 2"):
        from_document(to_document(a_morning_after()) | {"schema": 2})


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = replace(a_morning_after(), started=datetime.now(UTC).replace(tzinfo=None))
    with pytest.raises(ValueError, match="without a zone"):
        to_document(naive)


def test_a_topic_can_not_take_the_place_of_a_host_s_own_key() -> None:
    with pytest.raises(ValueError, match="findings"):
        to_document(run("check-time", replace(right("web1"), sections={"findings": []})))
