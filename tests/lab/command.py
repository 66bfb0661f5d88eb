"""fab, run as a user runs it, on the hosts of a lab."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import typed

from remedy.lab.embedded import EmbeddedLab


@dataclass(frozen=True)
class Ran:
    """A run of fab: its exit status and its JSON document."""

    status: int
    hosts: Mapping[str, Any]


def fab(lab: EmbeddedLab, *arguments: str) -> Ran:
    ran = typed.fab(*arguments, "--json", environment=lab.environment())
    return Ran(ran.returncode, {host["name"]: host for host in json.loads(ran.stdout)["hosts"]})


def started(lab: EmbeddedLab, *words: str) -> "subprocess.Popen[bytes]":
    """A run of fab that goes on, and whose words nobody hears; leaving it as a context waits for its end."""
    null = subprocess.DEVNULL
    return subprocess.Popen([typed.FAB, *words], env=lab.environment(), cwd=typed.PROJECT, stdout=null, stderr=null)
