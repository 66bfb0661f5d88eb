"""Which lost jobs we run ourselves, and how often."""

import shlex
from dataclasses import replace
from typing import Any

import pytest
from jobs_samples import at, down, facts, jobs, log, situation, step

from remedy.gap import Gap
from remedy.initsystem import Init
from remedy.inventory.host import Backup, Evidence
from remedy.jobs.catchup import due, repairs
from remedy.jobs.daemon import Daemon
from remedy.jobs.facts import CaughtUp, JobsFacts
from remedy.jobs.oncalendar import parse
from remedy.jobs.outcome import key
from remedy.jobs.timers import Timer
from remedy.model import Repair

LONG = step("02:00:30", "05:03:30")
DAY = step("2026-11-23T02:00:30", "05:03:30")
BACKUP = jobs()[0]


def ours(now: str = "05:06", **known: Any) -> JobsFacts:
    """A host whose cron was stopped around the step, and started again."""
    return facts(now, "05:03:32", is_ours=True, **known)


def runs(read: JobsFacts, *gaps: Any, now: str = "05:06", **policies: Any) -> list[tuple[str, str]]:
    """What would be run, in order: the command, and the time that it was lost."""
    found = repairs(read, situation(*gaps, cron="own", now=now, **policies))
    calls = [shlex.split(line) for r in found for line in r.script.values["JOBS_LOST"].splitlines()]
    times = {str(int(at(text))): text for text in ("02:30", "03:00", "04:00", "05:00", "04:15")}
    return [(command, times.get(mark.partition("-")[2], mark)) for _, mark, command, _, _ in calls]


def test_cron_s_jobs_are_its_own_unless_the_host_says_otherwise() -> None:
    assert repairs(facts("05:06", "05:03:32"), situation(LONG)) == ()


def test_without_a_policy_what_is_due_less_than_hourly_runs_once() -> None:
    assert runs(ours(), LONG) == [("/usr/local/sbin/backup", "02:30"), ("nightly % a", "04:15")]


def test_the_repair_shows_the_very_commands() -> None:
    (repair,) = repairs(ours(), situation(LONG, cron="own", now="05:06"))
    assert isinstance(repair, Repair)
    assert (repair.topic, repair.summary) == ("jobs", "catch up with 2 runs of 2 jobs")
    assert all(command.startswith(("su ", "printf ")) for command in repair.commands)
    assert repair.script.detached
    assert repair.script.values["JOBS_NOT_BEFORE"] == str(int(at("05:03:30")) - 60)


def test_policies_are_chosen_by_patterns_on_command_or_source() -> None:
    assert runs(ours(), LONG, ignore=("*backup", "*night*")) == []
    assert runs(ours(), LONG, ignore=("/etc/crontab",)) == []
    assert ("hourly", "05:00") in runs(ours(), LONG, once=("hourly",))
    assert [time for command, time in runs(ours(), LONG, all=("hourly",)) if command == "hourly"] == [
        "03:00",
        "04:00",
        "05:00",
    ]


def test_all_is_bounded() -> None:
    assert [command for command, _ in runs(ours(), DAY, all=("hourly",))].count("hourly") == 24


def test_once_is_once_for_several_lost_times() -> None:
    found = runs(ours(), DAY)
    assert [command for command, _ in found].count("/usr/local/sbin/backup") == 1
    assert ("/usr/local/sbin/backup", "02:30") in found


def test_what_was_caught_up_with_is_not_again_even_where_it_failed() -> None:
    for status in (None, 0, 3):
        before = (CaughtUp(key(BACKUP), int(at("02:30")), at("05:05:40"), status),)
        assert runs(ours(caught_up=before), LONG) == [("nightly % a", "04:15")]
    yesterday = (CaughtUp(key(BACKUP), int(at("02:30")) - 86400, at("05:05:40"), 0),)
    assert len(runs(ours(caught_up=yesterday), LONG)) == 2


def test_what_the_log_proves_to_have_run_is_not_run() -> None:
    assert runs(ours(log=log(("root", "/usr/local/sbin/backup", "05:05:59"))), LONG) == [("nightly % a", "04:15")]


def test_never_beside_what_cron_makes_good_itself() -> None:
    """Stopping cron failed, and it ran throughout."""
    short = step("02:00:30", "03:58:30")
    still_running = facts("03:59", "2026-11-20T00:00", is_ours=True)
    assert runs(still_running, short, now="03:59") == []
    assert runs(still_running, short, now="03:59", all=("*",), ignore=("hourly", "often")) == []


