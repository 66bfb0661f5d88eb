"""Which maintenance was announced for whom."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from remedy import maintenance
from remedy.inventory import Fleet, Host
from remedy.maintenance import Announced
from remedy.watch.model import Window
from remedy.zones import name_of, offset_words


def announced(fleet: Fleet, hosts: Iterable[Host], path: Path | None = None) -> tuple[Window, ...]:
    """The windows of hosts.yaml and those that were added, with those of the hosts that they are about; cancelled ones
    are none.

    `path` is the history's database, if it is not the usual one. Raises HistoryError if it can't be read.
    """
    return about(maintenance.announced(fleet, path), hosts)


def about(windows: Iterable[Announced], hosts: Iterable[Host]) -> tuple[Window, ...]:
    """The same of windows that were read already."""
    hosts = tuple(hosts)
    return tuple(
        Window(
            hosts=frozenset(host.name for host in hosts if each.is_about(host)),
            begin=each.start,
            end=each.end,
            told=_told(each.window.to),
        )
        for each in windows
        if not each.cancelled
    )


def _told(moment: datetime) -> str:
    """As 2017-08-31 05:00:00+09:00 (Asia/Tokyo)."""
    name = name_of(moment)
    return moment.isoformat(" ", "seconds") + ("" if name in ("UTC", offset_words(moment)) else f" ({name})")
