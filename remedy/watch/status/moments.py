"""Moments and spans as the page says them, by this machine's clock and zone."""

from datetime import datetime

from remedy.words import DAY, HOUR, MINUTE, duration

NEAR = 6 * DAY  # seconds within which a weekday says which day is meant


def local(moment: float) -> datetime:
    """Unix seconds as a time of this machine's zone."""
    return datetime.fromtimestamp(moment).astimezone()


def said(moment: float, now: float) -> str:
    """As "Fri 02:10", or with the date where that is long ago or far ahead."""
    return f"{local(moment):{'%a %H:%M' if abs(moment - now) < NEAR else '%Y-%m-%d %H:%M'}}"


def lasted(seconds: float) -> str:
    """How long something took; nobody asks for the seconds of an hour."""
    whole = round(max(seconds, 0.0))
    return duration(whole if whole < HOUR else whole // MINUTE * MINUTE)


def from_to(begin: float, end: float, now: float) -> str:
    """As "Fri 02:10 to 04:31", or "Fri 23:10 to Sat 01:02"."""
    is_one_day = local(begin).date() == local(end).date()
    return f"{said(begin, now)} to {f'{local(end):%H:%M}' if is_one_day else said(end, now)}"
