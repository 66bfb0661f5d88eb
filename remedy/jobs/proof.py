"""Which firings of a gap a log proves to have run after all, or on time."""

from collections.abc import Iterable, Sequence

from remedy.gap import Gap
from remedy.jobs.replay import Fate, Firing

LATE = 65.0  # seconds after its minute within which a job is started and logged
REPLAYED_WITHIN = 7200.0  # seconds after a step: many jobs, ten seconds apart


def proven(
    firings: Sequence[Firing], runs: Iterable[float], regular: Iterable[float], gap: Gap, late: float = 0.0
) -> tuple[float | None, ...]:
    """When each firing ran, by the moments at which the log shows the job; None: it shows no run of that firing.

    `regular` are the minutes at which the job was due when it may have run on time: each takes up a run of its own, be
    it one of many in a firing, and what is left is a firing made good. `late` is by how many seconds the job may be
    late on purpose.
    """
    left = sorted(run for run in runs if run >= min(gap.start, gap.end) - gap.error)
    told = {firing.moment for firing in firings if firing.count == 1}
    for minute in regular:
        if minute not in told:
            _take(left, minute, minute + LATE + late)
    found = [_take(left, f.moment, f.moment + LATE + late) if f.count == 1 else None for f in firings]
    for number, firing in enumerate(firings):
        is_one_run = firing.count == 1 or firing.fate is Fate.COLLAPSED
        if found[number] is None and is_one_run:
            found[number] = _take(left, gap.end - gap.error - LATE, gap.end + REPLAYED_WITHIN)
    return tuple(found)


def _take(runs: list[float], start: float, end: float) -> float | None:
    """Take the first run from `start` to `end` off the list."""
    run = next((run for run in runs if start <= run <= end), None)
    if run is not None:
        runs.remove(run)
    return run
