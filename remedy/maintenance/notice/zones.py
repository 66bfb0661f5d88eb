"""Zones as notices call them: abbreviations, names in words, offsets from UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from remedy.zones import exact, named, offset_words

JAPAN = "Asia/Tokyo"

# What else an abbreviation may mean; there is no telling by itself.
AMBIGUOUS: dict[str, tuple[str, ...]] = {
    "IST": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "CST": ("America/Chicago", "Asia/Shanghai", "America/Havana"),
    "BST": ("Europe/London", "Asia/Dhaka"),
    "AST": ("America/Halifax", "Asia/Riyadh"),
    "GST": ("Asia/Dubai", "Atlantic/South_Georgia"),
    "ECT": ("America/Guayaquil", "Europe/Paris"),
    "AMT": ("America/Manaus", "Asia/Yerevan"),
    "SST": ("Asia/Singapore", "Pacific/Pago_Pago"),
}

# A place with that zone, and the offset in hours that the abbreviation says; None: the one that holds then.
KNOWN: dict[str, tuple[str, float | None]] = {
    "UTC": ("UTC", 0),
    "GMT": ("UTC", 0),
    "JST": (JAPAN, 9),
    "KST": ("Asia/Seoul", 9),
    "HKT": ("Asia/Hong_Kong", 8),
    "SGT": ("Asia/Singapore", 8),
    "ICT": ("Asia/Bangkok", 7),
    "WIB": ("Asia/Jakarta", 7),
    "MSK": ("Europe/Moscow", 3),
    "SAST": ("Africa/Johannesburg", 2),
    "EET": ("Europe/Helsinki", 2),
    "EEST": ("Europe/Helsinki", 3),
    "CET": ("Europe/Berlin", 1),
    "CEST": ("Europe/Berlin", 2),
    "MEZ": ("Europe/Berlin", 1),
    "MESZ": ("Europe/Berlin", 2),
    "WET": ("Europe/Lisbon", 0),
    "WEST": ("Europe/Lisbon", 1),
    "EST": ("America/New_York", -5),
    "EDT": ("America/New_York", -4),
    "ET": ("America/New_York", None),
    "CDT": ("America/Chicago", -5),
    "CT": ("America/Chicago", None),
    "MST": ("America/Denver", -7),
    "MDT": ("America/Denver", -6),
    "MT": ("America/Denver", None),
    "PST": ("America/Los_Angeles", -8),
    "PDT": ("America/Los_Angeles", -7),
    "PT": ("America/Los_Angeles", None),
    "AEST": ("Australia/Sydney", 10),
    "AEDT": ("Australia/Sydney", 11),
    "NZST": ("Pacific/Auckland", 12),
    "NZDT": ("Pacific/Auckland", 13),
}
WORDS = {
    "日本時間": "JST",
    "日本標準時": "JST",
    "協定世界時": "UTC",
    "japan standard time": "JST",
    "japan time": "JST",
    "coordinated universal time": "UTC",
    "pacific time": "PT",
    "pacific standard time": "PST",
    "pacific daylight time": "PDT",
    "mountain time": "MT",
    "central time": "CT",
    "eastern time": "ET",
    "eastern standard time": "EST",
    "eastern daylight time": "EDT",
    "central european time": "CET",
    "central european summer time": "CEST",
    "singapore time": "SGT",
    "hong kong time": "HKT",
    "south africa standard time": "SAST",
}
OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])\s*(\d{1,2}):?(\d\d)?", re.IGNORECASE)


def moment(wall: datetime, zone: str) -> datetime:
    """The moment that a time without zone is in the zone that a notice, or a user, calls so.

    Raises ValueError, with what would be right, where that is no zone, several ones, not the one that holds there then,
    or where the time is none or two moments there.
    """
    name = _name(zone)
    known, hours = known_zone(zone)
    said = exact(wall, known) if hours is None else _with_offset(wall, known, hours)
    if hours is not None and said.utcoffset() != timedelta(hours=hours):
        place = KNOWN[name][0]
        raise ValueError(
            f"{place} has {said:%Z} ({offset_words(said)}) on {wall:%Y-%m-%d}, not {name}: say what is meant by "
            f"--zone {place} or --zone {offset_words(wall.replace(tzinfo=timezone(timedelta(hours=hours))))}"
        )
    return said


def known_zone(zone: str) -> tuple[tzinfo, float | None]:
    """The zone that is called so, and the offset in hours that its abbreviation says. Raises ValueError if none is."""
    if offset := OFFSET.fullmatch(zone):
        return _offset(offset), None
    name = _name(zone)
    if name in AMBIGUOUS:
        raise ValueError(f"{name} is {_one_of(AMBIGUOUS[name])}: say which by --zone")
    place, hours = KNOWN.get(name, (name, None))
    known = UTC if place == "UTC" else named(place)
    if known is None:
        raise ValueError(f"{zone} is no zone that is known here: say by --zone which it is, such as --zone {JAPAN}")
    return known, hours


def _name(zone: str) -> str:
    return WORDS.get(" ".join(zone.lower().split()), zone)


def _with_offset(wall: datetime, zone: tzinfo, hours: float) -> datetime:
    """The moment with that offset where there are two; else the one that there is."""
    for fold in (0, 1):
        said = wall.replace(tzinfo=zone, fold=fold)
        is_there = said.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
        if is_there and said.utcoffset() == timedelta(hours=hours):
            return said
    return exact(wall, zone)


def _offset(match: re.Match[str]) -> tzinfo:
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset > timedelta(hours=14):
        raise ValueError(f"{match[0].strip()} is further from UTC than any zone")
    return timezone(-offset if match[1] == "-" else offset)


def _one_of(places: tuple[str, ...]) -> str:
    return f"{', '.join(places[:-1])} or {places[-1]}"
