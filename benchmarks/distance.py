"""Many hosts that are 50 ms away, beside what their round trips would take if nothing else did."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.fab import PROJECT, cost_of
from benchmarks.far import DELAY, FAR, NEAR, far_away, trouble
from benchmarks.farm import farm

HOSTS, PARALLEL, ROUNDS = 250, 64, 5
CONNECT_SECONDS = 30


def main(folder: Path) -> None:
    """Print check-time of all of them, and the round trips that one takes."""
    if why := trouble(folder):
        print(f"\nNo hosts far away: {why}")
        return
    near, far = (_measure(folder, net) for net in (NEAR, FAR))
    trips = (far["one"] - near["one"]) * 1000 / DELAY
    theory = trips * DELAY / 1000 * HOSTS / PARALLEL
    print(f"\n{HOSTS} hosts {DELAY} ms away, {PARALLEL} at once (goal: at most 1.3 times the theory)")
    print(f"  one host takes {trips:.1f} round trips: in theory all take {theory:.2f} s")
    print(f"  fab check-time took {far['all']:.2f} s, {far['all'] / theory:.2f} times that; near {near['all']:.2f} s")


def _measure(folder: Path, net: str) -> dict[str, float]:
    """The seconds that one host takes, and all: in a process of its own, which may have a network of its own."""
    own = folder / net
    own.mkdir()
    command = [sys.executable, "-m", "benchmarks.distance", str(own), net]
    if net == FAR:
        command = far_away(command, folder)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=PROJECT)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _tell(folder: Path, net: str) -> None:
    with farm(folder, HOSTS, CONNECT_SECONDS, net) as f:
        words = {"one": ("-H", f.hosts[0]), "all": ("--parallel", str(PARALLEL))}
        took = {
            name: min(cost_of(f, "check-time", *which).wall for _ in range(ROUNDS)) for name, which in words.items()
        }
    print(json.dumps(took))


if __name__ == "__main__":
    _tell(Path(sys.argv[1]), sys.argv[2])
