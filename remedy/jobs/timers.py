"""systemd's timers: what each starts, when it last did, and what becomes of what it missed (FIELD.md B1, I3)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo

from remedy.gap import Gap, GapKind
from remedy.initsystem import moment, span, units
from remedy.jobs.oncalendar import Calendar, parse
from remedy.jobs.replay import Fate, Firing
from remedy.shell.answers import Answers

MOST = 1000  # elapses of one timer in a gap


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
    return (Firing.of_many(missed, Fate.COLLAPSED),) if missed else ()


def read_timers(answers: Answers) -> tuple[Timer, ...]:
    """The active timers with OnCalendar=, of `systemctl show`; the others don't go by the clock."""
    return tuple(_timers(answers))


def _timers(answers: Answers) -> Iterator[Timer]:
    for unit in units(answers.text("jobs_units")):
        specs = re.findall(r"OnCalendar=(.*?) ;", unit.get("TimersCalendar", ""))
        if not unit.get("Id", "").endswith(".timer") or unit.get("ActiveState") != "active" or not specs:
            continue
        calendars, problem = [], ""
        for spec in specs:
            try:
                calendars.append(parse(spec))
            except ValueError:
                problem = f"its OnCalendar={spec[:80]} is not understood"
        yield Timer(
            name=unit["Id"],
            unit=unit.get("Unit", ""),
            schedule=", ".join(specs),
            calendars=() if problem else tuple(calendars),
            is_persistent=unit.get("Persistent") == "yes",
            last=moment(unit.get("LastTriggerUSec", "")),
            next=moment(unit.get("NextElapseUSecRealtime", "")),
            delay=span(unit.get("RandomizedDelayUSec", "")),
            problem=problem,
        )
