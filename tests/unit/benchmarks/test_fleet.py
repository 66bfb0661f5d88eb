"""A large fleet on paper."""

from benchmarks.peers.fleet import FILES, Measured, needs

TEN_MS = Measured(cpu=0.010, memory=100)


def test_one_worker_is_enough_for_few_hosts() -> None:
    assert needs(100, 60, TEN_MS).workers == 1


def test_workers_grow_with_the_hosts_and_with_the_haste() -> None:
    relaxed, hasty = needs(100_000, 900, TEN_MS), needs(100_000, 60, TEN_MS)

    assert (relaxed.workers, hasty.workers) == (2, 24)  # 1,000 s of CPU at 70 % of a core
    assert hasty.share == 4167


def test_what_saturates_first_is_named() -> None:
    assert needs(100_000, 60, TEN_MS).first == "CPU"
    assert needs(100_000, 60, Measured(cpu=0.0001, memory=100)).first == "open files"
    assert needs(1_000_000, 120, Measured(cpu=0.0000001, memory=100)).first == "network"


def test_no_worker_holds_more_connections_than_it_may_have_files() -> None:
    need = needs(100_000, 10, Measured(cpu=0.0001, memory=100))

    assert need.at_once / need.workers <= FILES


def test_memory_is_that_of_the_workers_and_of_their_connections() -> None:
    assert needs(100, 200, TEN_MS).memory == 100 + 1 * 0.25
