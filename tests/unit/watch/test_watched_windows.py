"""The monitor keeps quiet for what stands in hosts.yaml and for what was added, but for nothing that was cancelled."""

from datetime import UTC, datetime
from pathlib import Path

from remedy.inventory import Fleet, Host, Window
from remedy.inventory.kinds import MOMENT
from remedy.maintenance import kept
from remedy.watch.windows import announced

NOW = datetime(2017, 8, 21, 12, tzinfo=UTC)
WEB = Host(name="web1", address="203.0.113.10", groups=("tokyo",))
MAIL = Host(name="mx1", address="203.0.113.25")


def window(day: int, *hosts: str) -> Window:
    return Window(from_=MOMENT(f"2017-08-{day}T02:00Z"), to=MOMENT(f"2017-08-{day}T05:00Z"), hosts=hosts)


def test_windows_are_those_of_hosts_yaml_and_those_that_were_added(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    *_, cancelled = kept.add([window(28), window(29, "mx1"), window(30)], NOW, path)
    kept.cancel(cancelled.id, NOW, path)
    found = announced(Fleet(maintenance=(window(27, "tokyo"),)), [WEB, MAIL], path)
    assert [each.hosts for each in found] == [{"web1"}, {"web1", "mx1"}, {"mx1"}]
    assert [(each.begin, each.end) for each in found] == [
        (MOMENT(f"2017-08-{day}T02:00Z").timestamp(), MOMENT(f"2017-08-{day}T05:00Z").timestamp())
        for day in (27, 28, 29)
    ]


def test_their_ends_are_told_as_they_were_announced(tmp_path: Path) -> None:
    ends = ("2017-08-30T05:00Z", "2017-08-30T05:00+09:00", "2017-08-30T05:00 Europe/Berlin")
    told = []
    for end in ends:
        window = Window(from_=MOMENT("2017-08-28T02:00Z"), to=MOMENT(end))
        told += [each.told for each in announced(Fleet(maintenance=(window,)), [WEB], tmp_path / "history.db")]
    assert told == [
        "2017-08-30 05:00:00+00:00",
        "2017-08-30 05:00:00+09:00",
        "2017-08-30 05:00:00+02:00 (Europe/Berlin)",
    ]
