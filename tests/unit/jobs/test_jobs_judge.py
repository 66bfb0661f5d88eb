"""What is said of jobs: each lost one by itself, the rest in few words, and all that can't be judged."""

from dataclasses import replace
from datetime import UTC, date, timezone
from typing import Any

import pytest
from jobs_samples import TOKYO, at, facts, jobs, log, situation, step

from remedy.initsystem import Init
from remedy.inventory.host import Backup, Evidence
from remedy.jobs.anacron import AnacronJob
from remedy.jobs.crontab import Problem
from remedy.jobs.daemon import Daemon
from remedy.jobs.facts import JobsFacts
from remedy.jobs.judge import judge
from remedy.jobs.outcome import key
from remedy.jobs.section import section
from remedy.jobs.timers import Timer
from remedy.jobs.zone import Zone
from remedy.model import Finding, HostReport, Level, Verdict
from remedy.report.swallowed import swallowed

LONG = step("02:00:30", "05:03:30")
SHORT = step("02:00:30", "03:58:30")


def findings(read: JobsFacts, *gaps: Any, level: Level = Level.WARN, **policies: Any) -> list[Finding]:
    return [finding for finding in judge(read, situation(*gaps, **policies)) if finding.level is level]


def test_without_a_gap_all_is_well() -> None:
    (finding,) = judge(facts(), situation())
    assert (finding.level, finding.summary) == (Level.OK, "5 cron jobs and 0 timers, and no gap in the last day")


def test_each_lost_job_is_said_with_its_times_in_the_host_s_zone_and_how_to_run_it_by_hand() -> None:
    backup, hourly, nightly = findings(facts(log=log()), LONG)
    assert backup.summary == "did not run at 2026-11-24 02:30 (JST): /usr/local/sbin/backup"
    assert backup.detail == "the journal shows no run; /etc/crontab, 30 2 * * *, root"
    assert backup.command.startswith("su -s /bin/sh -c 'cd && exec env -i ")
    assert hourly.summary == "did not run at 2026-11-24 03:00, 04:00, 05:00 (JST): hourly"
    assert nightly.summary == "did not run at 2026-11-24 04:15 (JST): nightly % a"
    assert nightly.command.startswith("printf '%s\\n' ' a' | su ")


def test_a_lost_job_that_makes_a_backup_is_left_to_run_backups_so_that_it_never_runs_twice() -> None:
    made = Backup("nightly", Evidence(file="/var/backups/*"), run="/usr/local/sbin/backup")
    given = situation(LONG)
    told = judge(facts(log=log()), replace(given, host=replace(given.host, backups=(made,))))
    backup = next(finding for finding in told if finding.summary.endswith("/usr/local/sbin/backup"))
    assert backup.command == ""
    assert backup.detail.endswith("it makes the backup nightly, which is looked at by itself")


def test_a_step_that_is_still_to_come_is_spoken_of_so() -> None:
    assert findings(facts("02:00:30"), LONG)[0].summary.startswith("will be skipped at 2026-11-24 02:30 (JST): ")


def test_frequent_jobs_are_one_line_and_no_warning() -> None:
    (_, frequent) = (f for f in judge(facts(jobs=jobs("*/5 * * * * root often\n")), situation(LONG)))
    assert frequent.summary == "1 job due more often than hourly missed 36 times"
    assert frequent.level is Level.OK


def test_what_cron_makes_good_is_no_warning() -> None:
    read = facts("03:59", jobs=jobs("30 2 * * * root backup\n"))
    assert findings(read, SHORT) == []
    assert [f.summary for f in findings(read, SHORT, level=Level.OK)] == [
        "1 cron job and 0 timers, and nothing is lost",
        "the host itself makes good for 1 job that fell into a gap",
    ]


def test_what_the_log_proves_to_have_run_is_no_warning() -> None:
    read = facts(jobs=jobs("30 2 * * * root backup\n"), log=log(("root", "backup", "05:10")))
    assert findings(read, LONG) == []
    ran = findings(read, LONG, level=Level.OK)[1]
    assert ran.summary == "1 job fell into a gap and ran all the same"
    assert ran.detail == "backup, 2026-11-24 02:30 (JST): the log shows that it ran at 2026-11-24 05:10 JST"


def test_what_runs_twice_since_the_clock_was_set_back_is_to_be_known() -> None:
    back = step("06:00:30", "02:00:30")
    (finding,) = findings(facts("02:01", jobs=jobs("30 2 * * * root backup\n*/5 * * * * root often\n")), back)
    assert finding.summary == "runs a second time for 2026-11-24 02:30 (JST): backup"


def test_a_cron_that_can_not_be_stopped_is_named_where_the_catch_up_should_be_ours() -> None:
    by_hand = replace(facts(is_ours=True), daemon=replace(facts().daemon, service=""))
    assert [f.summary.partition(":")[0] for f in findings(by_hand)] == ["cron"]
    assert findings(facts(is_ours=True)) == []


def test_a_step_that_is_too_near_to_what_cron_makes_good_is_for_the_log_to_say() -> None:
    at_the_edge = step("02:00:30", "05:00:29", error=2.0)
    (finding,) = findings(facts("05:00:40", jobs=jobs("30 2 * * * root backup\n")), at_the_edge)
    assert finding.summary == "may or may not run for 2026-11-24 02:30 (JST): backup"


