"""Do the services run that should, and will they at the next boot?"""

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from remedy import initsystem
from remedy.initsystem import Init
from remedy.model import Finding, Level
from remedy.services.names import bare
from remedy.services.repairs import enable, needs_enabling, start
from remedy.services.service import IS_WELL, Service, ServicesFacts, State
from remedy.topic import Situation

SUMMARIES = {
    State.STARTING: "{} is still starting",
    State.STOPPING: "{} is stopping",
    State.RESTARTING: "{} does not stay up: systemd starts it again and again",
    State.DEAD: "{} is not running",
    State.STOPPED: "{} is not running",
    State.UNMET: "{} can't run here",
    State.MASKED: "{} is masked: it can't be started",
    State.BROKEN: "{} has a unit that systemd does not understand",
    State.MISSING: "there is no service {}",
    State.UNKNOWN: "{} could not be looked at",
}


def judge(facts: ServicesFacts, _situation: Situation) -> tuple[Finding, ...]:
    """The findings on a host's services: all that is wrong, or that nothing is."""
    if facts.trouble:
        return (_finding(Level.BAD, "the services could not be looked at", facts.trouble),)
    found = [finding for service in facts.services for finding in _findings(facts, service)]
    well = _well(facts)
    return tuple(found) or ((_finding(Level.OK, well),) if well else ())


def _findings(facts: ServicesFacts, service: Service) -> Iterator[Finding]:
    if service.state not in IS_WELL:
        summary = SUMMARIES[service.state].format(_shown(service))
        yield _finding(_level(facts, service), summary, _detail(service), _by_hand(facts, service), service.name)
    if facts.are_named and service.is_masked and service.state is State.RUNNING:
        summary = f"{_shown(service)} runs, but is masked: it will not start again"
        yield _finding(Level.BAD, summary, "", _unmask(service), service.name)
    elif needs_enabling(facts, service):
        summary = f"{_shown(service)} does not start at boot"
        yield _finding(Level.BAD, summary, "", _lines(enable(facts, service)), service.name)


def _level(facts: ServicesFacts, service: Service) -> Level:
    """Bad is what should run for sure: by hosts.yaml's word, or as the host starts it at boot and it died."""
    is_stopped_script = facts.init is Init.SYSV and service.state is State.STOPPED
    is_sure = facts.are_named or (service.enabled is True and not is_stopped_script)
    return Level.BAD if is_sure else Level.WARN


def _detail(service: Service) -> str:
    """How it ended and when, how often it was started again, and the end of its log."""
    since = f"since {_stamp(service.since)}" if service.since is not None else ""
    restarts = f"restarted {service.restarts} times by systemd" if service.restarts else ""
    near = f"is {service.nearest} meant?" if service.nearest else ""
    told = ", ".join(filter(None, (service.why, since, restarts, near)))
    words = "".join(f"\n  {line}" for line in service.log)
    return f"{told}{'; ' if told else ''}its log ends with:{words}" if words else told


def _by_hand(facts: ServicesFacts, service: Service) -> str:
    """The command that puts it right; else the one that shows more of it."""
    if service.state is State.MASKED:
        return _unmask(service)
    if service.state in (State.DEAD, State.STOPPED):
        return _lines(start(facts, service))
    if service.state is State.MISSING:
        return ""
    return shlex.join(initsystem.act(facts.init, facts.tools, service.unit, "status"))


def _well(facts: ServicesFacts) -> str:
    """What is said where nothing is wrong."""
    if facts.init is Init.NONE:
        return ""
    if not facts.are_named:
        return "no unit has failed" if facts.init is Init.SYSTEMD else "the services of the runlevel run"
    running = [_shown(service) for service in facts.services if service.state is State.RUNNING]
    told = [f"{' and '.join(filter(None, (', '.join(running[:-1]), *running[-1:])))} run{'s' * (len(running) == 1)}"]
    told += [f"{_shown(s)} waits for {s.trigger}" for s in facts.services if s.state is State.WAITING]
    told += [f"{_shown(s)} ran" for s in facts.services if s.state is State.DONE]
    return ", ".join(told if running else told[1:])


def section(before: ServicesFacts, after: ServicesFacts | None) -> list[dict[str, Any]]:
    """The services' part of the JSON document, as they were seen last."""
    facts = after or before
    return [_entry(facts, service) for service in facts.services]


def _entry(facts: ServicesFacts, service: Service) -> dict[str, Any]:
    """One service. `since` is a moment by the host's clock of then."""
    since = service.since
    return {
        "name": service.name,
        "unit": service.unit,
        "running": service.state is State.RUNNING,
        "enabled": service.enabled,
        "since": None if since is None else datetime.fromtimestamp(since, UTC).isoformat(),
        "restarts": service.restarts,
        "state": service.state.value,
        "why": service.why or None,
        "log": list(service.log),
        "problem": next((f.summary for f in _findings(facts, service) if f.level is Level.BAD), None),
    }


def _shown(service: Service) -> str:
    """Its name, and the one behind it where that is an alias."""
    return service.name if bare(service.name) == service.unit else f"{service.name} ({service.unit})"


def _stamp(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _unmask(service: Service) -> str:
    return shlex.join(("systemctl", "unmask", service.unit))


def _lines(commands: tuple[initsystem.Command, ...]) -> str:
    return " && ".join(map(shlex.join, commands))


def _finding(level: Level, summary: str, detail: str = "", command: str = "", name: str = "") -> Finding:
    return Finding("services", level, summary, detail, command, name)
