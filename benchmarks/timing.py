"""What a command costs: wall time, and the CPU time of it and its children."""

import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Seconds."""

    wall: float
    cpu: float


def cost(command: Sequence[str], stdin: str | None = None, statuses: Sequence[int] = (0,)) -> Cost:
    """Run the command to its end; raise if its exit status is none of `statuses`."""
    cpu, wall = _children_cpu(), time.monotonic()
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode not in statuses:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr[-2000:]}")
    return Cost(time.monotonic() - wall, _children_cpu() - cpu)


def interleaved(contenders: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, Cost]:
    """The median costs of each, taken turn by turn so that a disturbance hits all alike; the first round warms up."""
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, run in contenders.items():
            once = run()
            if number:
                costs[name].append(once)
    return {
        name: Cost(statistics.median(c.wall for c in all_), statistics.median(c.cpu for c in all_))
        for name, all_ in costs.items()
    }


def table(title: str, rows: Mapping[str, Cost], base: str, hosts: int = 1) -> None:
    """Print the costs, each beside the base's."""
    print(f"\n{title}")
    print(f"  {'':44}{'wall s':>8}{'ratio':>8}{'client CPU ms a host':>22}")
    for name, row in rows.items():
        ratio = row.wall / rows[base].wall
        print(f"  {name:44}{row.wall:8.3f}{ratio:8.2f}{row.cpu * 1000 / hosts:22.1f}")


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
