"""What became of jobs in a gap: prediction beside what the log proves."""

from dataclasses import replace
from typing import Any

import pytest
from jobs_samples import at, down, facts, jobs, log, step

from remedy.gap import Gap
from remedy.jobs.crontab import Form, parse_crontab
from remedy.jobs.daemon import Daemon
from remedy.jobs.facts import CaughtUp, JobsFacts
from remedy.jobs.oncalendar import parse
from remedy.jobs.outcome import Outcome, key, outcomes
from remedy.jobs.schedule import Dialect
from remedy.jobs.timers import Timer

LONG = step("02:00:30", "05:03:30")  # more than cron makes good
SHORT = step("02:00:30", "03:58:30")
TIMER = Timer("backup.timer", "backup.service", "*-*-* 03:30:00", (parse("*-*-* 03:30:00"),))


def fates(read: JobsFacts, *gaps: Gap) -> dict[str, str]:
    return {outcome.command: outcome.fate for outcome in outcomes(read, gaps)}


def the(command: str, read: JobsFacts, *gaps: Gap) -> Outcome:
    return next(outcome for outcome in outcomes(read, gaps) if outcome.command == command)


def test_without_a_gap_nothing_became_of_anything() -> None:
    assert set(fates(facts()).values()) == {""}


def test_after_a_step_of_more_than_three_hours_all_is_lost() -> None:
    assert fates(facts(), LONG) == {
        "/usr/local/sbin/backup": "lost",
        "hourly": "lost",
        "often": "lost",
        "nightly % a": "lost",
        "noon": "",
    }


def test_after_a_shorter_one_cron_makes_good_what_has_set_times() -> None:
    found = fates(facts("03:59"), SHORT)
    assert (found["/usr/local/sbin/backup"], found["hourly"]) == ("replayed", "lost")


@pytest.mark.parametrize("started", ["03:58:29", "03:59:00"])
def test_a_cron_that_was_stopped_around_the_step_makes_nothing_good(started: str) -> None:
    assert the("/usr/local/sbin/backup", facts("03:59", started), SHORT).lost
    restarted = facts("03:59", log=log(starts=(at(started),)))
    assert the("/usr/local/sbin/backup", restarted, SHORT).lost


def test_a_cron_that_was_restarted_long_after_the_step_had_made_good_what_it_could() -> None:
    assert the("/usr/local/sbin/backup", facts("05:00", "04:10"), SHORT).replayed


def test_a_cron_that_does_not_run_loses_all() -> None:
    assert the("/usr/local/sbin/backup", facts("03:59", None), SHORT).lost


def test_before_the_step_cron_will_be_stopped_where_the_catch_up_is_ours() -> None:
    assert the("/usr/local/sbin/backup", facts("02:00:30"), SHORT).replayed
    assert the("/usr/local/sbin/backup", facts("02:00:30", is_ours=True), SHORT).lost


def test_the_log_proves_what_ran_after_all() -> None:
    proved = the("/usr/local/sbin/backup", facts(log=log(("root", "/usr/local/sbin/backup", "05:10"))), LONG)
    assert (proved.fate, proved.evidence) == ("ran", "the log shows that it ran at 2026-11-24 05:10 JST")


def test_the_log_proves_what_ran_on_time_in_a_gap_that_was_none() -> None:
    assert the("/usr/local/sbin/backup", facts(log=log(("root", "/usr/local/sbin/backup", "02:30:01"))), LONG).ran


def test_the_command_is_sought_as_cron_logs_it_and_only_of_its_user() -> None:
    assert the("nightly % a", facts(log=log(("alice", "nightly", "05:10"))), LONG).ran
    assert the("nightly % a", facts(log=log(("root", "nightly", "05:10"))), LONG).lost


def test_a_regular_run_after_the_gap_makes_nothing_good() -> None:
    hourly = facts("07:30", log=log(("root", "hourly", "06:00:01"), ("root", "hourly", "07:00:01")))
    assert [firing.moment for firing in the("hourly", hourly, LONG).lost] == [at("03:00"), at("04:00"), at("05:00")]
    again = replace(hourly, log=log(("root", "hourly", "06:00:01"), ("root", "hourly", "06:00:02")))
    assert [firing.moment for firing in the("hourly", again, LONG).ran] == [at("03:00")]


def test_a_run_in_the_minute_in_which_the_gap_ends_makes_nothing_good() -> None:
    gap = step("02:01:00.400", "05:04:08.400", error=9)
    ran = facts("05:04:30", jobs=jobs("* * * * * root minutely\n"), log=log(("root", "minutely", "05:04:09")))
    assert the("minutely", ran, gap).ran == ()


