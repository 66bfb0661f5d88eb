"""One function over many hosts: bounded, each result as soon as it is there."""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def fan_out(work: Callable[[Item], Result], items: Iterable[Item], parallel: int) -> Generator[Result, None, None]:
    """Yield work(item) for each item, in the order in which they end; at most `parallel` run at once.

    `work` must not raise: a trouble of one item is a result like any other. An exception all the same (a defect, or
    what ends the whole run) is raised here, and so is KeyboardInterrupt. Whatever ends the iteration, work that waits
    is not begun any more, and work that runs is left to end by itself, which its deadlines see to.
    """
    with_threads = ThreadPoolExecutor(max_workers=parallel, thread_name_prefix="host")
    try:
        yield from _bounded(with_threads, work, iter(items), parallel)
    finally:
        with_threads.shutdown(wait=False, cancel_futures=True)


def _bounded(
    executor: Executor, work: Callable[[Item], Result], items: Iterator[Item], parallel: int
) -> Iterator[Result]:
    running: set[Future[Result]] = set()
    while True:
        for item in items:
            running.add(executor.submit(work, item))
            if len(running) >= parallel:
                break
        if not running:
            return
        ended, running = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            yield future.result()
