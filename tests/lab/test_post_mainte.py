"""`fab post-mainte` through the front door: whom it waits for, what it leaves out, how it resumes an earlier run."""

import json
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typed
from typed import FAB, PROJECT, SECONDS

from remedy.lab.embedded import Daemon, EmbeddedLab, File, HostSpec, Init, Running, Service

from .command import fab

THREE_HOURS = 10800.0
BEHIND = HostSpec("behind", Init.DEBIAN, (Service(Daemon.NTPD, Running.DEAD),), -THREE_HOURS)
RIGHT = HostSpec("right", Init.SYSTEMD, (Service(Daemon.CHRONYD),))
LATE = HostSpec(
    "late",
    Init.SYSTEMD,
    (Service(Daemon.NTPSEC, Running.DEAD),),
    -THREE_HOURS,
    up=False,
    keys={"groups": ["tokyo"]},
)
RUN = r"\d{8}T\d{6}Z-[0-9a-f]{4}"


@pytest.fixture
def lab() -> Iterator[EmbeddedLab]:
    with EmbeddedLab([BEHIND, RIGHT, LATE]) as lab:
        yield lab


def verdicts(hosts: object) -> dict[str, str]:
    assert isinstance(hosts, dict)
    return {name: host["verdict"] for name, host in hosts.items()}


def test_a_host_that_is_not_back_yet_is_handled_the_moment_it_answers(lab: EmbeddedLab) -> None:
    threading.Timer(3.0, lab.power_on, ["late"]).start()
    ran = fab(lab, "post-mainte", "--only", "clock", "--wait", "60s")
    assert verdicts(ran.hosts) == {"behind": "repaired", "right": "ok", "late": "repaired"}
    assert ran.status == 0


def test_a_host_that_never_comes_is_unreachable_when_the_wait_is_over(lab: EmbeddedLab) -> None:
    ran = fab(lab, "post-mainte", "--only", "clock", "--wait", "6s", "-H", "late")
    assert (ran.status, verdicts(ran.hosts)) == (1, {"late": "unreachable"})


def test_a_host_that_is_waited_for_is_said_to_be_out_of_reach_when_the_wait_is_interrupted(lab: EmbeddedLab) -> None:
    line = [str(FAB), "post-mainte", "--only", "clock", "--wait", "60s", "-H", "late", "--json"]
    with subprocess.Popen(
        line, env=lab.environment(), cwd=PROJECT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stderr
        assert "waiting for it to answer" in run.stderr.readline()
        run.send_signal(signal.SIGINT)
        told, _ = run.communicate(timeout=SECONDS)
    (late,) = json.loads(told)["hosts"]
    assert (run.returncode, late["verdict"]) == (130, "unreachable")
    assert late["error"].endswith(": connection refused; it was waited for until the run was interrupted")


def test_only_what_did_not_end_right_is_handled_again(lab: EmbeddedLab) -> None:
    first = fab(lab, "post-mainte", "--only", "clock")
    assert verdicts(first.hosts) == {"behind": "repaired", "right": "ok", "late": "unreachable"}
    lab.power_on("late")
    fab(lab, "check-time", "-H", "right")
    assert verdicts(fab(lab, "post-mainte", "--only", "clock", "--resume", "last").hosts) == {"late": "repaired"}


def test_of_what_did_not_end_right_those_are_handled_that_a_group_has(lab: EmbeddedLab) -> None:
    fab(lab, "post-mainte", "--only", "clock")
    lab.power_on("late")
    none_left = rf"none that -H names is left to resume in the run {RUN}; 1 other did not end right"
    assert re.fullmatch(none_left, refusal(lab, "--resume", "last", "-H", "right"))
    again = fab(lab, "post-mainte", "--only", "clock", "--resume", "last", "-H", "tokyo,right")
    assert verdicts(again.hosts) == {"late": "repaired"}


def test_what_an_earlier_run_put_right_is_remembered_when_jobs_are_looked_at() -> None:
    missed = datetime.now(UTC) - timedelta(hours=2)
    files = (File("etc/cron.d/nightly", f"{missed:%M %H} * * * root send-invoices\n"),)
    services = (Service(Daemon.NTPD), Service(Daemon.CRON))
    host = HostSpec("web1", Init.DEBIAN, services, -THREE_HOURS - 600, zone=0, files=files)
    with EmbeddedLab([host]) as lab:
        assert verdicts(fab(lab, "recover-time").hosts) == {"web1": "repaired"}
        (job,) = fab(lab, "check-jobs").hosts["web1"]["jobs"]
    assert (job["fate"], job["swallowed"]) == ("lost", [f"{missed:%Y-%m-%dT%H:%M:00+00:00}"])


def test_what_a_clock_is_seen_to_be_behind_by_counts_and_not_what_was_said_of_it() -> None:
    missed, start, end = (datetime.now(UTC) - timedelta(minutes=minutes) for minutes in (120, 150, 30))
    files = (File("etc/cron.d/nightly", f"{missed:%M %H} * * * root send-invoices\n"),)
    services = (Service(Daemon.NTPD), Service(Daemon.CRON))
    host = HostSpec("web1", Init.DEBIAN, services, -THREE_HOURS - 600, zone=0, files=files)
    said = ("--since", f"{start:%FT%TZ}", "--until", f"{end:%FT%TZ}")  # two hours, which cron would make good
    with EmbeddedLab([host]) as lab:
        repaired = fab(lab, "post-mainte", "--only", "clock,jobs", *said).hosts["web1"]
        assert [job["fate"] for job in repaired["jobs"]] == ["lost"]
        (gap,) = repaired["gaps"]
        leap = datetime.fromisoformat(gap["to"]) - datetime.fromisoformat(gap["from"])
        assert leap.total_seconds() == pytest.approx(THREE_HOURS + 600, abs=30)
        assert [job["fate"] for job in fab(lab, "check-jobs").hosts["web1"]["jobs"]] == ["lost"]


def test_maintenance_that_was_announced_is_told_of_the_hosts_that_it_was_for(lab: EmbeddedLab) -> None:
    start, end = (datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours) for hours in (-2, 1))
    moments = ("--from", start.isoformat(), "--to", end.isoformat())
    words = ("-H", "behind", *moments, "--notice", "https://provider.example/123")
    assert typed.fab("maintenance.add", *words, environment=lab.environment()).returncode == 0
    hosts = fab(lab, "check-jobs", "-H", "behind,right").hosts
    announced = {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "zone": "UTC",
        "notice": "https://provider.example/123",
    }
    assert {name: host["maintenance"] for name, host in hosts.items()} == {"behind": [announced], "right": []}


