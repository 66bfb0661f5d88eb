"""From when to when, in words: in the zone that it was said in, and in that of this machine."""

from datetime import datetime

from remedy.zones import name_of


def span(start: datetime, end: datetime) -> str:
    """From when to when, as "Wed 2017-08-30 02:00 to 05:00 JST"; what changes is said again."""
    first = f"{start:%a %Y-%m-%d %H:%M}" + (f" {start:%Z}" if start.utcoffset() != end.utcoffset() else "")
    return f"{first} to {end:{'%H:%M' if start.date() == end.date() else '%a %Y-%m-%d %H:%M'} %Z}"


def span_here(start: datetime, end: datetime) -> str:
    """The same in this machine's zone."""
    return span(start.astimezone(), end.astimezone())


def both_spans(start: datetime, end: datetime) -> str:
    """As "Wed 2017-08-30 02:00 to 05:00 JST (Asia/Tokyo), here Tue 2017-08-29 17:00 to 20:00 UTC"."""
    zone = f" ({zone_word(start)})" if zone_word(start) else ""
    return f"{span(start, end)}{zone}, here {span_here(start, end)}"


def zone_word(moment: datetime) -> str:
    """The name of a moment's zone, where that says more than the moment's own abbreviation."""
    name = name_of(moment)
    return "" if name in f"{moment:%Z}" else name
