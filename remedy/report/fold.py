"""Equal hosts in one line when there are many, with their names folded: web[01-20]."""

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from remedy.model import HostReport
from remedy.report.glance import ORDER, error_words, offsets, service_words, troubles

MANY = 20  # hosts: up to here each has a line of its own
FOLDABLE = re.compile(r"[A-Za-z0-9._-]+")  # no address with user, port or colons, no operator of ClusterShell's
FIGURES = re.compile(r"[-+±]*\d[\d., ]*(?:(?:ms|s|min|h|d)\b[\d., ]*)*")


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


def fold(reports: Sequence[HostReport]) -> tuple[Group, ...]:
    """The hosts, failures first; equal ones together if they are many."""
    ordered = sorted(reports, key=lambda report: ORDER.index(report.verdict))
    if len(ordered) <= MANY:
        return tuple(Group((report,)) for report in ordered)
    groups: dict[Hashable, list[HostReport]] = {}
    for report in ordered:
        groups.setdefault(_likeness(report), []).append(report)
    return tuple(Group(tuple(sorted(alike, key=_distance, reverse=True))) for alike in groups.values())


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
        tuple((f.level, f.topic, _shape(f"{f.summary}\n{f.detail}", report, f.topic)) for f in troubles(report)),
        report.planned,
        tuple((step.repair, _shape(step.command, report), step.exit_status) for step in report.steps),
        _shape(report.error or "", report),
    )


def _shape(text: str, report: HostReport, topic: str = "clock") -> str:
    """The text without what is the host's own: its name and address, and figures where they are of its clock."""
    for own in filter(None, (report.name, report.address)):
        text = text.replace(own, "\0")
    return FIGURES.sub("0", text) if topic == "clock" else text


def _distance(report: HostReport) -> float:
    return max((abs(offset.seconds) for offset in offsets(report) if offset), default=0.0)
