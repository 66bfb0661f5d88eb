"""What is asked of a run, for each of its hosts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from remedy.gap import Gap
from remedy.maintenance.announced import Announced
from remedy.topic import Topic
from remedy.topics import grounds


@dataclass(frozen=True)
class Job:
    """What is to be done on every host of a run.

    `host_seconds` is the deadline of each host in all, but for repairs that say how long they take. `repairing` names
    the topics that are put right, where `topics` are looked at. `gap` is what the user says that clocks leapt over.
    `run_backups`: which of them may be run: "", "missing" or "all". `remembered` is what hosts' clocks leapt over by
    repairs of earlier runs, by the hosts' names, and `windows` is the maintenance that was announced, where they are of
    interest. `run` is the id of the run.
    """

    topics: tuple[Topic[Any], ...]
    host_seconds: float
    repairing: tuple[str, ...] = ()
    dry_run: bool = False
    allow_backward: bool = False
    gap: Gap | None = None
    run_backups: str = ""
    remembered: Mapping[str, tuple[Gap, ...]] = field(default_factory=dict)
    windows: tuple[Announced, ...] = ()
    run: str = ""

    @property
    def is_changing(self) -> bool:
        """Whether hosts may be changed."""
        return bool(self.repairing) and not self.dry_run

    @property
    def read(self) -> tuple[Topic[Any], ...]:
        """The topics that are read: those that are looked at, and after them those of which nothing is told."""
        return (*self.topics, *grounds([topic.name for topic in self.topics]))

    @property
    def reads_jobs(self) -> bool:
        """Whether jobs are read, be it for others only."""
        return "jobs" in {topic.name for topic in self.read}