@pytest.mark.parametrize("pattern", ["*backup", "/usr/local/sbin/*", "/etc/crontab"])
def test_jobs_that_may_be_missed_are_passed_over(pattern: str) -> None:
    assert not [f for f in findings(facts(), LONG, ignore=(pattern,)) if "backup" in f.summary]


def test_gaps_of_the_host_s_own_records_count_where_the_run_knows_none() -> None:
    assert len(findings(facts(gaps=(LONG,)))) == 3
    assert len(findings(facts(gaps=(LONG,)), SHORT)) == 1


def test_a_cron_that_does_not_run_is_bad_unless_it_is_switched_off() -> None:
    (bad,) = findings(facts(started=None), level=Level.BAD)
    assert (bad.summary, bad.command) == ("cron is not running, and has 5 jobs to run", "systemctl start cron")
    off = replace(facts(), daemon=Daemon("vixie", None, "cron", False, Init.SYSTEMD))
    assert findings(off, level=Level.BAD) == []
    assert findings(off)[0].detail == "it is switched off"
    assert findings(facts(started=None, jobs=()), level=Level.BAD) == []


def test_lines_that_can_not_be_judged_are_named() -> None:
    problems = tuple(Problem("/etc/cron.d/x", line, "bad minute") for line in range(1, 13))
    said = [finding.summary for finding in findings(facts(problems=problems))]
    assert said[0] == "/etc/cron.d/x, line 1: bad minute"
    assert (len(said), said[-1]) == (11, "2 more lines that cron refuses")


def test_what_could_not_be_read_is_named() -> None:
    said = [f.summary for f in findings(facts(unread=("/etc/cron.d",), cut=("timers",)))]
    assert said == [
        "can't be read, so the jobs in it are not judged: /etc/cron.d",
        "not all of it was read, so some jobs are not judged: timers",
    ]


def test_in_a_gap_a_timer_that_is_not_understood_and_an_unknown_zone_are_named() -> None:
    timer = Timer("x.timer", "x.service", "odd", problem="its OnCalendar=odd is not understood")
    unknown = facts(jobs=(), timers=(timer,), zone=Zone(timezone(TOKYO.utcoffset(None) or UTC.utcoffset(None)), False))
    assert findings(unknown) == []
    said = [f.summary for f in findings(unknown, LONG)]
    assert said[0] == "can't be judged: x.timer"
    assert said[1].startswith("the host's time zone is not known: its offset now, UTC")


def test_a_boot_of_which_nothing_shows_the_time_before_is_named() -> None:
    assert findings(facts(booted=at("03:00")))[0].summary == (
        "the host booted at 2026-11-24 03:00 JST, and nothing shows when it went down"
    )


@pytest.mark.parametrize(("last", "is_late"), [(date(2026, 11, 23), False), (date(2026, 11, 22), True), (None, False)])
def test_anacron_is_late_when_a_day_went_by_without_it(last: date | None, is_late: bool) -> None:
    found = findings(facts(anacron=(AnacronJob("cron.daily", 1, "run-parts /etc/cron.daily", last),)))
    assert [f.summary for f in found] == (["anacron last ran cron.daily on 2026-11-22"] if is_late else [])


@pytest.mark.parametrize("pattern", ["*/etc/cron.daily*", "/etc/anacrontab"])
def test_what_anacron_runs_may_be_missed_as_well(pattern: str) -> None:
    late = facts(anacron=(AnacronJob("cron.daily", 1, "nice run-parts /etc/cron.daily", date(2026, 11, 22)),))
    assert findings(late)
    assert not findings(late, ignore=(pattern,))


def test_the_programs_of_a_folder_are_told_with_the_line_that_runs_it() -> None:
    line = "25 2 * * * root test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }\n"
    (finding,) = findings(facts(jobs=jobs(line), parts={"/etc/cron.daily": ("logrotate", "man-db")}), LONG)
    assert finding.detail.endswith("it runs logrotate, man-db")


def test_the_json_document_has_every_job_with_what_became_of_it() -> None:
    entries = section(facts(gaps=(LONG,), log=log()), None)
    assert [entry["fate"] for entry in entries] == ["lost", "lost", "lost", "lost", ""]
    assert entries[0] == {
        "key": key(facts().jobs[0]),
        "schedule": "30 2 * * *",
        "command": "/usr/local/sbin/backup",
        "source": "/etc/crontab",
        "user": "root",
        "kind": "cron",
        "swallowed": ["2026-11-24T02:30:00+09:00"],
        "replayed": [],
        "ran": [],
        "ask": [],
        "repeated": [],
        "evidence": "the journal shows no run",
        "fate": "lost",
        "by_hand": entries[0]["by_hand"],
    }
    assert entries[2]["swallowed"] == [
        {"at": "2026-11-24T02:05:00+09:00", "until": "2026-11-24T05:00:00+09:00", "count": 36}
    ]
    (told,) = (told for told in swallowed(HostReport("web1", "x", Verdict.OK, {"jobs": entries[2:3]})))
    assert told.when == "24 Nov 02:05 to 05:00, 36 times"


def test_the_json_document_tells_of_the_look_after_the_repair() -> None:
    assert section(facts(), facts(gaps=(LONG,)))[0]["fate"] == "lost"


def test_a_finding_on_a_job_names_its_entry_of_the_json_document() -> None:
    read = facts(log=log(), gaps=(LONG,))
    entries = {entry["key"]: entry["command"] for entry in section(read, None)}
    assert [entries[finding.entry] for finding in findings(read)] == [
        "/usr/local/sbin/backup",
        "hourly",
        "nightly % a",
    ]
