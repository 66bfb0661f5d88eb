"""Many hosts on loopback, and some silent ones among them."""

from pathlib import Path

from benchmarks.fab import cost_of
from benchmarks.farm import farm
from benchmarks.timing import cost, interleaved, table
from benchmarks.xargs import xargs
from remedy.topics import TIME

ROUNDS = {100: 5, 250: 5, 1000: 3}  # by numbers of hosts
SILENT = 10  # in a hundred
CONNECT_SECONDS = 3


def main(folder: Path) -> None:
    """Print check-time of all hosts beside the same script over `xargs ssh`, with and without silent hosts."""
    for hosts, rounds in ROUNDS.items():
        own = folder / str(hosts)
        own.mkdir()
        _measure(own, hosts, rounds)


def _measure(folder: Path, hosts: int, rounds: int) -> None:
    silent = hosts * SILENT // 100
    with farm(folder, hosts, CONNECT_SECONDS) as f:
        by_xargs = xargs(f, TIME)
        inventory = f.with_silent(silent)
        contenders = {
            "xargs -P32 ssh host sh -s < probe": lambda: cost(by_xargs),
            "fab check-time": lambda: cost_of(f, "check-time"),
            f"fab check-time, {silent} silent hosts more": lambda: cost_of(
                f, "-t", str(CONNECT_SECONDS), "check-time", inventory=inventory, silent=silent
            ),
        }
        rows = interleaved(contenders, rounds)
    table(
        f"{hosts} hosts on loopback, curve25519 (goals: ratio at most 1.0, CPU at most 10 ms a host, silent hosts "
        f"cost about one connect deadline more, {CONNECT_SECONDS} s; at most 150 MB)",
        rows,
        next(iter(rows)),
        hosts,
    )
