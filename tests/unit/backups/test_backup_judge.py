"""How backups stand, what is said of them, and which are run."""

from dataclasses import replace
from typing import Any

import pytest

from remedy.backups import TOPIC, BackupFacts, BackupsFacts, OwnRun, Proof
from remedy.gap import Gap, GapKind
from remedy.inventory.host import Backup, Evidence, Host
from remedy.model import Finding, Level
from remedy.reference import Reference
from remedy.topic import Situation

NOW = 1_800_000_000.0
HOUR = 3600.0
NIGHTLY = Backup("nightly", Evidence(file="/var/backups/db-*"), run="/usr/local/sbin/backup-db")
FRESH = Proof(stamp=NOW - 9 * HOUR, what="/var/backups/db-2", size=1000, seen="5 1000", room=1 << 40)
STALE = replace(FRESH, stamp=NOW - 30 * HOUR)
MISSING = Proof(is_there=False, what="no file matches /var/backups/db-*")
RUN = OwnRun(False, 4711, NOW - 600, NOW - 60, 0, output="done")


def situation(which: str = "", due: tuple[str, ...] = (), auto: bool = False) -> Situation:
    host = Host("web1", "192.0.2.1", backups=(NIGHTLY,), backups_auto=auto)
    return Situation(host, Reference("ntp", 0.0, 0.001, 0.0), now=NOW, run_backups=which, due=due)


def facts(
    proof: Proof = FRESH,
    own: OwnRun | None = None,
    processes: tuple[int, ...] = (),
    backup: Backup = NIGHTLY,
    **changed: Any,
) -> BackupsFacts:
    return BackupsFacts((BackupFacts(backup, proof, own, processes),), **{"now": NOW, "clock": NOW, **changed})


def finding(of: BackupsFacts, at: Situation | None = None) -> Finding:
    (found,) = TOPIC.judge(of, at or situation())
    return found


def said(of: BackupsFacts) -> tuple[Level, str, str]:
    found = finding(of)
    return found.level, found.summary, found.detail


def state(of: BackupsFacts) -> tuple[str, float | None]:
    entry = TOPIC.section(of, None)[0]
    return entry["state"], entry["age_s"]


def is_run(of: BackupsFacts, which: str = "missing", due: tuple[str, ...] = ()) -> bool:
    return bool(TOPIC.repairs(of, situation(which, due)))


def test_a_fresh_one_is_right() -> None:
    assert said(facts()) == (Level.OK, "the backup nightly is 9 h old", "")
    assert state(facts()) == ("fresh", 9 * HOUR)
    assert said(facts(Proof())) == (Level.OK, "the backup nightly is good", "")


def test_a_stale_one_is_bad_and_says_what_makes_it() -> None:
    assert said(facts(STALE)) == (Level.BAD, "the backup nightly is 1 d 6 h old", "at most 1 d 2 h is right")
    assert finding(facts(STALE)).command == "/usr/local/sbin/backup-db"
    assert finding(facts(STALE, backup=replace(NIGHTLY, run=None))).command == ""
    unit = Backup("nightly", Evidence(unit="db"))
    assert finding(facts(replace(STALE, size=None), backup=unit)).command == "systemctl start db.service"


def test_a_missing_one_says_what_was_looked_for() -> None:
    assert said(facts(MISSING)) == (Level.BAD, "the backup nightly is missing", "no file matches /var/backups/db-*")


def test_one_that_is_there_and_bad_has_failed() -> None:
    cut = replace(FRESH, flaw="db-2 is cut off")
    assert said(facts(cut)) == (Level.BAD, "the backup nightly failed", "db-2 is cut off")
    assert is_run(facts(cut))


def test_one_that_shrank_is_to_be_known() -> None:
    found = finding(facts(replace(FRESH, size=400, usual=1000.0)))
    assert (found.level, found.summary) == (Level.WARN, "the backup nightly is 9 h old")
    assert found.detail == "/var/backups/db-2 has 400 bytes only; those before had about 1000 bytes"
    assert finding(facts(replace(FRESH, size=600, usual=1000.0))).level is Level.OK


def test_what_can_not_be_looked_at_is_bad_and_is_not_run() -> None:
    closed = Proof(problem="restic ended with exit status 12")
    assert said(facts(closed))[:2] == (Level.BAD, "can't tell whether the backup nightly is fresh")
    assert not is_run(facts(closed))
    assert is_run(facts(closed), "all")


