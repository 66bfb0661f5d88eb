"""The `fab` of this project, as a command line."""

import sys
from pathlib import Path

from benchmarks.farm import Farm

FAB = str(Path(sys.executable).with_name("fab"))
PROJECT = Path(__file__).parent.parent


def fab(farm: Farm, *words: str, inventory: Path | None = None) -> list[str]:
    """The command line of `fab WORDS` for the farm."""
    options = ["--search-root", str(PROJECT), "--ssh-config", str(farm.ssh_config)]
    return [FAB, *options, *words, "--inventory", str(inventory or farm.inventory)]
