"""A hundred hosts on loopback, and twenty silent ones among them."""

from pathlib import Path

from benchmarks.fab import fab
from benchmarks.farm import farm
from benchmarks.timing import cost, interleaved, table
from benchmarks.xargs import xargs
from remedy.topics import TIME

HOSTS, SILENT, ROUNDS, CONNECT_SECONDS = 100, 20, 5, 3


def main(folder: Path) -> None:
    """Print check-time of all hosts beside the same script over `xargs ssh`, with and without silent hosts."""
    with farm(folder, HOSTS, CONNECT_SECONDS) as f:
        by_xargs = xargs(f, TIME)
        silent = f.with_silent(SILENT)
        contenders = {
            "xargs -P32 ssh host sh -s < probe": lambda: cost(by_xargs),
            "fab check-time": lambda: cost(fab(f, "check-time"), statuses=(0, 1)),
            f"fab check-time, {SILENT} silent hosts more": lambda: cost(
                fab(f, "-t", str(CONNECT_SECONDS), "check-time", inventory=silent), statuses=(1,)
            ),
        }
        rows = interleaved(contenders, ROUNDS)
    table(
        f"{HOSTS} hosts on loopback, curve25519 (goals: ratio at most 1.2, CPU at most 15 ms a host, silent hosts "
        f"cost about one connect deadline more, {CONNECT_SECONDS} s)",
        rows,
        next(iter(rows)),
        HOSTS,
    )
