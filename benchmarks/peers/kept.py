"""Meetings that were measured on this machine: all of them take hours, which need not be in a row."""

import json

from benchmarks.peers.ground import ENVIRONMENTS
from benchmarks.peers.meeting import Row, rows_of

FOLDER = ENVIRONMENTS / "meetings"


def keep(hosts: int, far: bool, document: str) -> None:
    """Keep the JSON document of a meeting in the place of an earlier one."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{hosts}-{'far' if far else 'near'}.json").write_text(document)


def kept() -> dict[tuple[int, bool], list[Row]]:
    """The rows of each meeting, by its number of hosts and whether they are far away; near ones first."""
    meetings = {}
    for file in FOLDER.glob("*.json"):
        hosts, where = file.stem.split("-")
        meetings[int(hosts), where == "far"] = rows_of(json.loads(file.read_text()))
    return dict(sorted(meetings.items(), key=lambda meeting: (meeting[0][1], meeting[0][0])))
