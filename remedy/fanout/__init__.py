"""One function over many hosts: bounded, each result as soon as it is there."""

import heapq
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from itertools import count, islice
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

LOOK = 0.25  # seconds between two looks whether some have fallen quiet, while there is no room for more


def never_again(_item: object, _result: object) -> float | None:
    """Every result is final."""
    return None


def always() -> bool:
    """Whatever comes next may be begun."""
    return True


def none_is_quiet() -> int:
    """Everything that runs counts."""
    return 0


def fan_out(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    executor: Executor,
    parallel: int,
    again: Callable[[Item, Result], float | None] = never_again,
    may_begin: Callable[[], bool] = always,
    quiet: Callable[[], int] = none_is_quiet,
) -> Generator[Result, None, None]:
    """Yield work(item) for each item, done by `executor`, in the order in which they end; at most `parallel` at once.

    `again` says of a result in how many seconds its item is to be worked on anew; None: the result is final. Once
    `may_begin` says no, nothing is begun any more: what runs ends, and of what waits the result is final as it is.
    `quiet` tells how many of those that run only wait, and keep no others waiting: they don't count as at once.
    `work` must not raise: a trouble of one item is a result like any other. An exception all the same (a defect, or
    what ends the whole run) is raised here, and so is KeyboardInterrupt. Whatever ends the iteration, work that waits
    is not begun any more, and work that runs is left to end by itself, which its deadlines see to. The
    executor is shut down then.
    """
    try:
        yield from _FanOut(executor, work, again, may_begin, quiet).results(items, parallel)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


class _FanOut(Generic[Item, Result]):
    """Work that runs, and items that are to be worked on later; never more than `parallel` at once but quiet ones."""

    def __init__(
        self,
        executor: Executor,
        work: Callable[[Item], Result],
        again: Callable[[Item, Result], float | None],
        may_begin: Callable[[], bool],
        quiet: Callable[[], int],
    ) -> None:
        self._executor, self._work, self._again, self._may_begin = executor, work, again, may_begin
        self._quiet = quiet
        self._running: dict[Future[Result], Item] = {}
        self._later: list[tuple[float, int, Item, Result]] = []
        self._numbers = count()

    def results(self, items: Iterable[Item], parallel: int) -> Iterator[Result]:
        """All final results."""
        fresh = iter(items)
        while True:
            while self._has_room(parallel) and (begun := self._begin_next(fresh)):
                self._running |= begun
            if not self._may_begin():
                yield from (result for *_, result in self._later)
                self._later = []
            if not self._running and not self._later:
                return
            ended, _ = wait(self._running, self._seconds_to_next(parallel), FIRST_COMPLETED)
            if not self._running:
                time.sleep(self._seconds_to_next(parallel) or 0.0)
            yield from self._final(ended)

    def _has_room(self, parallel: int) -> bool:
        return len(self._running) < parallel or len(self._running) - self._quiet() < parallel

    def _begin_next(self, fresh: Iterator[Item]) -> dict[Future[Result], Item]:
        """Begin what has waited long enough, or something new; nothing if there is neither, or it may not be begun."""
        if not self._may_begin():
            return {}
        due = self._later and self._later[0][0] <= time.monotonic()
        chosen = [heapq.heappop(self._later)[2]] if due else list(islice(fresh, 1))
        return {self._executor.submit(self._work, item): item for item in chosen}

    def _seconds_to_next(self, parallel: int) -> float | None:
        """Until the next item is due, if there is room for it; if not, until it is looked whether there is."""
        if not self._has_room(parallel):
            return LOOK
        if not self._later:
            return None
        return max(0.0, self._later[0][0] - time.monotonic())

    def _final(self, ended: Iterable[Future[Result]]) -> Iterator[Result]:
        for future in ended:
            item, result = self._running.pop(future), future.result()
            if (seconds := self._again(item, result)) is None:
                yield result
            else:
                heapq.heappush(self._later, (time.monotonic() + seconds, next(self._numbers), item, result))
