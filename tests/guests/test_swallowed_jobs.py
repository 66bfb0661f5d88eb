"""What is said of the jobs that a pause swallowed, against what cron and systemd really did about each of them."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from remedy.lab.guests.lab import Lab

from . import cronjobs
from .cronjobs import Job
from .host import INITS, Host, at_once
from .pauses import pause_each, until_second
from .toolkit import Ran, fab

Said = dict[str, Any]  # what the document has on a job

GAPS = {  # minutes that each stands still
    "busybox": 59,
    "sysv": 59,
    "openntpd": 26 * 60,
    "ntpsec": 181,
    "dropbear": 180,
    "admin": 179,
    "openrc": 174,
    "chrony": 186,
    "timesyncd": 59,
    "inner": 2,
}
THRESHOLDS = {"busybox": (60,)}
VIXIES = (5, 180)
NEAR = 3  # minutes: two, and what the daemon may sleep
LATER = 1500.0  # seconds after the step: by then cron has made good what it does
WITH_JOURNAL = [name for name in GAPS if name not in INITS]
DAY = timedelta(days=1)
FATES = ("swallowed", "replayed", "ran", "ask")
MOST_AT_ENDS = 4  # firings of a job at the two ends of a gap: a step takes seconds, in which a minute may begin
LEAST = 10  # minutes of a gap in whose middle no host is still to be visited
DONE = (25.0, 55.0)  # of a minute: cron has started all that is due, and what it makes good
AWAKE = 62.0  # seconds after a step by which cron has seen it


@dataclass(frozen=True)
class Night:
    """A host's jobs since `installed`, right before its pause of `gap` minutes; what was said of them, and what ran."""

    name: str
    gap: int
    jobs: tuple[Job, ...]
    installed: datetime
    said: dict[str, Said]
    said_later: dict[str, Said]  # when cron has made good what it does, and the journal is asked for all gaps
    runs: tuple[cronjobs.Run, ...]
    read: datetime

    @property
    def is_near_a_threshold(self) -> bool:
        return any(abs(self.gap - threshold) <= NEAR for threshold in THRESHOLDS.get(self.name, VIXIES))

    def wrongs(self, said: dict[str, Said], most_a_day: int = 24 * 60) -> list[str]:
        """What is wrong with what was said of jobs that are not due too often; each run has to be accounted for."""
        jobs = (job for job in self.jobs if job.times_due(self.read - DAY, self.read) <= most_a_day)
        return [wrong for job in jobs if (wrong := self._wrong(job, said.get(job.command, {})))]

    def asked(self, said: dict[str, Said]) -> dict[str, int]:
        """How many firings of jobs the log is to tell of."""
        return {job.name: count for job in self.jobs if (count := _count(said.get(job.command, {}), "ask"))}

    def _wrong(self, job: Job, said: Said) -> str:
        ran = sum(run.name == job.name for run in self.runs)
        most = job.times_due(self.installed, self.read) - _count(said, "swallowed") - self._saved(job, said)
        least = most - _count(said, "ask")
        return "" if least <= ran <= most else f"{job} ran {ran} times, not {least} to {most}: {said}"

    def _saved(self, job: Job, said: Said) -> int:
        """How many firings one run was for besides: busybox' also for that of the minute in which its crond wakes."""
        made_good = [entry for fate in ("replayed", "ran") for entry in said.get(fate, ())]
        if not made_good or not (job.is_timer or self.name == "busybox"):
            return 0
        is_shared = not job.is_timer and job.is_due(self._woke)
        return _count(said, "replayed") + _count(said, "ran") - len(made_good) + is_shared

    @property
    def _woke(self) -> datetime:
        """The minute of the first run by the right clock."""
        late = self.installed + self.gap * cronjobs.MINUTE
        return cronjobs.minute_of(min(run.moment for run in self.runs if run.moment >= late))


def _count(said: Said, fate: str) -> int:
    return sum(entry["count"] if isinstance(entry, dict) else 1 for entry in said.get(fate, ()))


@dataclass(frozen=True)
class Morning:
    ran: Ran
    nights: dict[str, Night]


@pytest.fixture(scope="module")
def morning(lab: Lab, fleet: dict[str, Host]) -> Morning:
    hosts = [fleet[name] for name in GAPS]
    jobs, installed = dict[str, tuple[Job, ...]](), dict[str, datetime]()

    def prepare(names: list[str]) -> None:
        for name in names:
            installed[name] = cronjobs.moment(lab.time())
            jobs[name] = cronjobs.about(installed[name], GAPS[name], has_systemd=name not in INITS)
        at_once(lambda host: cronjobs.install(host, jobs[host.name]), [fleet[name] for name in names])

    try:
        pause_each(lab, GAPS, prepare)
        ran = fab(lab, "post-mainte", list(GAPS), "--only", "clock,timeservice,jobs")
        time.sleep(AWAKE)
        until_second(lab, *DONE)
        read, runs = cronjobs.moment(lab.time()), at_once(cronjobs.runs, hosts)
        lab.advance(LATER)
        later = fab(lab, "check-jobs", list(GAPS))
    finally:
        at_once(cronjobs.remove, hosts)
    nights = {}
    for name, gap in GAPS.items():
        said, said_later = (_said(each, name, installed[name]) for each in (ran, later))
        nights[name] = Night(name, gap, jobs[name], installed[name], said, said_later, runs[name], read)
    return Morning(ran, nights)


def _said(ran: Ran, name: str, since: datetime) -> dict[str, Said]:
    """What the document has on a host's jobs, by their commands; a host's journal knows of other gaps before."""
    return {
        entry["command"]: entry | {fate: [f for f in entry[fate] if _moment(f) > since] for fate in FATES}
        for entry in ran.host(name)["jobs"]
    }


def _moment(firing: str | dict[str, Any]) -> datetime:
    return datetime.fromisoformat(firing if isinstance(firing, str) else firing["at"])


@pytest.mark.parametrize("name", GAPS)
def test_every_run_is_accounted_for(morning: Morning, name: str) -> None:
    night = morning.nights[name]
    assert morning.ran.verdicts[name] == "repaired", morning.ran.host(name)
    assert night.wrongs(night.said) == []


@pytest.mark.parametrize("name", GAPS)
def test_the_log_is_to_tell_only_near_a_threshold_and_at_the_ends_of_a_gap(morning: Morning, name: str) -> None:
    night = morning.nights[name]
    asked = night.asked(night.said)
    assert night.is_near_a_threshold or all(count <= MOST_AT_ENDS for count in asked.values()), asked


@pytest.mark.parametrize("name", WITH_JOURNAL)
def test_the_journal_tells(morning: Morning, name: str) -> None:
    night = morning.nights[name]
    assert night.wrongs(night.said_later, most_a_day=24) == []
    assert [said for said in night.said_later.values() if any(isinstance(firing, str) for firing in said["ask"])] == []


@pytest.mark.parametrize("name", [name for name, gap in GAPS.items() if gap > LEAST])
def test_a_daily_job_is_lost_or_made_good_by_the_length_of_the_gap(morning: Morning, name: str) -> None:
    night = morning.nights[name]
    fate = next(night.said[job.command] for job in night.jobs if job.name == "daily")["fate"]
    if night.is_near_a_threshold:
        assert fate in ("ask", "ran")
    else:
        assert fate in (("lost",) if night.gap > max(VIXIES) else ("replayed", "ran"))
