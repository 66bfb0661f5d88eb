"""The time zone that a host's cron goes by."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo

from remedy.shell.answers import Answers
from remedy.zones import named


@dataclass(frozen=True)
class Zone:
    """`tz` is what to reckon with; where the zone is not known, the offset from UTC that the host has now."""

    tz: tzinfo
    is_known: bool = True


def read_zone(answers: Answers, now: float, offset: str, daemons: str) -> Zone:
    """The zone that the daemon has in its environment, or the first one told whose offset is the one that date(1) has.

    `offset` is as in +0900; `daemons` is the daemon's TZ.
    """
    own = named(daemons.removeprefix(":")) if daemons else None
    if own:
        return Zone(own)
    told = _offset(offset)
    for name in _names(answers):
        zone = named(name)
        if zone and told in (None, datetime.fromtimestamp(now, zone).utcoffset()):
            return Zone(zone)
    return Zone(timezone(told or timedelta(0)), is_known=False)


def _names(answers: Answers) -> Iterator[str]:
    """What files say: the link /etc/localtime, /etc/timezone, /etc/TZ, and ZONE="..." of old Red Hat."""
    yield answers.text("jobs_localtime").rpartition("zoneinfo/")[2]
    for answer in answers:
        if answer.name == "jobs_zone":
            file, _, line = answer.output.partition(" ")
            match = re.match(r'ZONE="?([^"]+)', line)
            if file.endswith("/clock"):
                yield match[1].replace(" ", "_") if match else ""
            else:
                yield line.strip()


def _offset(text: str) -> timedelta | None:
    match = re.fullmatch(r"([-+])(\d\d)(\d\d)", text)
    if match is None or int(match[2]) > 23:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return -offset if match[1] == "-" else offset
