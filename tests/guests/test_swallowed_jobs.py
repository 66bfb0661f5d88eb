"""What a pause swallows of all kinds of jobs, as the tool tells it, against what the real daemons then did."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from remedy.lab.guests.lab import Lab
from remedy.lab.guests.machines import SPARE

from . import cronjobs
from .cronjobs import Job
from .host import Host, at_once
from .pauses import QUIET, pause_each, until_second
from .toolkit import Ran, fab

# Those that may step their clocks by themselves come first. cron's thresholds are at 180 minutes, busybox' at 60.
GAPS = {
    "timesyncd": 174,
    "inner": 186,
    "ntpsec": 2,
    "chrony": 59,
    "openntpd": 179,
    "none": 180,
    "dropbear": 181,
    "admin": 26 * 60,
    "sysv": 59,
    "openrc": 174,
    "busybox": 2,
    "busybox1": 50,
    "busybox2": 59,
    "busybox3": 180,
    "busybox4": 181,
    "busybox5": 26 * 60,
}
BY_THEMSELVES = {"timesyncd", "inner"}
NO_SERVICE = "none"
A_FEW = (
    "--parallel",
    "4",
)  # hosts at once: on guests that are all busy at once, cron wakes seconds later than it means to
MADE_GOOD = 130.0  # seconds in which cron has run what it makes good
WAKES = timedelta(seconds=75)  # after a leap; busybox makes one run of what is due then and what it makes good
DAY = 86400.0  # seconds


@dataclass(frozen=True)
class Night:
    """What the tool told with its repair, and some minutes later; what ran from the pause to then. By guests' names.

    `began` is when the jobs were made, `behind` the seconds by which clocks were behind before the repair, within a
    day. `morning` is when the repairs began, and when they had ended.
    """

    jobs: dict[str, list[Job]]
    began: dict[str, datetime]
    behind: dict[str, float]
    morning: tuple[datetime, datetime]
    first: Ran
    last: Ran
    looked: datetime
    runs: dict[str, dict[str, list[datetime]]]


def now(lab: Lab) -> datetime:
    return datetime.fromtimestamp(lab.time(), UTC)


@pytest.fixture(scope="module")
def night(lab: Lab, fleet: dict[str, Host]) -> Iterator[Night]:
    hosts = [fleet.get(name) or Host(lab, name, frozenset()) for name in GAPS]
    jobs: dict[str, list[Job]] = {}
    began: dict[str, datetime] = {}

    def install(host: Host) -> None:
        began[host.name] = datetime.fromtimestamp(host.date, UTC)
        jobs[host.name] = cronjobs.known_to(host, cronjobs.jobs_of_a_night(began[host.name], GAPS[host.name]))
        cronjobs.install(host, jobs[host.name])
        began[host.name] = datetime.fromtimestamp(host.date, UTC)  # what was due while cron restarted does not count
        if cronjobs.is_busybox(host):
            host.do("stop")  # it would step the clock by itself, and nothing on such a host tells of that

    try:
        lab.reboot(list(SPARE))
        pause_each(lab, GAPS, lambda names: at_once(install, [host for host in hosts if host.name in names]))
        behind = {name: -lab.offset(name) % DAY for name in GAPS}
        woke = now(lab)
        first = fab(lab, "post-mainte", list(GAPS), "--only", "clock,timeservice,jobs", *A_FEW)
        morning = woke, now(lab)
        time.sleep(MADE_GOOD)
        until_second(lab, *QUIET)
        last = fab(lab, "check-jobs", list(GAPS), *A_FEW)
        until_second(lab, *QUIET)
        looked = now(lab)
        yield Night(jobs, began, behind, morning, first, last, looked, at_once(cronjobs.runs, hosts))
    finally:
        for name in SPARE:
            lab.crash(name)
        at_once(cronjobs.remove, [host for host in hosts if host.name not in SPARE])


@pytest.mark.parametrize("name", GAPS)
def test_the_clock_is_right_again(night: Night, name: str) -> None:
    right = {"repaired", "ok"} if name in BY_THEMSELVES else {"failing"} if name == NO_SERVICE else {"repaired"}
    assert night.first.verdicts[name] in right, night.first.host(name)


@pytest.mark.parametrize("name", [name for name in GAPS if name not in BY_THEMSELVES])
def test_the_gap_is_what_the_clock_was_behind_by(night: Night, name: str) -> None:
    (gap,) = night.first.host(name)["gaps"]
    seconds = (datetime.fromisoformat(gap["to"]) - datetime.fromisoformat(gap["from"])).total_seconds()
    assert seconds % DAY == pytest.approx(night.behind[name], abs=1)
    assert seconds // DAY == GAPS[name] // (24 * 60)


@pytest.mark.parametrize("name", GAPS)
def test_what_is_told_right_after_the_repair_comes_true(night: Night, name: str) -> None:
    assert contradictions(night, name, night.first) == []


@pytest.mark.parametrize("name", GAPS)
def test_what_is_told_later_is_what_was(night: Night, name: str) -> None:
    assert contradictions(night, name, night.last) == []


def contradictions(night: Night, name: str, ran: Ran) -> list[str]:
    """Jobs of a host whose runs are not those that the tool told of, in words."""
    return [words for job in night.jobs[name] if (words := _contradiction(night, name, ran, job))]


def _contradiction(night: Night, name: str, ran: Ran, job: Job) -> str:
    """A job's firings are all accounted for: those of the gap as they were told, and any other is a run on time."""
    due = job.due(night.began[name], night.looked)
    told = _told(ran.host(name), job)
    lost, made_good, asked = (_count(told, *kinds) for kinds in (("swallowed",), ("replayed", "ran"), ("ask",)))
    most = len(due) - lost
    least = most - asked
    if made_good and (job.is_timer or name.startswith("busybox")):  # one run for all
        woke, slept = night.morning
        is_one_with_the_next = any(woke < moment < slept + WAKES for moment in due)
        most -= made_good - 1
        least = most - asked - is_one_with_the_next
    ran_at = night.runs[name].get(job.name, [])
    if least <= len(ran_at) <= most:
        return ""
    times = [f"{at:%d %H:%M:%S}" for at in ran_at]
    return f"{job.name} ({job.schedule}): due {len(due)} times, told {told}, ran at {times}"


def _told(host: dict[str, Any], job: Job) -> dict[str, Any]:
    """What the tool tells of a job; AssertionError if it does not know it."""
    (entry,) = (
        entry
        for entry in host["jobs"]
        if (entry["source"] == job.timer if job.is_timer else entry["command"] == job.command)
    )
    return {kind: entry[kind] for kind in ("swallowed", "replayed", "ran", "ask", "repeated") if entry[kind]}


def _count(told: dict[str, Any], *kinds: str) -> int:
    """How many firings are told of in those ways; where one entry stands for many, it says for how many."""
    entries = [entry for kind in kinds for entry in told.get(kind, [])]
    return sum(entry["count"] if isinstance(entry, dict) else 1 for entry in entries)
