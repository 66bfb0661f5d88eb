"""fab, run as a user runs it, on the hosts of a lab."""

import json
import subprocess
import sys
from collections.abc import Mapping
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
