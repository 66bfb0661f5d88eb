"""Regular expressions of users: Python's, and none of them holds up a run."""

import pytest

from remedy import patterns
from remedy.patterns import found


@pytest.mark.parametrize(
    ("regex", "text", "is_found"),
    [
        ("empty", "Mail queue is empty", True),
        ("^is", "this", False),
        (r"^\d+ of \d+ nodes$", "cluster:\n3 of 3 nodes\n", False),
        (r"(?m)^\d+ of \d+ nodes$", "cluster:\n3 of 3 nodes\n", True),
        (r"(?i)OK\b.*", "all ok", True),
        ("é+", "caféé \\xff \U0001f600", True),
        ("\ud800+", "no lone surrogate", False),
        (r"a{2,3}$", "baaa", True),
    ],
)
def test_a_text_is_searched_as_python_does(regex: str, text: str, is_found: bool) -> None:
    assert found(regex, text) is is_found


@pytest.mark.parametrize("regex", ["(a+)+$", "(a|a)*$", ".*.*.*.*x"])
def test_one_that_takes_for_ever_is_given_up(regex: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "CPU_SECONDS", 1)
    assert found(regex, "a" * 20_000 + "!") is None


def test_it_is_given_up_too_where_the_machine_gives_it_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "WAIT", 0.05)
    assert found("(a+)+$", "a" * 60 + "!") is None


def test_a_plain_word_needs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nonexistent")
    assert found("word", "a word")
