"""Init systems: what starts a host's services, how they tell of them, and the commands that change them.

Sources: FIELD.md A1 and I5, systemctl(1), systemd.exec(5), LSB 5.0 (init script actions), openrc-run(8).
"""

import re
from collections.abc import Collection, Iterator
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


def units(output: str) -> Iterator[dict[str, str]]:
    """What `systemctl show` says of each unit, in its order: properties by their names."""
    for block in output.split("\n\n"):
        unit = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        if unit:
            yield unit


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
