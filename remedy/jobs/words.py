"""Moments in a host's zone, as a person reads them."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from remedy.jobs.replay import Firing

MOST = 4  # moments named; the rest is counted


def clock(moment: float, tz: tzinfo) -> str:
    """As "2026-11-24 02:30 JST"."""
    return datetime.fromtimestamp(moment, tz).strftime("%Y-%m-%d %H:%M %Z")


def iso(moment: float, tz: tzinfo) -> str:
    """As "2026-11-24T02:30:00+09:00"."""
    return datetime.fromtimestamp(int(moment), tz).isoformat()


def times(firings: Sequence[Firing], tz: tzinfo) -> str:
    """As "2026-11-24 02:30, 03:30 and 2 more (JST)": a day only where it is another than before."""
    day, words = "", list[str]()
    for firing in firings[:MOST]:
        local = datetime.fromtimestamp(firing.moment, tz)
        text = f"{local:%H:%M}" if f"{local:%Y-%m-%d}" == day else f"{local:%Y-%m-%d %H:%M}"
        day = f"{local:%Y-%m-%d}"
        words.append(f"{text} and {firing.count - 1} times after it" if firing.count > 1 else text)
    more = sum(firing.count for firing in firings[MOST:])
    zone = datetime.fromtimestamp(firings[0].moment, tz).strftime("%Z")
    return f"{', '.join(words)}{f' and {more} more' if more else ''} ({zone})"


def count(number: int, what: str) -> str:
    """As "1 job" or "3 jobs"."""
    return f"{number} {what}{'' if number == 1 else 's'}"
