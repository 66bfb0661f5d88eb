"""Notices in the forms that providers use, notices/*.txt: each means what stands in the .means file beside it.

A line there is a window, with its zone; or begins with a question mark, and is part of why something is in doubt.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from remedy.maintenance.notice import read_notice
from remedy.zones import name_of

NOTICES = sorted((Path(__file__).parent / "notices").glob("*.txt"))
NOW = datetime(2017, 8, 21, 12, tzinfo=UTC)
HERE = "Europe/Berlin"


@pytest.mark.parametrize("file", NOTICES, ids=lambda file: file.stem)
def test_a_notice_means_what_it_says_and_nothing_else(file: Path) -> None:
    reading = read_notice(file.read_text(), NOW, HERE)
    means = file.with_suffix(".means").read_text().splitlines()
    windows = [line for line in means if not line.startswith("?")]
    doubts = [line.removeprefix("? ") for line in means if line.startswith("?")]
    assert [
        f"{each.start.isoformat(timespec='minutes')} {each.end.isoformat(timespec='minutes')} {name_of(each.start)}"
        for each in reading.windows
    ] == windows
    assert len(reading.doubts) == len(doubts)
    for doubt, part in zip(reading.doubts, doubts, strict=True):
        assert part in doubt.why


def test_there_are_notices() -> None:
    assert len(NOTICES) >= 60