def test_one_run_of_busybox_is_for_what_it_missed_and_for_the_minute_in_which_it_wakes() -> None:
    minutely = log(("root", "minutely", "02:41:00"), ("root", "minutely", "02:42:00"))
    busybox: dict[str, Any] = {"daemon": Daemon("busybox", at("2026-11-20T00:00")), "log": minutely}
    table = parse_crontab("* * * * * minutely\n", Form.USER, Dialect.BUSYBOX, "/etc/crontabs/root", "root")
    read = facts("03:05", jobs=table.jobs, **busybox)
    assert the("minutely", read, step("02:00:30", "02:40:30")).fate == "ran"


def test_what_cron_should_have_made_good_and_did_not_is_lost() -> None:
    lost = the("/usr/local/sbin/backup", facts("06:00", log=log()), SHORT)
    assert (lost.fate, lost.evidence) == ("lost", "cron should have made it good, and has not")
    assert the("/usr/local/sbin/backup", facts("04:03", log=log()), SHORT).fate == "replayed"
    assert the("/usr/local/sbin/backup", facts("06:00"), SHORT).fate == "replayed"


def test_what_we_ran_ourselves_is_not_lost_unless_it_failed() -> None:
    backup = key(jobs()[0])
    for status, fate in ((0, "ran"), (None, "ran"), (3, "lost")):
        ours = (CaughtUp(backup, int(at("02:30")), at("05:06"), status),)
        assert the("/usr/local/sbin/backup", facts(caught_up=ours), LONG).fate == fate
    other_night = (CaughtUp(backup, int(at("02:30")) - 86400, at("05:06"), 0),)
    assert the("/usr/local/sbin/backup", facts(caught_up=other_night), LONG).fate == "lost"


def test_a_host_that_was_off_lost_what_was_due() -> None:
    assert the("/usr/local/sbin/backup", facts(log=log()), down("02:00", "02:45")).lost
    assert the("hourly", facts(log=log()), down("02:10", "02:45")).fate == ""


def test_a_timer_runs_once_after_a_step() -> None:
    timer = facts("05:04", jobs=(), timers=(TIMER,))
    assert the("backup.service", timer, LONG).fate == "replayed"
    ran = replace(timer, timers=(replace(TIMER, last=at("05:03:31")),))
    assert the("backup.service", ran, LONG).fate == "ran"
    assert the("backup.service", replace(timer, now=at("06:00")), LONG).fate == "lost"


@pytest.mark.parametrize(("is_persistent", "fate"), [(False, "lost"), (True, "replayed")])
def test_after_a_boot_only_a_persistent_timer_makes_good(is_persistent: bool, fate: str) -> None:
    timer = replace(TIMER, is_persistent=is_persistent)
    assert the("backup.service", facts("03:41", jobs=(), timers=(timer,)), down("03:20", "03:40")).fate == fate


def test_a_step_back_costs_a_timer_nothing() -> None:
    assert the("backup.service", facts("03:41", jobs=(), timers=(TIMER,)), step("03:40", "03:20")).fate == ""


@pytest.mark.parametrize(
    ("command", "known"),
    [
        ("test -e /run/systemd/system || x", {}),
        ("[ -x /usr/bin/x ] && if [ ! -d /run/systemd/system ]; then x; fi", {}),
        ("cd / && run-parts --report /etc/cron.hourly", {"parts": {"/etc/cron.hourly": (".placeholder", "a.sh")}}),
        ("run-parts /etc/periodic/daily", {"parts": {"/etc/periodic/daily": ()}}),
    ],
)
def test_a_line_that_does_nothing_here_is_no_job(command: str, known: dict[str, Any]) -> None:
    line = jobs(f"30 2 * * * root {command}\n")
    assert outcomes(facts(jobs=line, **known), (LONG,)) == ()


def test_a_folder_with_programs_is_a_job() -> None:
    line = jobs("30 2 * * * root cd / && run-parts --report /etc/cron.hourly\n")
    assert len(outcomes(facts(jobs=line, parts={"/etc/cron.hourly": ("logrotate",)}), (LONG,))) == 1
    dotted = facts(jobs=line, parts={"/etc/cron.hourly": ("backup.sh",)})
    assert len(outcomes(replace(dotted, daemon=Daemon("cronie")), (LONG,))) == 1
    assert outcomes(dotted, (LONG,)) == ()


def test_only_what_is_due_more_often_than_hourly_is_frequent() -> None:
    month = step("2026-10-20T02:00:30", "05:03:30")
    for gap in (LONG, month, step("02:00:30", "02:22:30")):
        found = {outcome.command: outcome.is_frequent for outcome in outcomes(facts(), (gap,)) if outcome.lost}
        assert found.pop("often", True)
        assert set(found.values()) <= {False}


def test_a_log_proves_nothing_of_a_job_that_is_not_to_be_logged() -> None:
    quiet = jobs("-30 2 * * * root backup\n", Dialect.CRONIE)
    read = facts(jobs=quiet, log=log(), daemon=Daemon("cronie", at("2026-11-20T00:00")))
    assert the("backup", read, SHORT).fate == "replayed"
    assert the("backup", read, LONG).evidence == "its crontab says that it is not to be logged"
