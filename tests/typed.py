"""fab as a user types it: a process of its own."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

FAB = Path(sys.executable).with_name("fab")
PROJECT = Path(__file__).parents[1]
SECONDS = 100.0  # that anything may take; a test has a little more


def fab(
    *words: str | Path, folder: Path = PROJECT, environment: Mapping[str, str] | None = None, text: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run it to its end; `text` is its standard input."""
    return subprocess.run(
        [FAB, *words],
        input=text,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
