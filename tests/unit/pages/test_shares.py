"""The bar of how many hosts stand how."""

from remedy.pages.shares import shares


def test_parts_are_as_wide_as_they_are_many_one_behind_the_other() -> None:
    assert list(shares({"down": 1, "flapping": 0, "up": 3})) == [("down", 0.0, 25.0), ("up", 25.0, 75.0)]


def test_one_among_thousands_is_still_seen() -> None:
    (_, start, width), _ = shares({"down": 1, "up": 2999})

    assert start == 0.0
    assert 0.9 < width < 1.0


def test_nobody_has_no_part() -> None:
    assert list(shares({"down": 0})) == []
