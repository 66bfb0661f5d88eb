"""What a zone's clock shows: its offset from UTC, when that changes, and when a minute is first reached."""

from datetime import datetime, tzinfo


def offset(moment: float, zone: tzinfo) -> int:
    """Seconds that the zone is ahead of UTC."""
    ahead = datetime.fromtimestamp(moment, zone).utcoffset()
    return int(ahead.total_seconds()) if ahead is not None else 0


def wall(moment: float, zone: tzinfo) -> float:
    """What the zone's clock shows, in seconds as if it were UTC."""
    return moment + offset(moment, zone)


def change(before: int, after: int, zone: tzinfo) -> int:
    """The first second of the new offset, where the offsets of the two moments differ."""
    old = offset(before, zone)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if offset(middle, zone) == old else (before, middle)
    return after


def reached(shown: datetime, zone: tzinfo) -> int:
    """When the zone's clock first shows that time, or passes it where it skips it; `shown` has no zone."""
    first = int(shown.replace(tzinfo=zone, fold=0).timestamp())
    second = int(shown.replace(tzinfo=zone, fold=1).timestamp())
    return first if first <= second else change(second, first, zone)  # skipped: the new offset makes it earlier
