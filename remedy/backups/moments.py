"""Moments as programs on a host print them, in Unix seconds."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

ISO = re.compile(  # ISO 8601, also with a space in its middle as `date --iso-8601` and people write it
    r"(?<!\d)(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?) ?(Z|UTC|[+-]\d\d(?::?\d\d)?(?!\d))?)?(?![\d-])"
)
EPOCH = re.compile(r"\d{9,11}(?:\.\d+)?")


def zone_of(text: str) -> tzinfo:
    """The zone of an offset as `date +%z` prints it; UTC if it is none."""
    match = re.fullmatch(r"([+-])([01]\d|2[0-3])([0-5]\d)", text.strip())
    if match is None:
        return UTC
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-offset if match[1] == "-" else offset)


def moment_in(text: str, zone: tzinfo) -> float | None:
    """The first moment that a text tells: a line of epoch seconds, or ISO 8601, by `zone` where it names none."""
    for line in text.splitlines():
        if EPOCH.fullmatch(line.strip()):
            return float(line)
        if match := ISO.search(line):
            day, time, offset = match.groups()
            if (moment := iso_moment(f"{day}T{time or '00:00'}{offset or ''}", zone)) is not None:
                return moment
    return None


def iso_moment(text: object, zone: tzinfo) -> float | None:
    """The moment of a text that is ISO 8601, by `zone` where it names none; None if it is no such text."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.strip().replace("UTC", "Z"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError):
        return None
