"""What is right on a host, in a few words: "ntpd, 5 services, 2 sites, 20 jobs and 2 backups right"."""

from collections.abc import Sequence

from remedy.model import Finding, HostReport
from remedy.report.glance import entries, service_words, troubles

TIME_IS_RIGHT = {"running", "at boot"}
KINDS = {"services": "service", "sites": "site", "jobs": "job", "backups": "backup", "checks": "check"}
KEYS = {"services": "name", "sites": "url", "jobs": "key", "backups": "name", "checks": "name"}


def right_words(reports: Sequence[HostReport]) -> str:
    """What is right on these hosts; empty if that is nothing. Where they differ: "4 to 5 services"."""
    told = [_time_service(reports[0]), *(_count(reports, topic, kind) for topic, kind in KINDS.items())]
    words = [part for part in told if part]
    return f"{' and '.join(filter(None, (', '.join(words[:-1]), words[-1])))} right" if words else ""


def _time_service(report: HostReport) -> str:
    name, *said = service_words(report) or ("",)
    is_right = set(said) >= TIME_IS_RIGHT and not _troubles(report, "timeservice")
    return name if is_right else ""


def _count(reports: Sequence[HostReport], topic: str, kind: str) -> str:
    counts = {_right(report, topic) for report in reports}
    fewest, most = min(counts), max(counts)
    told = f"{most}" if fewest == most else f"{fewest} to {most}"
    return f"{told} {kind}{'s' * (most != 1)}" if most else ""


def _right(report: HostReport, topic: str) -> int:
    """How many entries of a topic are right: all if nothing was found to be wrong with any, else never all."""
    section = entries(report, topic)
    if not section or not (wrong := {finding.entry for finding in _troubles(report, topic)}):
        return len(section)
    right = [entry for entry in section if str(entry.get(KEYS[topic])) not in wrong and not entry.get("swallowed")]
    return min(len(right), len(section) - 1)


def _troubles(report: HostReport, topic: str) -> list[Finding]:
    return [finding for finding in troubles(report) if finding.topic == topic]
