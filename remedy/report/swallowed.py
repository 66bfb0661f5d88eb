"""Jobs that should have run in the gap of a host's time: when, and whether they will run after all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from remedy.model import Finding, HostReport, Level
from remedy.report.glance import clipped, entries, text_of

FATES = {  # key of a job's entry -> what it means; the jobs that somebody has to see to stand first
    "swallowed": "Jobs lost in the gap: nothing runs them by itself",
    "ask": "Jobs of the gap that cron may run by itself: its log says",
    "replayed": "Jobs of the gap that cron runs by itself",
}
FEW = 3  # moments that are named one by one


@dataclass(frozen=True)
class Swallowed:
    """Firings of one job that have one fate: when by the host's clock, and which job.

    `zone` is the offset from UTC that all the moments have; where they have several, `when` tells them.
    """

    fate: str
    when: str
    zone: str
    job: str


@dataclass(frozen=True)
class _Firings:
    """Firings from one moment to another, which may be the same."""

    first: datetime
    last: datetime
    count: int


def swallowed(report: HostReport) -> Iterator[Swallowed]:
    """What the gap swallowed on a host, the lost ones first."""
    for key in FATES:
        for job in entries(report, "jobs"):
            if firings := sorted(_firings(job.get(key)), key=lambda firing: firing.first.timestamp()):
                zones = {_zone(moment) for firing in firings for moment in (firing.first, firing.last)}
                zone = zones.pop() if len(zones) == 1 else ""
                yield Swallowed(key, _when(firings, zone), zone, f"{job_words(job)}{_schedule(job)}")


def job_words(job: Mapping[str, Any]) -> str:
    """As "root: /usr/local/sbin/backup"."""
    return ": ".join(filter(None, (text_of(job, "user"), text_of(job, "command") or text_of(job, "name"))))


def is_swallowed(finding: Finding, report: HostReport) -> bool:
    """Whether all that a finding says of a job is that it was swallowed."""
    if finding.topic != "jobs" or finding.level is not Level.WARN:
        return False
    gone = [job for job in entries(report, "jobs") if any(_firings(job.get(key)) for key in FATES)]
    said = clipped(finding.summary)
    return any(command in said for job in gone if (command := text_of(job, "command")))


def _schedule(job: Mapping[str, Any]) -> str:
    """As "  (30 2 * * * in /etc/crontab)"."""
    words = " in ".join(filter(None, (text_of(job, "schedule"), text_of(job, "source"))))
    return f"  ({words})" if words else ""


def _firings(value: Any) -> list[_Firings]:
    """Firings as they are told, each a moment or {"at": ..., "until": ..., "count": ...}; anything else is left out."""
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    return [firing for item in values if (firing := _firing(item if isinstance(item, Mapping) else {"at": item}))]


def _firing(item: Mapping[str, Any]) -> _Firings | None:
    first, count = _moment(item.get("at")), item.get("count", 1)
    if first is None:
        return None
    return _Firings(first, _moment(item.get("until")) or first, count if isinstance(count, int) and count > 0 else 1)


def _moment(value: Any) -> datetime | None:
    """A moment in ISO 8601 with its zone."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _when(firings: Sequence[_Firings], zone: str) -> str:
    """As "30 Aug 02:30, 03:30" or "30 Aug 02:00 to 04:55, 36 times"."""
    count = sum(firing.count for firing in firings)
    if count == len(firings) <= FEW:
        return ", ".join(_words([firing.first for firing in firings], zone))
    return f"{' to '.join(_words([firings[0].first, firings[-1].last], zone))}, {count} times"


def _words(moments: Sequence[datetime], zone: str) -> Iterator[str]:
    """As "30 Aug 02:30", the day only where it changes, and with the zone if that is not said elsewhere."""
    day = ""
    for moment in moments:
        date = f"{moment:%d %b}".removeprefix("0")
        yield f"{f'{date} ' if date != day else ''}{moment:%H:%M}{'' if zone else f' {_zone(moment)}'}"
        day = date


def _zone(moment: datetime) -> str:
    offset = f"{moment:%z}"
    return f"{offset[:3]}:{offset[3:]}" if moment.utcoffset() else "UTC"
