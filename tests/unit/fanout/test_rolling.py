"""Waves, and failures that end them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.errors import UsageError
from remedy.fanout.rolling import Rolling, read_rolling


def sizes(rolling: Rolling, hosts: int) -> list[int]:
    return [len(wave) for wave in rolling.waves(range(hosts))]


def test_unasked_all_hosts_are_one_wave_and_may_fail() -> None:
    assert sizes(read_rolling("", ""), 7) == [7]
    assert not read_rolling("", "").is_exceeded(7)


def test_a_count_is_the_size_of_a_wave() -> None:
    assert sizes(read_rolling("3", ""), 8) == [3, 3, 2]


def test_a_share_is_rounded_up() -> None:
    assert sizes(read_rolling("10%", ""), 11) == [2, 2, 2, 2, 2, 1]
    assert sizes(read_rolling("0.5%", ""), 3) == [1, 1, 1]
    assert sizes(read_rolling("100%", ""), 3) == [3]


def test_with_waves_the_first_failure_is_one_too_many() -> None:
    assert (read_rolling("3", "").is_exceeded(0), read_rolling("3", "").is_exceeded(1)) == (False, True)


def test_so_many_may_fail_as_are_said() -> None:
    two = read_rolling("", "2")
    assert (two.is_exceeded(2), two.is_exceeded(3)) == (False, True)
    assert read_rolling("", "0").is_exceeded(1)


@pytest.mark.parametrize(
    "text", ["0", "-1", "x", "1.5", "0%", "101%", "%", "1e2%", "nan%", "10 %", "\u0661", "9999999"]
)
def test_what_is_no_wave_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_rolling(text, "")
    assert str(refused.value) == (
        f"--rolling takes a number of hosts or a share of them, such as 5 or 10%, not {text!r}"
    )


@pytest.mark.parametrize("text", ["-1", "x", "1.5", "10%"])
def test_what_is_no_number_of_failures_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_rolling("5", text)
    assert str(refused.value) == f"--max-failures takes a whole number, 0 or more, not {text!r}"


@given(st.sampled_from(["", "1", "7", "1%", "33.3%", "100%"]), st.lists(st.integers()))
def test_each_host_is_in_one_wave_in_its_order(text: str, hosts: list[int]) -> None:
    assert [host for wave in read_rolling(text, "").waves(hosts) for host in wave] == hosts
