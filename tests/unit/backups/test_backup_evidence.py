"""What units, commands, restic and borg prove, as they print it; also when that is nonsense."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.backups import TOPIC, BackupsFacts, Proof
from remedy.inventory.host import Backup, Evidence, Host
from remedy.reference import Reference
from remedy.shell.answers import Answer, Answers
from remedy.topic import Situation

NOW = 1767330000.0
MADE = "2026-01-02T03:04:05.123456789+00:00"
THEN = 1767323045.123456
LINE = 'repository 4bba301e opened\n{"unfinished\n'


def read(evidence: Evidence, *answers: Answer) -> BackupsFacts:
    host = Host("web1", "192.0.2.1", backups=(Backup("nightly", evidence),))
    situation = Situation(host, Reference("ntp", 0.0, 0.001, 0.0), now=NOW)
    clock = Answer("backups/clock", f"{NOW:.0f} +0900")
    facts: BackupsFacts = TOPIC.read(Answers((clock, *answers)), situation)
    return facts


def proof(evidence: Evidence, *answers: Answer) -> Proof:
    return read(evidence, *answers).backups[0].proof


def restic(output: str, status: int | None = 0) -> Proof:
    hostname = Answer("backup/0/hostname", "web1")
    return proof(Evidence(restic="/srv/r"), hostname, Answer("backup/0/restic", output, status))


def borg(output: str, status: int | None = 0) -> Proof:
    return proof(Evidence(borg="/srv/b"), Answer("backup/0/borg", output, status))


def snapshot(time: Any = MADE, hostname: str = "web1", name: str = "4bba301e") -> dict[str, Any]:
    return {"time": time, "hostname": hostname, "short_id": name, "paths": ["/srv"], "tags": None, "uid": 0}


def command(output: str, status: int | None = 0) -> Proof:
    return proof(Evidence(command="/b/last"), Answer("backup/0/command", output, status))


def test_a_command_tells_when_a_backup_was_made_or_by_its_exit_status_alone_that_it_is_good() -> None:
    assert command("last: 2026-01-02 12:04:05\n").stamp == int(THEN)
    assert command("") == Proof()
    assert not command("none there", 1).is_there


@pytest.mark.parametrize("words", ["no backup found\n", "Jan  2 12:04\n"])
def test_words_without_a_date_that_we_can_read_prove_nothing(words: str) -> None:
    assert command(words).problem == (
        f"evidence: command: it prints no date such as 2017-08-30T02:30, but: {words.strip()}"
    )


def test_the_last_snapshot_of_restic() -> None:
    found = restic(f"{LINE}{json.dumps([snapshot()])}\n")
    assert (found.problem, found.is_there, found.what) == ("", True, "snapshot 4bba301e")
    assert found.stamp == pytest.approx(THEN, abs=1e-3)


def test_of_a_shared_repository_only_the_snapshots_of_this_host_count() -> None:
    snapshots = [snapshot("2026-01-02T09:00:00Z", "db1"), snapshot(), snapshot("2025-01-02T09:00:00Z", name="old")]
    assert restic(json.dumps(snapshots)).what == "snapshot 4bba301e"
    assert restic(json.dumps(snapshots[:1])).what == "snapshot 4bba301e"


@pytest.mark.parametrize("nothing", ["[]", "null"])
def test_a_repository_without_snapshots_has_no_backup(nothing: str) -> None:
    found = restic(nothing)
    assert (found.problem, found.is_there) == ("", False)


def test_the_last_archive_of_borg() -> None:
    archives = [{"archive": "db-1", "name": "db-1", "start": "x", "time": "2026-01-02T03:04:05.000000"}]
    listed = json.dumps({"archives": archives, "encryption": {"mode": "none"}, "repository": {}}, indent=4)
    found = borg(f"Warning: the repository moved\n{listed}", 1)
    assert (found.stamp, found.what) == (1767323045.0, "archive db-1")
    assert borg('{"archives": []}').is_there is False


@pytest.mark.parametrize(
    "output",
    ["", "[", "{}", "[[]", '[{"time": 5}]', '[{"time": "yesterday"}]', "[" * 5000, '{"archives": 3}', "[5, null]"],
)
def test_nonsense_is_never_taken_for_a_backup(output: str) -> None:
    for found in (restic(output), borg(output)):
        assert found.stamp is None
        assert found.problem or not found.is_there


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer("backup/0/restic", "Fatal: wrong password\n", 12), "exit status 12 and said: Fatal: wrong password"),
        (Answer("backup/0/restic", "", 1), "exit status 1 and said: nothing"),
        (Answer("backup/0/restic", "", 124), "did not answer within 60 s"),
        (Answer("backup/0/restic", "sh: restic: not found", 127), "can't be run: sh: restic: not found"),
        (Answer("backup/0/restic", "[]", None), "was not asked"),
        (Answer("other", "", 0), "was not asked"),
    ],
)
def test_a_repository_that_does_not_answer_is_no_missing_backup(answer: Answer, problem: str) -> None:
    assert problem in proof(Evidence(restic="/srv/r"), answer).problem


UNIT = {"Id": "db.service", "LoadState": "loaded", "ActiveState": "inactive", "SubState": "dead", "Result": "success"}
ENDED = {"ExecMainExitTimestamp": "Fri 2026-01-02 03:04:05 UTC", "ExecMainExitTimestampMonotonic": "4711"}
TIMER = {"LoadState": "loaded", "ActiveState": "active", "Unit": "db.service"}


def unit(service: dict[str, str], timer: dict[str, str], name: str = "db") -> Proof:
    blocks = ("\n".join(f"{key}={value}" for key, value in shown.items()) for shown in (service, timer))
    return proof(Evidence(unit=name), Answer("backups/units", "\n\n".join(blocks) + "\n", 0))


def test_a_unit_has_a_timer_that_tells_when_it_runs_next() -> None:
    found = unit(UNIT | ENDED, {**TIMER, "NextElapseUSecRealtime": "Fri 2026-01-02 05:00:00 UTC"})
    assert (found.stamp, found.next_run, found.seen) == (1767323045.0, 1767330000.0, "4711")
    assert unit(UNIT | ENDED, {**TIMER, "ActiveState": "inactive"}).next_run is None


def test_before_systemd_238_a_timer_tells_when_it_runs_next_as_a_span_since_1970() -> None:
    found = unit(UNIT | ENDED, {**TIMER, "NextElapseUSecRealtime": "56y 1d 11h"})
    assert found.next_run == 56 * 31557600.0 + 35 * 3600


def test_a_timer_that_starts_another_unit_names_it() -> None:
    found = unit(UNIT | ENDED, {**TIMER, "Unit": "other.service"}, "db.timer")
    assert found.problem == "db.timer starts other.service: write unit: other.service"


def test_two_units_are_told_apart_by_their_order() -> None:
    host = Host("web1", "192.0.2.1", backups=(Backup("a", Evidence(unit="x")), Backup("b", Evidence(unit="y"))))
    shown = "Id=x.service\nLoadState=loaded\n\nId=x.timer\n\nId=y.service\nLoadState=not-found\n\nId=y.timer\n"
    answers = Answers((Answer("backups/clock", "1 +0000"), Answer("backups/units", shown, 0)))
    facts = TOPIC.read(answers, Situation(host, Reference("ntp", 0.0, 0.001, 0.0), now=NOW))
    assert [backup.proof.problem for backup in facts.backups] == ["", "there is no unit y.service"]


@given(st.text(), st.text(), st.text(), st.text(), st.integers(0, 255))
def test_whatever_a_host_answers_is_read_and_reported(a: str, b: str, c: str, d: str, status: int) -> None:
    kinds = (Evidence(file="/b/*.gz"), Evidence(unit="db"), Evidence(command="x"), Evidence(restic="r"))
    host = Host(
        "web1", "192.0.2.1", backups=tuple(Backup("nightly", kind, run="x") for kind in (*kinds, Evidence(borg="b")))
    )
    named = {"clock": "5 +0000", "running": a, "units": b}
    told = [Answer(f"backups/{name}", text, status if name == "units" else None) for name, text in named.items()]
    for number in range(5):
        texts = {"seen": "yes", "newest": a, "figures": f"5 7\n{b}", "dump": c, "room": d, "own": a, "output": b}
        texts |= {"command": c, "restic": d, "borg": a, "hostname": b}
        told += [Answer(f"backup/{number}/{name}", text, status) for name, text in texts.items()]
    situation = Situation(host, Reference("ntp", 0.0, 0.001, 0.0), now=NOW, run_backups="all")
    facts = TOPIC.read(Answers(tuple(told)), situation)
    for finding in TOPIC.judge(facts, situation):
        assert "\n" not in finding.summary
    json.dumps(TOPIC.section(facts, facts))
    TOPIC.repairs(facts, situation)
