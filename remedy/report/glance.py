"""What a host's report says at first glance, in words. Sections that are absent, unknown or odd do no harm."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from remedy.model import Finding, HostReport, Level, Step, Verdict
from remedy.topics import TIME
from remedy.words import Offset, spread

ORDER = (
    Verdict.UNREACHABLE,
    Verdict.FAILING,
    Verdict.INTERRUPTED,
    Verdict.PLANNED,
    Verdict.REPAIRED,
    Verdict.OK,
)
STYLES = {
    Verdict.UNREACHABLE: "bold magenta",
    Verdict.FAILING: "bold red",
    Verdict.INTERRUPTED: "bold yellow",
    Verdict.PLANNED: "bold cyan",
    Verdict.REPAIRED: "cyan",
    Verdict.OK: "green",
}
TROUBLE = ORDER[:3]
DUE = ("missing", "stale", "failed")  # states of backups
LONGEST = 200  # characters of what one finding says at a glance
SERVICE_WORDS: Mapping[str, Mapping[bool, str]] = {
    "running": {True: "running", False: "stopped"},
    "enabled": {True: "at boot", False: "not at boot"},
    "synchronised": {True: "synchronised", False: "not synchronised"},
}


def offsets(report: HostReport) -> tuple[Offset | None, Offset | None]:
    """The clock's offset before and after."""
    clock = _mapping(report.sections.get("clock"))
    return _offset(clock.get("before")), _offset(clock.get("after"))


def clock_words(reports: Sequence[HostReport]) -> tuple[str, str]:
    """The clocks' offsets before and after, each in words; empty where they were not measured."""
    before, after = zip(*map(offsets, reports), strict=True)
    return _spread(before), _spread(after)


def clock_story(reports: Sequence[HostReport]) -> tuple[str, ...]:
    """Where the clocks were and where they are now, in words: one where nothing changed, none if never measured."""
    before, after = clock_words(reports)
    was_right = all(offset is None or offset.is_nearly_right for offset, _ in map(offsets, reports))
    return tuple(filter(None, (after,) if after and was_right else (before, after)))


def service_words(report: HostReport) -> tuple[str, ...]:
    """The time service: as ("ntpd", "running", "at boot", "synchronised"); empty if it was not looked at."""
    service = _mapping(report.sections.get("timeservice"))
    if not service:
        return ()
    if not service.get("name"):
        return ("none",)
    states = {key: service.get(key) for key in SERVICE_WORDS}
    said = (SERVICE_WORDS[key][state] for key, state in states.items() if isinstance(state, bool))
    return (clipped(str(service["name"])), *said)


def error_words(report: HostReport) -> str:
    """The error, without the host's name before it: whoever shows it has said that already."""
    return (report.error or "").strip().removeprefix(f"{report.name}: ")


def troubles(report: HostReport) -> tuple[Finding, ...]:
    """The findings that are not ok, the bad ones first."""
    return tuple(f for level in (Level.BAD, Level.WARN) for f in report.findings if f.level is level)


def end_words(step: Step) -> str:
    """How a command ended."""
    return "its end was not told" if step.exit_status is None else f"exit status {step.exit_status}"


def done(report: HostReport) -> str:
    """The repairs that ran, in their order."""
    return "; ".join(dict.fromkeys(step.repair for step in report.steps))


def entries(report: HostReport, topic: str) -> tuple[Mapping[str, Any], ...]:
    """The entries of a topic's section; none where there is no list of them."""
    section = report.sections.get(topic)
    return tuple(entry for entry in section if isinstance(entry, Mapping)) if isinstance(section, Sequence) else ()


def due_backups(report: HostReport) -> tuple[str, ...]:
    """The names of the backups that should have been made, and that run-backups knows how to make."""
    due = (backup for backup in entries(report, "backups") if backup.get("state") in DUE and backup.get("run", True))
    return tuple(text_of(backup, "name") for backup in due)


def text_of(entry: Mapping[str, Any], key: str) -> str:
    """What an entry of a section says under a key, on one line and not too long; empty if that is no text."""
    value = entry.get(key)
    return clipped(value) if isinstance(value, str) else ""


def clipped(words: str, length: int = LONGEST) -> str:
    """The words on one line, of which what is too long is left out."""
    line = " ".join(words[: 2 * length].split())
    return line if len(line) <= length else f"{line[:length]}…"


def is_of_time_only(reports: Sequence[HostReport]) -> bool:
    """Whether nothing but clock and time service was looked at."""
    return all(report.sections.keys() <= set(TIME) for report in reports)


def gist(report: HostReport, with_repairs: bool = True) -> str:
    """The one thing to know of a host: what is wrong, or what would be done, or was done and is to be known yet."""
    error = error_words(report).partition("\n")[0].partition(". ")[0]
    wrong = [words for words in (error, *(clipped(finding.summary) for finding in troubles(report))) if words]
    first = wrong[0] + (f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else "") if wrong else ""
    if report.verdict in TROUBLE and wrong:
        return first
    plan = f"{len(report.planned)} command{'s' * (len(report.planned) != 1)} planned"
    if report.verdict is Verdict.PLANNED:
        return plan if with_repairs else "; ".join(filter(None, (plan, first)))
    return "; ".join(filter(None, (done(report) if with_repairs else "", first)))


def outcome(report: HostReport) -> str:
    """One line of how a host ended, without its name and verdict."""
    clock = clock_story([report])
    told, rest = " → ".join(clock), gist(report).removeprefix("the clock is ")
    if report.verdict.is_right and told and (len(clock) > 1 or not done(report)):
        return told
    for words in clock:
        if rest.startswith(words):  # it is the clock that is wrong, which need not be said twice
            return told.removesuffix(words) + rest
    return "; ".join(filter(None, (told, rest)))


def _spread(measured: Sequence[Offset | None]) -> str:
    known = [offset for offset in measured if offset]
    return spread(known) if known else ""


def _offset(measured: Any) -> Offset | None:
    seconds, error = _mapping(measured).get("offset_s"), _mapping(measured).get("error_s")
    if isinstance(seconds, int | float) and isinstance(error, int | float) and isfinite(seconds) and isfinite(error):
        return Offset(seconds, error)
    return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
