"""The jobs' part of the JSON document."""

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

from remedy.jobs.byhand import by_hand
from remedy.jobs.facts import JobsFacts
from remedy.jobs.outcome import Outcome, key, outcomes
from remedy.jobs.replay import Firing
from remedy.jobs.timers import Timer
from remedy.jobs.words import iso


def section(before: JobsFacts, after: JobsFacts | None) -> list[dict[str, Any]]:
    """Each job and what became of its firings in the gaps: swallowed and lost, made good by the daemon, ran, to ask."""
    facts = after or before
    return [_entry(facts, outcome) for outcome in outcomes(facts, facts.gaps)]


def _entry(facts: JobsFacts, outcome: Outcome) -> dict[str, Any]:
    job, tz, is_timer = outcome.job, facts.tz, isinstance(outcome.job, Timer)
    return {
        "key": key(job),
        "schedule": job.schedule if isinstance(job, Timer) else job.schedule_text,
        "command": outcome.command,
        "source": outcome.source,
        "user": "" if isinstance(job, Timer) else job.user,
        "kind": "timer" if is_timer else "cron",
        "swallowed": _moments(outcome.lost, tz),
        "replayed": _moments(outcome.replayed, tz),
        "ran": _moments(outcome.ran, tz),
        "ask": _moments(outcome.ask, tz),
        "repeated": _moments(outcome.repeated, tz),
        "evidence": outcome.evidence,
        "fate": outcome.fate,
        "by_hand": by_hand(job, facts.daemon) if outcome.lost else "",
    }


def _moments(firings: Iterable[Firing], tz: tzinfo) -> list[Any]:
    """A moment each; where one entry stands for many, the first and the last of them, and how many they are."""
    return [_many(firing, tz) if firing.count > 1 else iso(firing.moment, tz) for firing in firings]


def _many(firing: Firing, tz: tzinfo) -> dict[str, Any]:
    return {"at": iso(firing.moment, tz), "until": iso(firing.last, tz), "count": firing.count}
