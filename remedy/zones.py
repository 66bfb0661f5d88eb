"""Time zones by their names in the IANA database, and the moments that their clocks show."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo


def named(name: str) -> ZoneInfo | None:
    """The zone of that name, if there is one."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found; no name; a folder of the database
        return None


def name_of(moment: datetime) -> str:
    """The name of a moment's zone, as "Asia/Tokyo" or "+09:00"; what `named` knows, or an offset from UTC."""
    if isinstance(moment.tzinfo, ZoneInfo):
        return moment.tzinfo.key
    return "UTC" if moment.tzinfo is UTC else offset_words(moment)


def offset_words(moment: datetime) -> str:
    """How far a moment's zone is from UTC then, as "+09:00"."""
    seconds = int((moment.utcoffset() or timedelta(0)).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02}:{minutes:02}"


def exact(wall: datetime, zone: tzinfo) -> datetime:
    """The moment at which the clocks of a zone show a time, which has no zone itself.

    Raises ValueError where they never show it, because they are put forward over it, or where they show it twice; the
    text says both readings.
    """
    before, after = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if before.utcoffset() == after.utcoffset():
        return before
    shown = f"{wall:%Y-%m-%d %H:%M}"
    if before.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        offsets = f"{offset_words(before)} to {offset_words(after)}"
        raise ValueError(f"{shown} does not exist in {zone}: clocks are put forward over it, from {offsets}")
    readings = " or ".join(f"{wall:%Y-%m-%dT%H:%M}{offset_words(moment)}" for moment in (before, after))
    raise ValueError(f"{shown} exists twice in {zone}, where clocks are put back over it: write {readings}")