@pytest.mark.parametrize(
    ("own", "processes", "proof", "words"),
    [
        (OwnRun(True, 4711, NOW - 720), (), STALE, "for 12 min"),
        (None, (12, 13), STALE, ""),
        (None, (), replace(STALE, is_running=True), ""),
    ],
)
def test_one_that_runs_is_to_be_known_and_not_run_again(
    own: OwnRun | None, processes: tuple[int, ...], proof: Proof, words: str
) -> None:
    running = facts(proof, own, processes)
    assert state(running)[0] == "running"
    assert said(running)[:2] == (Level.WARN, f"the backup nightly has been running {words}".rstrip())
    assert not is_run(running, "all")
    assert finding(facts(replace(proof, stamp=NOW - HOUR), own, processes)).level is Level.OK


def test_our_run_that_made_it_is_told_apart() -> None:
    ran = facts(replace(FRESH, stamp=NOW - 61), RUN)
    assert state(ran) == ("ran", 61)
    assert said(ran) == (Level.OK, "the backup nightly ran and is 1 min 1 s old", "")
    assert state(facts(replace(FRESH, stamp=NOW - 10), RUN))[0] == "fresh"


def test_our_run_that_failed_says_how_and_what_it_said() -> None:
    failed = replace(RUN, status=3, output="one\ntwo\n\nthree\nfour\x1b")
    for proof in (STALE, MISSING, FRESH, replace(FRESH, stamp=NOW - 100)):
        assert state(facts(proof, failed))[0] == "failed"
    detail = "it was run, and ended with exit status 3\nit said:\n  two\n  three\n  four\x1b"
    assert said(facts(STALE, failed)) == (Level.BAD, "the backup nightly failed", detail)
    assert state(facts(replace(FRESH, stamp=NOW - 30), failed))[0] == "fresh"


def test_a_command_that_tells_no_time_outlives_a_run_of_ours_that_failed_long_ago() -> None:
    failed = replace(RUN, status=3)
    assert state(facts(Proof(), failed))[0] == "failed"
    assert state(facts(Proof(), replace(failed, ended=NOW - 30 * HOUR)))[0] == "fresh"


def test_our_run_that_was_killed_says_why() -> None:
    killed = replace(RUN, status=124, timed_out=True)
    assert said(facts(STALE, killed))[2].startswith("it was killed after 2 h: timeout: allows no more")
    lost = replace(RUN, ended=None, status=None)
    assert "nothing tells how it ended" in said(facts(STALE, lost))[2]
    assert state(facts(replace(FRESH, stamp=NOW - 500), lost))[0] == "fresh"


def test_our_run_that_left_nothing_says_so() -> None:
    for proof, expected in ((STALE, "stale"), (MISSING, "missing")):
        assert state(facts(proof, RUN))[0] == expected
        assert "left nothing that proves it" in said(facts(proof, RUN))[2]


def test_the_last_run_is_told_where_it_ended_between_two_looks() -> None:
    before, after = facts(STALE), facts(replace(FRESH, stamp=NOW - 61), RUN)
    last = {"exit_status": 0, "seconds": 540.0, "timed_out": False, "output": "done"}
    assert TOPIC.section(before, after)[0]["last_run"] == last
    assert "last_run" not in TOPIC.section(after, after)[0]
    assert "last_run" not in TOPIC.section(after, None)[0]


# --- Clocks.


def test_what_was_made_by_a_clock_that_is_ahead_still_is_understood() -> None:
    ahead = facts(replace(FRESH, stamp=NOW + 2 * HOUR), clock=NOW + 3 * HOUR)
    assert state(ahead) == ("fresh", HOUR)


def test_what_was_made_before_a_clock_was_set_back_is_understood() -> None:
    back = Gap(GapKind.STEP, NOW + 3 * HOUR - 60, NOW - 60, "measured")
    assert state(facts(replace(FRESH, stamp=NOW + 2 * HOUR), gaps=(back,))) == ("fresh", HOUR)


def test_a_time_in_the_future_that_nothing_explains_proves_nothing() -> None:
    future = facts(replace(FRESH, stamp=NOW + 2 * HOUR))
    assert state(future) == ("stale", None)
    assert "2 h in the future" in said(future)[2]
    assert is_run(future)


def test_a_host_that_is_behind_is_judged_by_the_true_time() -> None:
    assert state(facts(replace(FRESH, stamp=NOW - 27 * HOUR), clock=NOW - 3 * HOUR)) == ("stale", 27 * HOUR)


def test_what_a_slow_clock_may_have_stamped_is_said_to_be_younger_perhaps() -> None:
    gap = Gap(GapKind.STEP, NOW - 4 * HOUR, NOW - HOUR, "measured")
    assert said(facts(replace(FRESH, stamp=NOW - 27 * HOUR), gaps=(gap,)))[2] == (
        "at most 1 d 2 h is right; 3 h younger if it was made while the clock was behind"
    )
    assert said(facts(replace(FRESH, stamp=NOW - 40 * HOUR), gaps=(gap,)))[2] == "at most 1 d 2 h is right"


