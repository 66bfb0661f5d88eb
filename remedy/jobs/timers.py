"""systemd's timers: what each starts, when it last did, and what becomes of what it missed (FIELD.md B1, I3)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from remedy.gap import Gap, GapKind
from remedy.jobs.daemon import blocks
from remedy.jobs.oncalendar import Calendar, parse
from remedy.jobs.replay import Fate, Firing
from remedy.shell.answers import Answers

MOST = 1000  # elapses of one timer in a gap
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
UNITS |= {"day": 86400.0, "month": 2629800.0, "y": 31557600.0}


@dataclass(frozen=True)
class Timer:
    """A timer that waits for set times. `problem` says why its times can't be told.

    `last` is when it last started its `unit` since the host booted, or ever where it is persistent; `next` when it
    will; `delay` the seconds by which it may be late on purpose.
    """

    name: str
    unit: str
    schedule: str
    calendars: tuple[Calendar, ...] = ()
    is_persistent: bool = False
    last: float | None = None
    next: float | None = None
    delay: float = 0.0
    problem: str = ""

    def moments(self, start: float, end: float, tz: tzinfo) -> list[float]:
        """When it was due after `start` up to and including `end`."""
        found = {at for calendar in self.calendars for at in calendar.moments(start, end, tz, MOST)}
        return sorted(found)


def predict_timer(timer: Timer, gap: Gap, tz: tzinfo) -> tuple[Firing, ...]:
    """What becomes of what a timer missed: after a step it runs once, at once; after a boot only if persistent.

    A waiting timer does not go back with the clock: a step back costs none of its times, and repeats none.
    """
    missed = timer.moments(gap.start, gap.end, tz) if gap.seconds > 0 else []
    if gap.kind is GapKind.DOWN and not timer.is_persistent:
        return tuple(Firing(moment, Fate.LOST) for moment in missed)
    return (Firing(missed[0], Fate.COLLAPSED, len(missed)),) if missed else ()


def read_timers(answers: Answers) -> tuple[Timer, ...]:
    """The active timers with OnCalendar=, of `systemctl show`; the others don't go by the clock."""
    return tuple(_timers(answers))


def _timers(answers: Answers) -> Iterator[Timer]:
    for block in blocks(answers):
        specs = re.findall(r"OnCalendar=(.*?) ;", block.get("TimersCalendar", ""))
        if not block.get("Id", "").endswith(".timer") or block.get("ActiveState") != "active" or not specs:
            continue
        calendars, problem = [], ""
        for spec in specs:
            try:
                calendars.append(parse(spec))
            except ValueError:
                problem = f"its OnCalendar={spec[:80]} is not understood"
        yield Timer(
            name=block["Id"],
            unit=block.get("Unit", ""),
            schedule=", ".join(specs),
            calendars=() if problem else tuple(calendars),
            is_persistent=block.get("Persistent") == "yes",
            last=_moment(block.get("LastTriggerUSec", "")),
            next=_moment(block.get("NextElapseUSecRealtime", "")),
            delay=_seconds(block.get("RandomizedDelayUSec", "")),
            problem=problem,
        )


def _moment(text: str) -> float | None:
    """As "Tue 2026-11-24 02:30:01 UTC", or before systemd 238 the span since 1970; "n/a" and "": it is not told."""
    match = re.fullmatch(r"[A-Z][a-z]{2} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? UTC", text)
    if re.match(r"\d+y ", text):
        return _seconds(text)
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=UTC).timestamp() if match else None
    except ValueError:
        return None


def _seconds(text: str) -> float:
    """A time span as "1h 30min"; 0 where it is none."""
    parts = re.findall(r"(\d{1,9}(?:\.\d+)?)([a-z]+)", text)
    return sum(float(number) * UNITS.get(unit, 0.0) for number, unit in parts)
