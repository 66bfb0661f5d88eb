"""How many hosts at once."""

import re

import pytest

from remedy.errors import UsageError
from remedy.fanout.parallel import beside, choose, hosts_at_once, waited_for_beside


@pytest.mark.parametrize(("cores", "chosen"), [(1, 32), (2, 32), (3, 48), (64, 64)])
def test_it_is_chosen_from_the_cores_within_what_is_of_use(cores: int, chosen: int) -> None:
    assert choose(None, 1000, cores, 20_000) == chosen


@pytest.mark.parametrize("asked", [None, 50])
def test_it_is_never_more_than_there_are_hosts(asked: int | None) -> None:
    assert choose(asked, 3, 2, 20_000) == 3
    assert choose(asked, 0, 2, 20_000) == 1


def test_what_is_asked_for_is_given() -> None:
    assert choose(500, 1000, 1, 20_000) == 500


def test_unasked_it_is_what_the_open_files_suffice_for() -> None:
    assert choose(None, 1000, 2, 64 + 6 * 5) == 5
    assert choose(None, 1000, 2, -1) == 32


def test_what_the_open_files_do_not_suffice_for_is_refused_with_what_would_be_right() -> None:
    with pytest.raises(UsageError) as refused:
        choose(500, 400, 2, 1024)
    assert str(refused.value) == (
        "--parallel 500: 400 hosts at once may take 2464 open files, and `ulimit -n` is 1024: "
        "give --parallel 160, or make it 2464"
    )
    numbers = re.findall(r"\d+", str(refused.value))
    assert choose(int(numbers[-2]), 400, 2, 1024) == 160
    assert choose(500, 400, 2, int(numbers[-1])) == 400


def test_open_files_for_no_host_at_all_are_refused() -> None:
    with pytest.raises(UsageError, match="`ulimit -n` is 20, too few for a single host: make it 256"):
        choose(None, 32, 2, 20)


@pytest.mark.parametrize(("open_files", "quiet"), [(20_000, 96), (1024, 96), (512, 42), (200, 0), (-1, 96)])
def test_of_quiet_hosts_more_are_waited_for_as_far_as_open_files_suffice(open_files: int, quiet: int) -> None:
    assert beside(32, open_files) == quiet


def test_this_machine_can_handle_a_host() -> None:
    assert hosts_at_once(1, 10) == 1
    assert waited_for_beside(1) == 3
