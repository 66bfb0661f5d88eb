"""What a topic is: one folder that reads, understands and judges one side of a host."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from remedy.inventory import Host
from remedy.model import Finding
from remedy.reference import Reference
from remedy.shell.answers import Answers
from remedy.ssh import Talk

F = TypeVar("F")


@dataclass(frozen=True)
class Situation:
    """What facts are judged against, besides themselves."""

    host: Host
    reference: Reference
    allow_backward: bool = False


@dataclass(frozen=True)
class Topic(Generic[F]):
    """One side of a host.

    `probe` is the .sh file that defines the function `entry`, which reads the facts and changes nothing; `values` gives
    what it needs to know of the host (names are prefixed with the topic's). `talks` answers the probe's commands that
    wait for lines. `read` turns answers into facts, or raises ProbeError where they don't say. `judge` is pure.
    `section` is the topic's part of the JSON document, from the facts before and, after a repair, again.
    """

    name: str
    probe: Path
    entry: str
    read: Callable[[Answers, Reference], F]
    judge: Callable[[F, Situation], tuple[Finding, ...]]
    section: Callable[[F, F | None], Any]
    values: Callable[[Host], Mapping[str, str]] = lambda _host: {}
    talks: Mapping[str, Talk] = field(default_factory=dict)
