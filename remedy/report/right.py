"""What is right on a host, in a few words: "ntpd, 5 services, 2 sites, 20 jobs and 2 backups right"."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from remedy.model import HostReport
from remedy.report.glance import entries, service_words, troubles

TIME_IS_RIGHT = {"running", "at boot"}
KINDS = {"services": "service", "sites": "site", "jobs": "job", "backups": "backup", "checks": "check"}
SEEMS_RIGHT: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "services": lambda service: service.get("running") is True and service.get("enabled") is not False,
    "sites": lambda site: site.get("status") is not None and not site.get("trouble") and not site.get("missing"),
    "jobs": lambda job: not job.get("swallowed"),
    "backups": lambda backup: backup.get("state") in ("fresh", "ran"),
    "checks": lambda _: True,
}


def right_words(reports: Sequence[HostReport]) -> str:
    """What is right on these hosts; empty if that is nothing. Where they differ: "4 to 5 services"."""
    told = [_time_service(reports[0]), *(_count(reports, topic, kind) for topic, kind in KINDS.items())]
    words = [part for part in told if part]
    return f"{' and '.join(filter(None, (', '.join(words[:-1]), words[-1])))} right" if words else ""


def _time_service(report: HostReport) -> str:
    name, *said = service_words(report) or ("",)
    is_right = set(said) >= TIME_IS_RIGHT and not _is_troubled(report, "timeservice")
    return name if is_right else ""


def _count(reports: Sequence[HostReport], topic: str, kind: str) -> str:
    counts = {_right(report, topic) for report in reports}
    fewest, most = min(counts), max(counts)
    told = f"{most}" if fewest == most else f"{fewest} to {most}"
    return f"{told} {kind}{'s' * (most != 1)}" if most else ""


def _right(report: HostReport, topic: str) -> int:
    """How many entries of a topic are right: all if nothing was found to be wrong with any, else never all."""
    section = entries(report, topic)
    if not section or not _is_troubled(report, topic):
        return len(section)
    seems_right = [entry for entry in section if not entry.get("problem") and SEEMS_RIGHT[topic](entry)]
    return min(len(seems_right), len(section) - 1)


def _is_troubled(report: HostReport, topic: str) -> bool:
    return any(finding.topic == topic for finding in troubles(report))
