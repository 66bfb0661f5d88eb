"""Equal hosts in one line when there are many, with their names folded: web[01-20]."""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

from remedy.model import Finding, HostReport
from remedy.report.glance import ORDER, error_words, offsets, service_words, troubles

T = TypeVar("T", bound=Hashable)

MANY = 20  # hosts: up to here each has a line of its own
FEW = 8  # hosts: up to here all are named, and no names are folded
NO_GROUP = "in no group"
FOLDABLE = re.compile(r"[A-Za-z0-9._-]+")  # no address with user, port or colons, no operator of ClusterShell's
FIGURES = re.compile(r"[-+±]*\d[\d., ]*(?:(?:ms|s|min|h|d)\b[\d., ]*)*")
MINUTES = re.compile(r"\d\d:\d\d(?::\d\d)?|(?:\d[\d.]* (?:ms|s|min|h)\b ?)+")  # what is finer than a day


@dataclass(frozen=True)
class Group:
    """Hosts of which the same can be said; the one whose clock is furthest off stands first."""

    reports: tuple[HostReport, ...]

    @property
    def names(self) -> str:
        """All names, folded."""
        return fold_names([report.name for report in self.reports])

    @property
    def example(self) -> HostReport:
        """The host that speaks for all."""
        return self.reports[0]

    @property
    def is_uniform(self) -> bool:
        """Whether what is wrong is the same word for word."""
        return len({(error_words(report), troubles(report), report.steps) for report in self.reports}) == 1


@dataclass(frozen=True)
class Part:
    """The hosts of a table: those that share their first group of hosts.yaml."""

    name: str
    reports: tuple[HostReport, ...]

    @property
    def gravity(self) -> int:
        """The place in ORDER of the worst verdict."""
        return min(map(_gravity, self.reports))

    @property
    def is_right(self) -> bool:
        """Whether all of them are."""
        return all(report.verdict.is_right for report in self.reports)


def parts(reports: Sequence[HostReport]) -> tuple[Part, ...]:
    """The hosts by their first groups, those with failures first; in a large run, those without are one."""
    members: dict[str, list[HostReport]] = {}
    for report in reports:
        members.setdefault(next(iter(report.groups), NO_GROUP), []).append(report)
    made = sorted((Part(name, tuple(its)) for name, its in members.items()), key=lambda part: part.gravity)
    right = [part for part in made if part.is_right]
    if len(reports) > MANY and len(right) > 1:
        merged = tuple(report for part in right for report in part.reports)
        return (*made[: -len(right)], Part(fold_names(part.name for part in right), merged))
    return tuple(made)


def gather(reports: Iterable[HostReport], said: Callable[[HostReport], Iterable[T]]) -> dict[T, list[HostReport]]:
    """What is said of hosts, each thing once, with the hosts of which it is said."""
    told: dict[T, list[HostReport]] = {}
    for report in reports:
        for thing in dict.fromkeys(said(report)):
            told.setdefault(thing, []).append(report)
    return told


def fold(reports: Sequence[HostReport], is_large: bool = False) -> tuple[Group, ...]:
    """The hosts, failures first; equal ones together if they are many, or part of a large run."""
    ordered = sorted(reports, key=_gravity)
    if len(ordered) <= MANY and not is_large:
        return tuple(Group((report,)) for report in ordered)
    groups: dict[Hashable, list[HostReport]] = {}
    for report in ordered:
        groups.setdefault(_likeness(report), []).append(report)
    return tuple(Group(tuple(sorted(alike, key=_distance, reverse=True))) for alike in groups.values())


def few_names(reports: Sequence[HostReport]) -> str:
    """The hosts' names, folded if they are more than a few."""
    names = [report.name for report in reports]
    return ", ".join(names) if len(names) <= FEW else fold_names(names)


def fold_names(names: Iterable[str]) -> str:
    """Names as ClusterShell folds them; what it would not read back as it was stands for itself."""
    given = list(names)
    if len(given) == 1:
        return given[0]
    plain = [name for name in given if FOLDABLE.fullmatch(name)]
    clustershell: Any = import_module("ClusterShell.NodeSet")  # it has no types, and few runs need it
    folded = clustershell.NodeSet.fromlist(plain, resolver=clustershell.RESOLVER_NOGROUP)
    if sorted(map(str, folded)) != sorted(set(plain)):
        return ", ".join(given)
    return ", ".join([*str(folded).replace(",", " ").split(), *(name for name in given if name not in plain)])


def _likeness(report: HostReport) -> Hashable:
    """What two hosts must share to be told of in one line. Offsets may differ; commands that are planned may not."""
    return (
        report.verdict,
        service_words(report),
        tuple(_finding_likeness(finding, report) for finding in troubles(report)),
        report.planned,
        tuple((step.repair, _shape(step.command, report, FIGURES), step.exit_status) for step in report.steps),
        _shape(report.error or "", report, FIGURES),
    )


def _finding_likeness(finding: Finding, report: HostReport) -> Hashable:
    """All but figures in details, those of the clock, and those finer than a day: an age that is told to the minute."""
    summary = _shape(finding.summary, report, FIGURES if finding.topic == "clock" else MINUTES)
    return finding.level, finding.topic, summary, _shape(finding.detail, report, FIGURES)


def _shape(text: str, report: HostReport, figures: re.Pattern[str]) -> str:
    """The text without what is the host's own: its name and address, and those figures."""
    for own in filter(None, (report.name, report.address)):
        text = text.replace(own, "\0")
    return figures.sub("0", text)


def _gravity(report: HostReport) -> int:
    return ORDER.index(report.verdict)


def _distance(report: HostReport) -> float:
    return max((abs(offset.seconds) for offset in offsets(report) if offset), default=0.0)
