"""fab, run as a user runs it, on the hosts of a lab."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remedy.lab.embedded import EmbeddedLab

FAB = Path(sys.executable).with_name("fab")
ROOT = Path(__file__).parents[2]
SECONDS = 120.0  # that anything may take


@dataclass(frozen=True)
class Ran:
    """A run of fab: its exit status and its JSON document."""

    status: int
    hosts: Mapping[str, Any]


def fab(lab: EmbeddedLab, *arguments: str) -> Ran:
    ran = subprocess.run(
        [str(FAB), *arguments, "--json"],
        env=lab.environment(),
        cwd=ROOT,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    document = json.loads(ran.stdout)
    return Ran(ran.returncode, {host["name"]: host for host in document["hosts"]})


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Return when it is so; `what` is the failure if it does not come to that."""
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)