def test_nothing_is_left_to_resume_where_all_ended_right(lab: EmbeddedLab) -> None:
    fab(lab, "post-mainte", "--only", "clock", "-H", "right")
    all_right = rf"every host of the run {RUN} ended right; there is nothing to resume"
    assert re.fullmatch(all_right, refusal(lab, "--resume", "last"))


def test_what_is_left_out_is_looked_at_and_not_touched(lab: EmbeddedLab) -> None:
    ran = fab(lab, "post-mainte", "--skip", "clock,timeservice", "-H", "behind")
    assert verdicts(ran.hosts) == {"behind": "failing"}
    assert lab.state("behind").calls == ()


def test_a_backup_that_cron_makes_good_is_not_run_beside_it_where_jobs_are_left_out(tmp_path: Path) -> None:
    missed = datetime.now(UTC) - timedelta(hours=2)
    program = tmp_path / "backup-db"
    program.write_text("#!/bin/sh\necho >>../ran\n")
    program.chmod(0o755)
    host = HostSpec(
        "db1",
        Init.DEBIAN,
        (Service(Daemon.NTPD), Service(Daemon.CRON)),
        -THREE_HOURS + 600,
        zone=0,
        files=(File("etc/cron.d/db", f"{missed:%M %H} * * * root backup-db\n"),),
        programs={"backup-db": program},
        keys={"backups": [{"name": "db", "evidence": {"file": "/var/backups/db-*"}, "run": "backup-db"}]},
    )
    with EmbeddedLab([host]) as lab:
        told = fab(lab, "post-mainte", "--only", "clock,backups", "--yes").hosts["db1"]
        assert not (lab.state("db1").root / "ran").exists()
    assert told["backups"][0]["state"] == "missing"
    (lacking,) = (finding for finding in told["findings"] if finding["topic"] == "backups")
    assert lacking["detail"].endswith("not run now: cron runs it by itself within minutes")
    assert "jobs" not in {*told, *(finding["topic"] for finding in told["findings"])}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only", "clok"), "no topic 'clok'; clock is meant?"),
        (("--wait", "soon"), "--wait: expected a duration such as 26h, 90s, 1d or plain seconds, not 'soon'"),
        (("--until", "2017-08-30T05:00+09:00"), "--until goes with --since only"),
        (
            ("--since", "2017-08-30T02:00"),
            "--since: expected a moment with its zone such as 2017-08-30T02:00+09:00, not '2017-08-30T02:00'; "
            "the zone is missing: without it nobody knows which moment is meant",
        ),
        (
            ("--since", "2017-08-30T05:00+09:00", "--until", "2017-08-30T02:00+09:00"),
            "--until has to be later than --since, not 2017-08-30T02:00+09:00",
        ),
        (
            ("--since", "2017-08-20T02:00+09:00", "--until", "2017-08-30T02:00+09:00"),
            "--since: no pause takes 10 days, from 2017-08-20T02:00+09:00 to 2017-08-30T02:00+09:00: "
            "is a date mistyped, or --until left out?",
        ),
        (("--html", "/tmp/run", "--junit", "/tmp/../tmp/run"), "--html and --junit name the same file: /tmp/run"),
        (("--resume", "2016"), "there is no run '2016'"),
    ],
)
def test_bad_usage_is_refused_in_one_line_before_any_host_is_touched(
    lab: EmbeddedLab, arguments: tuple[str, ...], said: str
) -> None:
    assert refusal(lab, *arguments).startswith(said)


def refusal(lab: EmbeddedLab, *arguments: str) -> str:
    """What is said of bad usage."""
    ran = typed.fab("post-mainte", *arguments, environment=lab.environment())
    assert ran.returncode == 2
    assert ran.stdout == ""
    return ran.stderr.strip()
