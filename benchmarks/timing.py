"""What a command costs: wall time, and the CPU time and memory of it and its children."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

RUNNER = [sys.executable, str(Path(__file__).with_name("runner.py"))]
DEADLINE = 600.0  # seconds


@dataclass(frozen=True)
class Cost:
    """Seconds, seconds, and the MB of the largest process."""

    wall: float
    cpu: float
    peak: float = 0.0


def cost(command: Sequence[str], statuses: Sequence[int] = (0,)) -> Cost:
    """Run the command to its end; raise if its exit status is none of `statuses`."""
    told = run(command, DEADLINE)
    if told["status"] not in statuses:
        raise RuntimeError(f"{command} ended with {told['status']}: {told['said']}")
    return Cost(told["wall"], told["cpu"], told["peak"])


def run(command: Sequence[str], deadline: float) -> dict[str, Any]:
    """Run the command to its end, or to the deadline (seconds), and return what `benchmarks.runner` tells of it."""
    done = subprocess.run([*RUNNER, str(deadline), *command], stdout=subprocess.PIPE, check=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def interleaved(contenders: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, Cost]:
    """The median costs of each, taken turn by turn so that a disturbance hits all alike; the first round warms up."""
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, run in contenders.items():
            once = run()
            if number:
                costs[name].append(once)
    return {name: _median(all_) for name, all_ in costs.items()}


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(*(statistics.median(values) for values in zip(*map(astuple, costs), strict=True)))


def table(title: str, rows: Mapping[str, Cost], base: str, hosts: int = 1) -> None:
    """Print the costs, each beside the base's."""
    print(f"\n{title}")
    print(f"  {'':44}{'wall s':>8}{'ratio':>8}{'client CPU ms a host':>22}{'MB':>6}")
    for name, row in rows.items():
        ratio = row.wall / rows[base].wall
        print(f"  {name:44}{row.wall:8.3f}{ratio:8.2f}{row.cpu * 1000 / hosts:22.1f}{row.peak:6.0f}")
