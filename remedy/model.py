"""The words of this project as data: finding, repair, step, host report, run.

Everything here is immutable and holds nothing but JSON-able values, so that a run can be shown, stored and shown
again by views that know only this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from remedy.gap import Gap
from remedy.shell.script import Script


class Level(StrEnum):
    """How a finding judges the facts."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class Verdict(StrEnum):
    """How a host ended; every host gets exactly one."""

    OK = "ok"
    REPAIRED = "repaired"
    PLANNED = "planned"
    FAILING = "failing"
    UNREACHABLE = "unreachable"
    INTERRUPTED = "interrupted"

    @property
    def is_right(self) -> bool:
        """Whether the host is right now."""
        return self in (Verdict.OK, Verdict.REPAIRED)


@dataclass(frozen=True)
class Finding:
    """A judgement on facts; `detail` says what to do, or what the judgement rests on.

    `command` is what to type on the host to put it right by hand, where that is one command. `entry` is the key of the
    entry of the topic's section that it is of, where it is of one: a name, a site's URL, a job's key.
    """

    topic: str
    level: Level
    summary: str
    detail: str = ""
    command: str = ""
    entry: str = ""


@dataclass(frozen=True)
class Repair:
    """A change that would clear findings: one transaction on the host.

    `commands` are the literal commands, in order, as --dry-run prints them; `script` does them, within `seconds`: one
    that takes longer goes on, and is looked at again.
    """

    topic: str
    summary: str
    commands: tuple[str, ...]
    script: Script
    seconds: float = 180.0


@dataclass(frozen=True)
class Step:
    """One command that a repair ran. `exit_status` None: the link was lost before its end was told."""

    repair: str
    command: str
    exit_status: int | None
    seconds: float
    output: str = ""


@dataclass(frozen=True)
class Announcement:
    """A maintenance that was announced: from when to when, with their zones, and the URL of the notice, if any."""

    start: datetime
    end: datetime
    notice: str | None = None


@dataclass(frozen=True)
class HostReport:
    """One host's part of a run. `sections` maps a topic to what it shows of itself in the JSON document.

    `groups` are those of hosts.yaml that the host is in, in the file's order. `login` is what a person types before a
    command that is to be run on the host. `gaps` are what its clock leapt over by repairs of this run, and `announced`
    the maintenance that was announced for it in the day before.
    """

    name: str
    address: str
    verdict: Verdict
    sections: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    planned: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    error: str | None = None
    seconds: float = 0.0
    groups: tuple[str, ...] = ()
    login: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    announced: tuple[Announcement, ...] = ()


@dataclass(frozen=True)
class Run:
    """One execution over the fleet. `options` are words of its command, which are typed again to go on with it."""

    run: str
    command: str
    dry_run: bool
    started: datetime
    finished: datetime
    reference: Mapping[str, Any] | None
    hosts: tuple[HostReport, ...]
    options: tuple[str, ...] = ()
