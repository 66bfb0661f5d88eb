"""Jobs that should have run in the gap of a host's time: when, and whether they will run after all."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from remedy.model import Finding, HostReport, Level
from remedy.report.glance import entries, text_of

FEW = 3  # moments that are named one by one


class Fate(StrEnum):
    """What becomes of a job's firings; those that somebody has to see to stand first."""

    LOST = "Jobs lost in the gap: nothing runs them by itself"
    UNSURE = "Jobs of the gap that cron may run by itself: its log says"
    REPLAYED = "Jobs of the gap that cron runs by itself"
    MINOR = "Jobs of the gap that may be missed: due again soon, or hosts.yaml says so"


KEYS = {"swallowed": Fate.LOST, "ask": Fate.UNSURE, "replayed": Fate.REPLAYED}  # of a job's entry


@dataclass(frozen=True)
class Swallowed:
    """Firings of one job that have one fate: when by the host's clock, and which job.

    `zone` is the offset from UTC that all the moments have; where they have several, `when` tells them.
    """

    fate: Fate
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
    """What the gap swallowed on a host, by its fates."""
    for key, fate in KEYS.items():
        for job in entries(report, "jobs"):
            if firings := sorted(_firings(job.get(key)), key=lambda firing: firing.first.timestamp()):
                zones = {_zone(moment) for firing in firings for moment in (firing.first, firing.last)}
                zone = zones.pop() if len(zones) == 1 else ""
                is_minor = fate is not Fate.REPLAYED and not any(_is_of(f, job) for f in report.findings)
                yield Swallowed(Fate.MINOR if is_minor else fate, _when(firings, zone), zone, _job(job))


def is_swallowed(finding: Finding, report: HostReport) -> bool:
    """Whether a finding is of a job that was swallowed, which is told of in a list."""
    return any(_is_of(finding, job) and _fate(job) for job in entries(report, "jobs"))


def lost_words(report: HostReport) -> str:
    """As "2 jobs lost, 1 job unsure"; empty if there are none."""
    jobs = [job for job in entries(report, "jobs") if any(_is_of(finding, job) for finding in report.findings)]
    fates = Counter(map(_fate, jobs))
    told = ((fates[Fate.LOST], "lost"), (fates[Fate.UNSURE], "unsure"))
    return ", ".join(f"{count} job{'s' * (count != 1)} {what}" for count, what in told if count)


def _is_of(finding: Finding, job: Mapping[str, Any]) -> bool:
    """Whether a finding warns of that job."""
    is_warning = finding.topic == "jobs" and finding.level is Level.WARN
    return is_warning and bool(finding.entry) and finding.entry == job.get("key")


def _fate(job: Mapping[str, Any]) -> Fate | None:
    """The worst that becomes of a job's firings."""
    return next((fate for key, fate in KEYS.items() if _firings(job.get(key))), None)


def _job(job: Mapping[str, Any]) -> str:
    """As "root: /usr/local/sbin/backup  (30 2 * * * in /etc/crontab; the journal shows no run)"."""
    command = ": ".join(filter(None, (text_of(job, "user"), text_of(job, "command"))))
    evidence = "; ".join(filter(None, (_schedule(job), text_of(job, "evidence"))))
    return f"{command}  ({evidence})" if evidence else command


def _schedule(job: Mapping[str, Any]) -> str:
    return " in ".join(filter(None, (text_of(job, "schedule"), text_of(job, "source"))))


def _firings(value: Any) -> list[_Firings]:
    """Firings as they are told, each a moment or {"at": ..., "until": ..., "count": ...}; anything else is left out."""
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    items = (item if isinstance(item, Mapping) else {"at": item, "until": item, "count": 1} for item in values)
    return [firing for item in items if (firing := _firing(item))]


def _firing(item: Mapping[str, Any]) -> _Firings | None:
    first, last, count = _moment(item.get("at")), _moment(item.get("until")), item.get("count")
    if first is None or last is None or not isinstance(count, int) or count < 1:
        return None
    return _Firings(first, last, count)


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
