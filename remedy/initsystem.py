"""Init systems: what starts a host's services, how they tell of them, and the commands that change them.

Sources: FIELD.md A1 and I5, systemctl(1), systemd.exec(5), systemd.time(7), LSB 5.0 (init script actions),
openrc-run(8).
"""

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

Command = tuple[str, ...]

FIND = Path(__file__).parent / "shell/init.sh"  # the section that defines find_init, whose words Init has


class Init(StrEnum):
    """What starts services."""

    SYSTEMD = "systemd"
    OPENRC = "openrc"
    SYSV = "sysv"
    NONE = "none"


ENABLED = {"enabled": True, "enabled-runtime": False, "disabled": False, "masked": False}  # else it doesn't say
CRASHED = "crashed"  # for OpenRC, which thinks that it is started
EXITED = "its processes are gone, and systemd takes it for active still"
STOPPED = {1: "dead, with a stale pid file", 2: "dead, with a stale lock file", 32: CRASHED}  # LSB, OpenRC


MOMENT = re.compile(r"[A-Z][a-z]{2} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d+)? UTC", re.ASCII)
SPAN = re.compile(r"(\d{1,9}(?:\.\d+)?)([a-z]+)", re.ASCII)
SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
SECONDS |= {"day": 86400.0, "month": 2629800.0, "y": 31557600.0}


def units(output: str) -> Iterator[dict[str, str]]:
    """What `systemctl show` says of each unit, in its order: properties by their names.

    Of a property that it shows more than once, all, a line each.
    """
    for block in output.split("\n\n"):
        unit = dict[str, str]()
        for name, value in (line.split("=", 1) for line in block.splitlines() if "=" in line):
            unit[name] = f"{unit[name]}\n{value}" if name in unit else value
        if unit:
            yield unit


def moment(shown: str) -> float | None:
    """The Unix seconds of a moment as `TZ=UTC systemctl show` has it; None for "", "n/a" and what else is none.

    As "Tue 2026-11-24 02:30:01 UTC", but of timers before systemd 238 as the span since 1970.
    """
    if re.match(r"\d+y ", shown, re.ASCII):
        return span(shown)
    match = MOMENT.fullmatch(shown.strip())
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=UTC).timestamp() if match else None
    except ValueError:
        return None


def span(shown: str) -> float:
    """The seconds of a span of time as "1h 30min"; 0 where it is none."""
    return sum(float(number) * SECONDS.get(unit, 0.0) for number, unit in SPAN.findall(shown))


def end(unit: dict[str, str]) -> str:
    """How a failed unit ended (systemd.exec(5), $SERVICE_RESULT)."""
    status = unit.get("ExecMainStatus", "0")
    ends = {"exit-code": f"exit status {status}", "signal": f"signal {status}"}
    return ends.get(unit.get("Result", ""), unit.get("Result") or "failed")


def denies(output: str) -> bool:
    """Whether a script says that its service doesn't run, as old ones and upstart's do with exit status 0."""
    return bool(re.search(r"\b(not running|is stopped|stop/waiting)\b", output))


def runlevel(said: str) -> str:
    """Given what the command of that name said, return a regular expression for the level, 2 to 5."""
    match = re.fullmatch(r"\S+ ([2-5])", said)
    return match[1] if match else "[2-5]"


def enable(init: Init, tools: Collection[str], name: str) -> tuple[Command, ...]:
    """What makes a service start at boot; nothing where the host has no tool for it."""
    match init:
        case Init.SYSTEMD:
            return (("systemctl", "enable", name),)
        case Init.OPENRC:
            return (("rc-update", "add", name, "default"),)
    if "chkconfig" in tools:
        return (("chkconfig", name, "on"),)
    if "update-rc.d" in tools:
        # It enables only what has links, and makes links only where there are none.
        return ("update-rc.d", name, "defaults"), ("update-rc.d", name, "enable")
    return ()


def act(init: Init, tools: Collection[str], name: str, verb: str) -> Command:
    """The command that does so to a service: start, stop, status and the like."""
    match init:
        case Init.SYSTEMD:
            return ("systemctl", verb, name)
        case Init.OPENRC:
            return ("rc-service", name, verb)
    return ("service", name, verb) if "service" in tools else (f"/etc/init.d/{name}", verb)


def start(init: Init, tools: Collection[str], name: str, failed: str) -> tuple[Command, ...]:
    """What starts a service, also one that its init system thinks of as failed, or as running still."""
    if init is Init.SYSTEMD and failed == EXITED:
        return (("systemctl", "restart", name),)
    started = act(init, tools, name, "start")
    if init is Init.SYSTEMD and failed:
        return ("systemctl", "reset-failed", name), started
    if init is Init.OPENRC and failed == CRASHED:
        return ("rc-service", name, "zap"), started
    return (started,)