# --- What is run.


def test_only_what_was_asked_for_is_run() -> None:
    assert not is_run(facts(STALE), "")
    assert is_run(facts(STALE))
    assert is_run(facts(MISSING))
    assert not is_run(facts())
    assert is_run(facts(), "all")
    assert TOPIC.repairs(facts(STALE), situation(auto=True))
    assert not is_run(facts(STALE, backup=replace(NIGHTLY, run=None)), "all")


def test_it_is_run_with_what_the_host_needs_to_know() -> None:
    (repair,) = TOPIC.repairs(facts(STALE), situation("missing"))
    assert (repair.summary, repair.commands) == ("run the backup nightly", ("/usr/local/sbin/backup-db",))
    assert repair.seconds == 2 * HOUR + 60
    assert repair.script.detached
    values = repair.script.values
    assert (values["BACKUPS_SEEN"], values["BACKUPS_ROOM"], values["BACKUPS_TIMEOUT"]) == ("5 1000", "2", "7200")


@pytest.mark.parametrize(
    ("proof", "due", "why"),
    [
        (STALE, ("true", "/usr/local/sbin/backup-db >/dev/null"), "cron runs it by itself within minutes"),
        (replace(STALE, next_run=NOW + 300), (), "its timer runs it in 5 min"),
        (replace(STALE, next_run=NOW - 5), (), "its timer runs it in 0 s"),
        (replace(STALE, room=1100), (), "there is too little room in /var/backups: 1.1k, and 1.2k are needed"),
    ],
)
def test_what_will_run_by_itself_or_has_no_room_is_not_run(proof: Proof, due: tuple[str, ...], why: str) -> None:
    assert not is_run(facts(proof), "missing", due)
    assert not is_run(facts(proof), "all", due)
    assert finding(facts(proof), situation(due=due)).detail.endswith(f"not run now: {why}")


@pytest.mark.parametrize("proof", [FRESH, Proof(problem="restic was not asked")])
def test_where_all_are_to_be_run_the_one_that_is_not_says_why(proof: Proof) -> None:
    due = ("/usr/local/sbin/backup-db",)
    told = finding(facts(proof), situation("all", due))
    assert told.level in (Level.WARN, Level.BAD)
    assert told.detail.endswith("not run now: cron runs it by itself within minutes")
    assert "not run" not in finding(facts(proof), situation("missing", due)).detail
    assert "not run" not in finding(facts(proof, backup=replace(NIGHTLY, run=None)), situation("all", due)).detail


def test_one_that_this_very_run_has_run_is_not_said_to_be_left_out() -> None:
    given = replace(situation("all", ("/usr/local/sbin/backup-db",)), run="20260101T000000Z-1f2e")
    own = replace(RUN, by="20260101T000000Z-1f2e")
    made = facts(replace(FRESH, stamp=NOW - 70), own)
    told = finding(made, given)
    assert (told.level, told.summary, told.detail) == (Level.OK, "the backup nightly ran and is 1 min 10 s old", "")
    assert finding(made, replace(given, run="20260102T000000Z-2a3b")).level is Level.WARN


@pytest.mark.parametrize(("clock", "words"), [(NOW - 3 * HOUR, "3 h behind"), (NOW + HOUR, "1 h ahead")])
def test_none_is_run_by_a_wrong_clock_that_the_run_does_not_put_right(clock: float, words: str) -> None:
    wrong = facts(STALE, clock=clock)
    assert not is_run(wrong, "all")
    assert finding(wrong).detail.endswith(f"not run now: the clock is {words}; fab recover-time puts it right")
    assert TOPIC.repairs(wrong, replace(situation("missing"), mends_clock=True))
    assert is_run(facts(STALE, clock=NOW - 0.2 * HOUR))


def test_one_command_that_makes_two_backups_is_run_once() -> None:
    other = BackupFacts(replace(NIGHTLY, name="files"), MISSING)
    both = replace(facts(STALE), backups=(BackupFacts(NIGHTLY, STALE), other))
    (repair,) = TOPIC.repairs(both, situation("missing"))
    assert repair.summary == "run the backup nightly"


def test_the_finding_names_its_entry_of_the_json_document() -> None:
    for name in ("nightly", "a\nb"):
        named = facts(backup=replace(NIGHTLY, name=name))
        assert finding(named).entry == TOPIC.section(named, None)[0]["name"]


def test_a_name_with_a_newline_stays_on_its_line() -> None:
    assert finding(facts(backup=replace(NIGHTLY, name="a\nb"))).summary == "the backup a\\nb is 9 h old"
