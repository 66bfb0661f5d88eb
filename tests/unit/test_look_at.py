"""One look at a host, from what its probe answers to what all topics judge by."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from remedy.gap import Gap, GapKind
from remedy.inventory import Host
from remedy.job import Job
from remedy.jobs import TOPIC as JOBS
from remedy.look import Look, look_at
from remedy.reference import Reference
from remedy.shell.answers import Answer, Answers
from remedy.ssh.connection import Session

TIMER = """\
Id=dump.timer
ActiveState=active
Unit=dump.service
Persistent=no
TimersCalendar={ OnCalendar=*-*-* 02:40:00 ; next_elapse=n/a }
"""


def at(clock: str) -> float:
    return datetime.fromisoformat(f"2026-11-24T{clock}").replace(tzinfo=ZoneInfo("Asia/Tokyo")).timestamp()


NOW = at("04:40")


@dataclass(frozen=True)
class Told:
    """A session with a host that answers so."""

    answers: Answers

    def run(self, *_: object, **__: object) -> Answers:
        return self.answers


def looked(uptime: float, since: str) -> Look:
    """A look at a host that is up for so many seconds, and ran cron from its tenth on, for what it missed since."""
    told = {
        "jobs_now": f"{int(NOW)} +0900",
        "jobs_uptime": f"{uptime:.2f} 1.00",
        "jobs_init": "systemd",
        "jobs_localtime": "/usr/share/zoneinfo/Asia/Tokyo",
        "jobs_process": "vixie 700 cron 1000 ",
        "jobs_units": TIMER,
    }
    table = Answer("jobs_table", "30 2 * * * root backup\n", 0, "etc/crontab")
    session = Told(Answers((*(Answer(name, text) for name, text in told.items()), table)))
    gap = Gap(GapKind.STEP, at(since), NOW, "asked")
    reference = Reference("ntp", NOW - time.monotonic(), 0.001, time.monotonic())
    job = Job((JOBS,), 60.0, gap=gap)
    return look_at(Host("web1", "192.0.2.1"), job, cast("Session", session), None, lambda: reference)


def test_what_a_host_missed_while_it_was_off_is_lost_and_not_made_good_by_itself() -> None:
    look = looked(uptime=2400, since="02:00")
    assert [finding.summary for finding in look.findings] == [
        "did not run at 2026-11-24 02:30 (JST): backup",
        "did not run at 2026-11-24 02:40 (JST): dump.service",
    ]
    assert look.situation.due == ()
    assert [entry["fate"] for entry in JOBS.section(look.facts["jobs"], None)] == ["lost", "lost"]


def test_what_a_clock_leapt_over_while_the_host_ran_is_made_good() -> None:
    look = looked(uptime=864000, since="02:00")
    assert [finding.summary for finding in look.findings] == [
        "1 cron job and 1 timer, and nothing is lost",
        "the host itself makes good for 2 jobs that fell into a gap",
    ]
    assert "backup" in look.situation.due
