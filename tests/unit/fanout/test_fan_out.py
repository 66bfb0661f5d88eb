"""One function over many hosts."""

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from remedy.fanout import Item, Result, always, fan_out, never_again


def threaded(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    parallel: int,
    again: Callable[[Item, Result], float | None] = never_again,
    may_begin: Callable[[], bool] = always,
) -> Generator[Result, None, None]:
    return fan_out(work, items, ThreadPoolExecutor(parallel), parallel, again, may_begin)


def test_it_gives_each_result_once() -> None:
    assert sorted(threaded(lambda n: n * n, range(100), parallel=7)) == [n * n for n in range(100)]


def test_it_gives_nothing_for_nothing() -> None:
    assert list(threaded(str, [], parallel=3)) == []


def test_a_result_is_there_as_soon_as_its_host_is_done() -> None:
    slow_may_end = threading.Event()

    def work(name: str) -> str:
        if name == "slow":
            assert slow_may_end.wait(10)
        return name

    results = threaded(work, ["slow", "quick", "quick too"], parallel=2)
    first, second = next(results), next(results)
    slow_may_end.set()
    assert ([first, second], list(results)) == (["quick", "quick too"], ["slow"])


def test_no_more_than_that_many_run_at_once() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1

    list(threaded(work, range(20), parallel=4))
    assert most == 4


def test_what_falls_quiet_keeps_nothing_waiting() -> None:
    may_end, is_quiet = threading.Event(), threading.Event()

    def work(name: str) -> str:
        if name == "quiet":
            threading.Timer(0.1, is_quiet.set).start()
            assert may_end.wait(10)
        return name

    results = fan_out(work, ["quiet", "quick", "last"], ThreadPoolExecutor(2), 1, quiet=lambda: int(is_quiet.is_set()))
    assert [next(results), next(results)] == ["quick", "last"]
    may_end.set()
    assert list(results) == ["quiet"]


def test_hosts_are_asked_for_only_when_there_is_room() -> None:
    taken: list[int] = []

    def hosts() -> Iterator[int]:
        for n in range(50):
            taken.append(n)
            yield n

    results = threaded(str, hosts(), parallel=3)
    next(results)
    assert len(taken) <= 4
    results.close()


def test_what_ends_the_run_ends_it_and_begins_nothing_more() -> None:
    begun: list[int] = []

    def work(n: int) -> int:
        begun.append(n)
        if n == 3:
            raise RuntimeError("no reference")
        return n

    with pytest.raises(RuntimeError, match="no reference"):
        list(threaded(work, range(100), parallel=1))
    assert begun == [0, 1, 2, 3]


def test_an_item_is_worked_on_again_until_its_result_is_final() -> None:
    tries: list[str] = []

    def work(name: str) -> int:
        tries.append(name)
        return tries.count(name)

    results = list(threaded(work, ["once", "thrice"], 2, lambda name, n: 0.01 if name == "thrice" and n < 3 else None))
    assert sorted(results) == [1, 3]
    assert sorted(tries) == ["once", "thrice", "thrice", "thrice"]


def test_what_waits_to_be_worked_on_again_takes_no_place() -> None:
    results = threaded(str, ["late", "quick"], 1, lambda name, _: 3600.0 if name == "late" else None)
    assert next(results) == "quick"
    results.close()


def test_nothing_is_begun_any_more_once_nothing_may_be() -> None:
    begun: list[int] = []

    def work(n: int) -> int:
        begun.append(n)
        return n

    assert list(threaded(work, range(100), 1, may_begin=lambda: len(begun) < 3)) == [0, 1, 2]


def test_of_what_waits_the_result_is_final_once_nothing_may_be_begun() -> None:
    over = threading.Event()
    waits = {"late": 3600.0}
    results = threaded(str, ["late", "bad"], 1, lambda name, _: waits.get(name), lambda: not over.is_set())
    assert next(results) == "bad"
    over.set()
    assert list(results) == ["late"]
