"""What a topic is: one folder that reads, understands, judges and mends one side of a host."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from remedy.gap import Gap
from remedy.inventory import Host
from remedy.model import Finding, Repair
from remedy.reference import Reference
from remedy.shell.answers import Answers
from remedy.ssh import Talk

F = TypeVar("F")


@dataclass(frozen=True)
class Situation:
    """What facts are read and judged against, besides themselves.

    `now` is the true time of the look at the host, in Unix seconds. `gaps` is what the host's clock leapt over in this
    run, or would when it is put right now, or what the user says that it missed; `remembered` what it leapt over in
    earlier runs. `outside` holds what each topic saw from the controller. `run_backups` says which backups may be run:
    none; those that are missing; all. `mends_clock`: the run puts clocks right before anything else. `leaves_jobs`:
    it does not look at jobs for their own sake, and catches up with none. `due` are the command lines of what the
    host's cron and timers run, or make good, within minutes. `run` is the id of the run over the fleet.
    """

    host: Host
    reference: Reference
    allow_backward: bool = False
    now: float = 0.0
    gaps: tuple[Gap, ...] = ()
    remembered: tuple[Gap, ...] = ()
    outside: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    run_backups: str = ""  # "", "missing" or "all"
    mends_clock: bool = False
    leaves_jobs: bool = False
    due: tuple[str, ...] = ()
    run: str = ""


@dataclass(frozen=True)
class Topic(Generic[F]):
    """One side of a host.

    `probe` is the .sh file that defines the function `entry`, which reads the facts and changes nothing; `needs` are
    other .sh files that it calls. `values` gives what it needs to know of the host (names are prefixed with the
    topic's), and `patience` the seconds that it may take beyond the usual. `talks` answers the probe's commands that
    wait for lines. `outside` looks at the host from the controller while the probe runs there; it raises nothing.
    `read` turns answers into facts, or raises ProbeError where they don't say. `judge` and `repairs` are pure.
    `section` is the topic's part of the JSON document, from the facts before and, after a repair, again.
    """

    name: str
    probe: Path
    entry: str
    read: Callable[[Answers, Situation], F]
    judge: Callable[[F, Situation], tuple[Finding, ...]]
    section: Callable[[F, F | None], Any]
    repairs: Callable[[F, Situation], tuple[Repair, ...]] = lambda _facts, _situation: ()
    values: Callable[[Host], Mapping[str, str]] = lambda _host: {}
    patience: Callable[[Host], float] = lambda _host: 0.0
    needs: tuple[Path, ...] = ()
    talks: Mapping[str, Talk] = field(default_factory=dict)
    outside: Callable[[Host], Any] | None = None
