"""The `fab` of this project, as a command line."""

import re
import sys
from pathlib import Path

from benchmarks.farm import Farm
from benchmarks.timing import DEADLINE, Cost, run

FAB = str(Path(sys.executable).with_name("fab"))
PROJECT = Path(__file__).parent.parent


def fab(farm: Farm, *words: str, inventory: Path | None = None) -> list[str]:
    """The command line of `fab WORDS` for the farm."""
    options = ["--search-root", str(PROJECT), "--ssh-config", str(farm.ssh_config)]
    return [FAB, *options, *words, "--inventory", str(inventory or farm.inventory)]


def cost_of(farm: Farm, *words: str, inventory: Path | None = None, silent: int = 0) -> Cost:
    """What `fab WORDS` costs; RuntimeError unless it reached all hosts of the farm, but the silent ones.

    Its exit status does not tell: the farm's hosts have no time service, which is bad.
    """
    told = run(fab(farm, *words, inventory=inventory), DEADLINE)
    unreachable = re.findall(r"(?m)^\d+ hosts?: .*?(\d+) unreachable", told["output"])
    if told["status"] not in (0, 1) or list(map(int, unreachable)) != [silent] * bool(silent):
        raise RuntimeError(f"fab {' '.join(words)} did not do its work: {told['output'][-500:]}{told['said']}")
    return Cost(told["wall"], told["cpu"], told["peak"])
