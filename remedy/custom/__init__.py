"""Checks of one's own: a command, what it should say, and a command that puts it right."""

import shlex
from pathlib import Path

from remedy.custom.facts import Checked, ChecksFacts, deadline, read
from remedy.custom.judge import judge, repairs, section
from remedy.inventory import Host
from remedy.topic import Topic

__all__ = ["TOPIC", "Checked", "ChecksFacts"]

LAST_BREATH = 3.0  # seconds that timeout(1) gives a command to end when its time is over


def _values(host: Host) -> dict[str, str]:
    calls = (("checks_run", str(n), str(deadline(check)), check.command) for n, check in enumerate(host.checks))
    return {"CHECKS": "\n".join(map(shlex.join, calls))}


def _patience(host: Host) -> float:
    return sum(deadline(check) + LAST_BREATH for check in host.checks)


TOPIC = Topic(
    name="checks",
    probe=Path(__file__).with_name("probe.sh"),
    entry="checks_probe",
    values=_values,
    patience=_patience,
    read=read,
    judge=judge,
    repairs=repairs,
    section=section,
)
