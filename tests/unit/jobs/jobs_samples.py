"""Facts of hosts whose clock leapt, for the tests of what is said and done about it."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from remedy.gap import Gap, GapKind
from remedy.initsystem import Init
from remedy.inventory import Host
from remedy.inventory.host import Jobs
from remedy.jobs.crontab import CronJob, Form, parse_crontab
from remedy.jobs.daemon import Daemon
from remedy.jobs.facts import JobsFacts
from remedy.jobs.log import Log
from remedy.jobs.schedule import Dialect
from remedy.jobs.zone import Zone
from remedy.reference import Reference
from remedy.topic import Situation

TOKYO = ZoneInfo("Asia/Tokyo")
HOUR = 3600.0
CRONTAB = """\
SHELL=/bin/sh
30 2 * * * root /usr/local/sbin/backup
0 * * * * root hourly
*/5 * * * * root often
15 4 * * * alice nightly % a
0 12 * * * root noon
"""


def at(text: str) -> float:
    """Tokyo's "02:30" of the night in question, or of a day before that is named."""
    return datetime.fromisoformat(text if "T" in text else f"2026-11-24T{text}").replace(tzinfo=TOKYO).timestamp()


def step(start: str, end: str, **known: Any) -> Gap:
    """The clock leapt from one to the other."""
    return replace(Gap(GapKind.STEP, at(start), at(end), "measured"), **known)


def down(start: str, end: str) -> Gap:
    """The host was off."""
    return Gap(GapKind.DOWN, at(start), at(end), "boots")


def jobs(text: str = CRONTAB, dialect: Dialect = Dialect.VIXIE) -> tuple[CronJob, ...]:
    return parse_crontab(text, Form.SYSTEM, dialect, "/etc/crontab").jobs


def facts(now: str = "06:00", started: str | None = "2026-11-20T00:00", **known: Any) -> JobsFacts:
    """A host with CRONTAB, whose Debian cron runs since long; its log is empty."""
    known.setdefault("jobs", jobs())
    known.setdefault("daemon", Daemon("vixie", at(started) if started else None, "cron", True, Init.SYSTEMD))
    base = JobsFacts(at(now), Zone(TOKYO), Daemon(), trusted=frozenset({"/etc/crontab"}))
    return replace(base, **known)


def log(*runs: tuple[str, str, str], starts: tuple[float, ...] = ()) -> Log:
    """A log in which users' commands ran at these times; and, so that it tells anything, one of another job's."""
    found: dict[tuple[str, str], tuple[float, ...]] = {("root", "another"): (at("05:59"),)}
    for user, command, time in runs:
        found[user, command] = (*found.get((user, command), ()), at(time))
    return Log("journal", at("00:00"), found, starts)


def situation(*gaps: Gap, cron: Literal["leave", "own"] = "leave", now: str = "06:00", **policies: Any) -> Situation:
    host = replace(Host("web1", "192.0.2.1"), cron=cron, jobs=Jobs(**policies))
    return Situation(host, Reference("ntp", 0.0, 0.001, 0.0), now=at(now), gaps=gaps)
