"""One meeting of all contenders at a number of hosts, near or far: proved, then measured turn by turn."""

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.farm import farm
from benchmarks.peers.contenders import CONTENDERS, Contender
from benchmarks.peers.ground import Ground, NotInstalledError
from benchmarks.timing import Cost, run

DEADLINE = 60.0  # seconds that a contender may take in a round
CONNECT_SECONDS = 60  # a loaded machine is no dead host


class FailedError(Exception):
    """A contender that did not do the work; the text says how."""


@dataclass
class Row:
    """One contender's: its rounds, or why there are none; and whether it refused a changed host key."""

    name: str
    checks: bool | None = None
    why_not: str = ""
    rounds: list[Cost] = field(default_factory=list)

    def median(self, what: str) -> float:
        """The median of wall, cpu or peak."""
        values: list[float] = [getattr(once, what) for once in self.rounds]
        return statistics.median(values)


def rows_of(document: list[dict[str, Any]]) -> list[Row]:
    """Rows from their JSON document."""
    return [Row(**(row | {"rounds": [Cost(**once) for once in row["rounds"]]})) for row in document]


def meet(hosts: int, rounds: int, net: str) -> list[Row]:
    """All contenders' rows; `net` is how the hosts' addresses begin."""
    rows = [Row(contender.name) for contender in CONTENDERS]
    with (
        tempfile.TemporaryDirectory(prefix="post-mainte-peers-") as folder,
        farm(Path(folder), hosts, CONNECT_SECONDS, net) as f,
    ):
        ground = Ground(f)
        ground.lay()
        for number in range(rounds + 1):
            for contender, row in zip(CONTENDERS, rows, strict=True):
                _turn(contender, row, ground, warm=number > 0)
    return rows


def _turn(contender: Contender, row: Row, ground: Ground, warm: bool) -> None:
    """A round of one contender; the first is its proof, which is not measured."""
    if row.why_not:
        return
    print(f"  {contender.name}", file=sys.stderr, flush=True)
    try:
        if warm:
            told = _run(contender, ground)
            if contender.reached:  # its exit status does not tell
                _insist(contender.reached(str(told["output"])), ground)
            row.rounds.append(Cost(told["wall"], told["cpu"], told["peak"]))
        else:
            row.checks = _prove(contender, ground)
    except (NotInstalledError, FailedError) as error:
        row.why_not, row.rounds = " ".join(str(error).split())[:300], []


def _prove(contender: Contender, ground: Ground) -> bool:
    """Whether it refuses changed host keys. Raises FailedError where it does not do the work on all hosts."""
    with _watched(ground):
        told = _run(contender, ground)
        _insist(_reached(contender, ground, told), ground)
    with _watched(ground):
        restore = ground.forge()
        try:
            told = run(contender.command(ground), DEADLINE)
        finally:
            restore()
        return not _reached(contender, ground, told)


def _insist(reached: set[str], ground: Ground) -> None:
    missing = set(ground.farm.hosts) - reached
    if missing:
        raise FailedError(f"did not run the script on {len(missing)} of {len(ground.farm.hosts)} hosts")


@contextmanager
def _watched(ground: Ground) -> Iterator[None]:
    ground.watch()
    yield
    ground.lay()


def _reached(contender: Contender, ground: Ground, told: dict[str, Any]) -> set[str]:
    return contender.reached(str(told["output"])) if contender.reached else ground.reached()


def _run(contender: Contender, ground: Ground) -> dict[str, Any]:
    told = run(contender.command(ground), DEADLINE)
    if told["status"] is None:
        raise FailedError(f"took more than {DEADLINE:g} s")
    if told["status"] not in contender.statuses:
        said = (told["said"] or told["output"]).strip().splitlines() or [""]
        raise FailedError(f"ended with status {told['status']}: {said[-1]}")
    return told


if __name__ == "__main__":
    json.dump([asdict(row) for row in meet(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])], sys.stdout)
