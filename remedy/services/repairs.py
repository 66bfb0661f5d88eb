"""What is done for services: those that should run are started, and enabled where hosts.yaml names them."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from remedy import initsystem
from remedy.initsystem import EXITED, Command, Init
from remedy.model import Repair
from remedy.services.names import TIME_SERVICES
from remedy.services.service import Service, ServicesFacts, State
from remedy.shell.script import ACT, Script
from remedy.topic import Situation

SECTIONS = (ACT, Path(__file__).with_name("repair.sh"))
START_SECONDS, ENABLE_SECONDS = 180, 60  # that a command may take


def repairs(facts: ServicesFacts, _situation: Situation) -> tuple[Repair, ...]:
    """One transaction that starts and enables what has to be; none if nothing has, or if we are not root."""
    if facts.uid != 0:
        return ()
    services = {service.unit: service for service in facts.services if service.unit not in TIME_SERVICES}.values()
    to_enable = {service.unit: enable(facts, service) for service in services if needs_enabling(facts, service)}
    to_start = {service.unit: start(facts, service) for service in services if _is_to_start(facts, service)}
    enabling = [command for commands in to_enable.values() for command in commands]
    starting = [command for commands in to_start.values() for command in commands]
    if not enabling and not starting:
        return ()
    return (
        Repair(
            topic="services",
            summary=_summary(to_start, {unit for unit, commands in to_enable.items() if commands}),
            commands=tuple(map(shlex.join, (*enabling, *starting))),
            script=_script(facts, enabling, to_start),
            seconds=30.0 + ENABLE_SECONDS * len(enabling) + START_SECONDS * len(starting),
        ),
    )


def start(facts: ServicesFacts, service: Service) -> tuple[Command, ...]:
    """What starts a service."""
    failed = service.why if service.state is State.DEAD else ""
    return initsystem.start(facts.init, facts.tools, service.unit, failed)


def enable(facts: ServicesFacts, service: Service) -> tuple[Command, ...]:
    """What makes a service start at boot."""
    return initsystem.enable(facts.init, facts.tools, service.unit)


def needs_enabling(facts: ServicesFacts, service: Service) -> bool:
    """Whether it does not start at boot and should, since hosts.yaml names it."""
    can_be = service.state in (State.RUNNING, State.DEAD, State.STOPPED, State.STARTING, State.RESTARTING)
    return facts.are_named and service.enabled is False and not service.is_masked and can_be


def _is_to_start(facts: ServicesFacts, service: Service) -> bool:
    """Whether it should run for sure; what runs once and ends is a job, and no job runs twice for us."""
    if service.state not in (State.DEAD, State.STOPPED):
        return False
    if facts.are_named:
        return not service.runs_once or service.enabled is True
    may_be_stopped = facts.init is Init.SYSV and service.state is State.STOPPED
    return service.enabled is True and not service.runs_once and not may_be_stopped


def _look(facts: ServicesFacts, service: str, is_of_script: bool) -> Command:
    """What tells by its exit status whether it runs by now."""
    if is_of_script:
        return ("env", "SYSTEMCTL_SKIP_REDIRECT=1", f"/etc/init.d/{service}", "status")
    verb = "is-active" if facts.init is Init.SYSTEMD else "status"
    return initsystem.act(facts.init, facts.tools, service, verb)


def _script(facts: ServicesFacts, enabling: list[Command], to_start: dict[str, tuple[Command, ...]]) -> Script:
    gone = {service.unit for service in facts.services if service.why == EXITED}
    calls: list[Command] = [("services_enable", shlex.join(command)) for command in enabling]
    for unit, commands in to_start.items():
        look = _look(facts, unit, unit in gone)
        calls.append(("services_start", *map(shlex.join, (look, *commands))))
    return Script(
        sections=SECTIONS,
        entries=("services_repair",),
        values={
            "SERVICES_REPAIR": "\n".join(map(shlex.join, calls)),
            "SERVICES_ENABLE_SECONDS": str(ENABLE_SECONDS),
            "SERVICES_START_SECONDS": str(START_SECONDS),
        },
        detached=True,
    )


def _summary(to_start: dict[str, tuple[Command, ...]], to_enable: set[str]) -> str:
    return " and ".join(_verbs(tuple(to_start), tuple(sorted(to_enable))))


def _verbs(to_start: tuple[str, ...], to_enable: tuple[str, ...]) -> Iterator[str]:
    if to_start:
        yield f"start {', '.join(to_start)}"
    if to_enable:
        yield f"enable {'it' if to_enable == to_start else ', '.join(to_enable)}"
