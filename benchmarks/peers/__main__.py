"""All contenders, at each number of hosts, near and far:
`python -m benchmarks.peers [--hosts 10,100] [--rounds 5] [--far] [--write]`.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.far import DELAY, FAR, NEAR, far_away, trouble
from benchmarks.peers.ground import ENVIRONMENTS
from benchmarks.peers.kept import keep, kept
from benchmarks.peers.page import table, write


def main() -> None:
    """Let them meet, and print a table of each meeting; with --write into docs/performance.md, too."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers", description="The same probe by what else there is."
    )
    parser.add_argument(
        "--hosts", default="10,100,250,1000", help="numbers of hosts, with commas (default: %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count (default: %(default)s)")
    parser.add_argument("--far", action="store_true", help=f"also with {DELAY} ms of delay (root; a network namespace)")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md, with what earlier runs kept")
    given = parser.parse_args()
    for far in (False, True) if given.far and _can_be_far() else (False,):
        for hosts in map(int, given.hosts.split(",")):
            keep(hosts, far, _meet(hosts, given.rounds, far))
            print(table(hosts, far, kept()[hosts, far]), flush=True)
    if given.write:
        write(kept())


def _can_be_far() -> bool:
    """Whether this machine delays packets for us; if not, say so."""
    if why := trouble(ENVIRONMENTS):
        print(f"Without added delay only: {why}", flush=True)
    return not why


def _meet(hosts: int, rounds: int, far: bool) -> str:
    """The JSON document of a meeting in a process of its own, which may have a network of its own."""
    command = [sys.executable, "-m", "benchmarks.peers.meeting", str(hosts), str(rounds), FAR if far else NEAR]
    if far:
        command = far_away(command, ENVIRONMENTS)
    root = Path(__file__).parents[2]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=root).stdout


main()
