"""Does one time service run, start at boot, and follow its servers?"""

from typing import Any

from remedy.model import Finding, Level
from remedy.timeservice.facts import Service, TimeServiceFacts
from remedy.topic import Situation


def judge(facts: TimeServiceFacts, _situation: Situation) -> tuple[Finding, ...]:
    """The findings on a host's time service."""
    if facts.container:
        summary = f"the time service is the business of the machine that this {facts.container} container runs on"
        return (_finding(Level.OK, summary),)
    active = facts.active
    if active is None:
        detail = "install one: chrony or ntpsec (Debian, Ubuntu), chrony (Red Hat, SUSE, Alpine)"
        return (_finding(Level.BAD, "there is no time service", detail),)
    if len(facts.running) > 1:
        names = " and ".join(service.name for service in facts.running)
        return (_finding(Level.BAD, f"{names} run at once", "they fight over the clock: stop and disable all but one"),)
    findings = (_running(active), _enabled(active), _synchronised(facts, active))
    bad = tuple(finding for finding in findings if finding)
    return bad or (_finding(Level.OK, f"{active.name} is {_states(active, facts)}"),)


def section(before: TimeServiceFacts, after: TimeServiceFacts | None) -> dict[str, Any] | None:
    """The time service's part of the JSON document; None: the host has none."""
    facts = after or before
    active = facts.active
    if active is None:
        return None
    return {
        "name": active.name,
        "running": active.running,
        "enabled": active.enabled,
        "synchronised": facts.synchronised if active.running else None,
        "kind": active.kind.value,
        "init": facts.init.value,
    }


def _running(service: Service) -> Finding | None:
    if service.by_hand:
        detail = "whoever started it by hand should stop it, and start the service instead"
        return _finding(Level.WARN, f"{service.name} runs, but not as a service", detail)
    if service.running:
        return None
    if service.masked:
        return _finding(Level.BAD, f"{service.name} is masked", f"  systemctl unmask {service.name}")
    if service.unmet:
        detail = "a condition of its unit is not met (in a container, or without CAP_SYS_TIME)"
        return _finding(Level.BAD, f"{service.name} can't run here", detail)
    why = f"how it ended: {service.failed}" if service.failed else ""
    return _finding(Level.BAD, f"{service.name} is not running", why)


def _enabled(service: Service) -> Finding | None:
    if service.enabled is not False or (service.masked and not service.running):
        return None
    if service.masked:
        summary = f"{service.name} runs, but is masked: it will not start again"
        return _finding(Level.BAD, summary, f"  systemctl unmask {service.name}")
    return _finding(Level.BAD, f"{service.name} does not start at boot")


def _synchronised(facts: TimeServiceFacts, service: Service) -> Finding | None:
    if not service.running or facts.synchronised is not False:
        return None
    detail = "right after a start or a step that is usual; it takes minutes"
    return _finding(Level.WARN, f"{service.name} says that it is not synchronised (yet)", detail)


def _states(service: Service, facts: TimeServiceFacts) -> str:
    """What is known to be right with it."""
    enabled = ", enabled" if service.enabled else ""
    return f"running{enabled}{' and says that it is synchronised' if facts.synchronised else ''}"


def _finding(level: Level, summary: str, detail: str = "") -> Finding:
    return Finding("timeservice", level, summary, detail)
