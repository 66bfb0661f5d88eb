"""The JSON document of a run (DESIGN.md, section 4), and the run from it again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from remedy.gap import Gap, GapKind
from remedy.model import Announcement, Finding, HostReport, Level, Run, Step, Verdict
from remedy.zones import name_of, named

SCHEMA = 1
OWN_KEYS = {
    "name",
    "address",
    "verdict",
    "findings",
    "planned",
    "steps",
    "error",
    "seconds",
    "groups",
    "login",
    "gaps",
    "maintenance",
}


def to_document(run: Run) -> dict[str, Any]:
    """The run as values that JSON has. Nothing is lost on the way: from_document gives an equal run."""
    hosts = [host_to_document(report) for report in run.hosts]
    return {**head_to_document(run), "hosts": hosts, "summary": count_verdicts(run)}


def head_to_document(run: Run) -> dict[str, Any]:
    """The run's document without its hosts."""
    return {
        "schema": SCHEMA,
        "run": run.run,
        "command": run.command,
        "options": list(run.options),
        "dry_run": run.dry_run,
        "started": _moment(run.started),
        "finished": _moment(run.finished),
        "reference": None if run.reference is None else dict(run.reference),
    }


def from_document(document: Mapping[str, Any]) -> Run:
    """The run that a document holds; raise ValueError for a document of another schema.

    Fields that are unknown here are ignored, and a host's unknown keys are sections of topics.
    """
    if document.get("schema") != SCHEMA:
        raise ValueError(f"a document of schema {document.get('schema')!r}; this post-mainte reads schema {SCHEMA}")
    return Run(
        run=document["run"],
        command=document["command"],
        dry_run=document["dry_run"],
        started=datetime.fromisoformat(document["started"]),
        finished=datetime.fromisoformat(document["finished"]),
        reference=document["reference"],
        hosts=tuple(map(host_from_document, document["hosts"])),
        options=tuple(document.get("options", ())),
    )


def count_verdicts(run: Run) -> dict[str, int]:
    """How many hosts ended with each verdict; those that none has are 0."""
    verdicts = [report.verdict for report in run.hosts]
    return {verdict.value: verdicts.count(verdict) for verdict in Verdict}


def host_to_document(report: HostReport) -> dict[str, Any]:
    """One host's part of the document; raise ValueError if a topic has the name of a host's own key."""
    if clash := OWN_KEYS & set(report.sections):
        raise ValueError(f"a topic can't have the name of a host's own key: {', '.join(sorted(clash))}")
    return {
        "name": report.name,
        "address": report.address,
        "groups": list(report.groups),
        "login": list(report.login),
        "verdict": report.verdict.value,
        **report.sections,
        "findings": [{**vars(finding), "level": finding.level.value} for finding in report.findings],
        "planned": list(report.planned),
        "steps": [dict(vars(step)) for step in report.steps],
        "gaps": [gap_to_document(gap) for gap in report.gaps],
        "maintenance": list(map(_announcement_to_document, report.announced)),
        "error": report.error,
        "seconds": report.seconds,
    }


def host_from_document(host: Mapping[str, Any]) -> HostReport:
    """The report that a host's part of a document holds."""
    return HostReport(
        name=host["name"],
        address=host["address"],
        verdict=Verdict(host["verdict"]),
        sections={key: value for key, value in host.items() if key not in OWN_KEYS},
        findings=tuple(map(_finding, host.get("findings", ()))),
        planned=tuple(host.get("planned", ())),
        steps=tuple(map(_step, host.get("steps", ()))),
        error=host.get("error"),
        seconds=host.get("seconds", 0.0),
        groups=tuple(host.get("groups", ())),
        login=tuple(host.get("login", ())),
        gaps=tuple(gap_from_document(gap, "measured") for gap in host.get("gaps", ())),
        announced=tuple(map(_announcement, host.get("maintenance", ()))),
    )


def gap_to_document(gap: Gap) -> dict[str, Any]:
    """A gap that a run measured, as values that JSON has."""
    start, end = (datetime.fromtimestamp(moment, UTC).isoformat() for moment in (gap.start, gap.end))
    return {"kind": gap.kind.value, "from": start, "to": end, "error_s": gap.error}


def gap_from_document(gap: Mapping[str, Any], source: str) -> Gap:
    """The gap that a part of a document holds, and who says so."""
    start, end = (datetime.fromisoformat(gap[key]).timestamp() for key in ("from", "to"))
    return Gap(GapKind(gap["kind"]), start, end, source, gap["error_s"])


def _announcement_to_document(announced: Announcement) -> dict[str, Any]:
    start, end = announced.start, announced.end
    return {"from": _moment(start), "to": _moment(end), "zone": name_of(start), "notice": announced.notice}


def _announcement(announced: Mapping[str, Any]) -> Announcement:
    zone = named(announced["zone"])
    start, end = (datetime.fromisoformat(announced[key]) for key in ("from", "to"))
    if zone:
        start, end = start.astimezone(zone), end.astimezone(zone)
    return Announcement(start, end, announced["notice"])


def _finding(finding: Mapping[str, Any]) -> Finding:
    text = {key: finding.get(key, "") for key in ("detail", "command", "entry")}
    return Finding(finding["topic"], Level(finding["level"]), finding["summary"], **text)


def _step(step: Mapping[str, Any]) -> Step:
    return Step(step["repair"], step["command"], step["exit_status"], step["seconds"], step.get("output", ""))


def _moment(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a zone: {moment}")
    return moment.isoformat()
