"""Is the clock right, and if not, may it be stepped?"""

from typing import Any

from remedy.clock.facts import ClockFacts
from remedy.model import Finding, Level
from remedy.topic import Situation
from remedy.words import Offset as Words
from remedy.words import duration

BACKWARD = 1.0  # seconds: databases and mail servers suffer from a clock that goes back by more


def needs_step(facts: ClockFacts, situation: Situation) -> bool:
    """Whether the clock is surely further off than the threshold; what is nearer is the time service's business."""
    return abs(facts.offset.seconds) - facts.offset.error > situation.host.step_threshold


def may_step(facts: ClockFacts, situation: Situation) -> bool:
    """Whether we may step it: the host lets us, nobody else does it, and the user lets us if it goes back far."""
    is_free = facts.may_set and not facts.offset.unsteady
    return is_free and (facts.offset.seconds <= BACKWARD or situation.allow_backward)


def judge(facts: ClockFacts, situation: Situation) -> tuple[Finding, ...]:
    """The findings on a host's clock."""
    words = Words(facts.offset.seconds, facts.offset.error)
    if facts.offset.unsteady:
        detail = f"it is {words.words} now; somebody else sets it: look again"
        level = Level.BAD if needs_step(facts, situation) else Level.WARN
        return (Finding("clock", level, "the clock was stepped while it was measured", detail),)
    if needs_step(facts, situation):
        return (Finding("clock", Level.BAD, f"the clock is {words.words}", _what_to_do(facts, situation)),)
    if words.at_most > situation.host.step_threshold:
        detail = f"{words.figure}, and the threshold is {situation.host.step_threshold:g} s: look again"
        level = Level.BAD if facts.offset.error > situation.host.step_threshold else Level.WARN
        return (Finding("clock", level, "can't tell whether the clock is right", detail),)
    if words.is_nearly_right:
        return (Finding("clock", Level.OK, f"the clock is {words.words}"),)
    detail = f"below the threshold of {situation.host.step_threshold:g} s: the time service drifts it back"
    return (Finding("clock", Level.OK, f"the clock is {words.words}", detail),)


def section(before: ClockFacts, after: ClockFacts | None) -> dict[str, Any]:
    """The clock's part of the JSON document."""
    return {"before": _figures(before), "after": _figures(after) if after else None}


def _figures(facts: ClockFacts) -> dict[str, Any]:
    return {
        "offset_s": round(facts.offset.seconds, 6),
        "error_s": round(facts.offset.error, 6),
        "source": facts.source,
        "unsteady": facts.offset.unsteady,
    }


def _what_to_do(facts: ClockFacts, situation: Situation) -> str:
    if facts.container:
        return f"a {facts.container} container has the clock of the machine that it runs on: put that one right"
    if facts.uid != 0:
        return "only root may set it: log in as root, or set sudo: true for the host in hosts.yaml"
    if not facts.has_capability:
        return "root has no CAP_SYS_TIME here: put the clock of the machine that it runs on right"
    if not may_step(facts, situation):
        ahead = duration(facts.offset.seconds)
        return f"setting it back by {ahead} can upset databases and mail servers: --allow-backward does it all the same"
    return ""