def test_what_is_due_again_in_a_moment_is_left_to_cron() -> None:
    assert runs(ours(jobs=jobs("10 5 * * * root soon\n30 2 * * * root late\n"), now="05:06"), DAY) == [
        ("late", "02:30")
    ]


def test_a_crontab_that_others_may_write_to_is_not_trusted() -> None:
    assert runs(ours(trusted=frozenset()), LONG) == []


def test_a_backup_of_hosts_yaml_is_the_backups_own_business() -> None:
    given = situation(LONG, cron="own", now="05:06")
    backup = Backup("nightly", Evidence(file="/x"), run="/usr/local/sbin/backup")
    (repair,) = repairs(ours(), replace(given, host=replace(given.host, backups=(backup,))))
    assert len(repair.commands) == 1


@pytest.mark.parametrize(
    ("run", "line", "is_left"),
    [
        ("/b/x", "/b/x-mail", False),
        ("/etc/cron.daily/db", "cd / && run-parts --report /etc/cron.daily", True),
        ("nice /b/x --all", "/b/x --all", True),
    ],
)
def test_a_job_is_a_backup_s_if_it_does_the_same_work(run: str, line: str, is_left: bool) -> None:
    given = situation(LONG, cron="own", now="05:06")
    host = replace(given.host, backups=(Backup("nightly", Evidence(file="/x"), run=run),))
    found = repairs(ours(jobs=jobs(f"30 2 * * * root {line}\n")), replace(given, host=host))
    assert (not found) is is_left


def test_a_timer_that_makes_a_backup_is_the_backups_own_business() -> None:
    timer = Timer("x.timer", "x.service", "02:30", calendars=(parse("*-*-* 02:30:00"),))
    known = ours(jobs=(), timers=(timer,), log=log())
    given = situation(down("02:00", "02:45"), cron="own", now="05:06")
    backup = Backup("nightly", Evidence(file="/x"), run="systemctl start x")
    assert repairs(known, given)
    assert not repairs(known, replace(given, host=replace(given.host, backups=(backup,))))


def test_a_gap_that_nobody_measured_is_caught_up_with_only_where_a_log_shows_what_ran() -> None:
    gap = down("02:00", "02:45")
    assert runs(ours(), gap) == []
    assert runs(ours(log=log()), gap) == [("/usr/local/sbin/backup", "02:30")]


@pytest.mark.parametrize("user", ["-c", "a b", "x;y", ""])
def test_an_odd_user_is_no_command(user: str) -> None:
    assert runs(ours(jobs=(replace(BACKUP, user=user),)), LONG) == []


def test_bytes_that_are_no_text_are_not_run_as_something_else() -> None:
    assert runs(ours(jobs=(replace(BACKUP, command="/srv/\\xe9t\\xe9"),)), LONG) == []


def test_other_topics_learn_which_commands_cron_runs_within_minutes() -> None:
    short = step("02:00:30", "03:58:30")
    assert due(facts("03:59"), situation(short, now="03:59")) == ("/usr/local/sbin/backup", "hourly", "often")
    assert due(facts("02:27"), situation(now="02:27")) == ("/usr/local/sbin/backup", "often")
    running = (CaughtUp(key(BACKUP), int(at("02:30")), at("05:05:40")),)
    assert "/usr/local/sbin/backup" in due(ours(caught_up=running), situation(LONG, now="05:06"))
    timer = Timer("x.timer", "x.service", "", next=at("05:07"))
    assert "systemctl start x.service" in due(facts("05:06", timers=(timer,)), situation(now="05:06"))


@pytest.mark.parametrize(("now", "is_held"), [("04:18", True), ("04:19", False), ("12:01", False)])
@pytest.mark.parametrize(
    ("kind", "gap"), [("vixie", step("02:00:30", "03:58:30")), ("busybox", step("06:00:30", "03:58:30"))]
)
def test_what_was_not_made_good_within_minutes_holds_nothing_back(kind: str, gap: Gap, now: str, is_held: bool) -> None:
    """No log tells whether it was."""
    daemon = Daemon(kind, at("2026-11-20T00:00"), "crond", True, Init.OPENRC)
    known = facts(now, daemon=daemon, jobs=jobs("30 2,5 * * * root backup\n"), gaps=(replace(gap, source="history"),))
    assert due(known, situation(now=now)) == (("backup",) if is_held else ())
