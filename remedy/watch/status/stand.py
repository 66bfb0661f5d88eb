"""How what is watched stands, in a word: of its standing, and of the windows that were announced."""

from collections.abc import Sequence
from enum import StrEnum

from remedy.watch.judge import GRACE
from remedy.watch.model import Standing, Window


class Stand(StrEnum):
    """The words, the worst first."""

    DOWN = "down"
    PARTLY = "partly down"  # a host that is up, and a site or the login is not
    CLOCK_WRONG = "clock wrong"  # of a host that is up
    FLAPPING = "flapping"
    DOUBT = "in doubt"
    UNSEEN = "not seen yet"
    ANNOUNCED = "in a window"
    UP = "up"


def stand(standing: Standing | None, now: float, windows: Sequence[Window]) -> Stand:
    """Given the windows of its host, return how it stands: down within one is not down, unless it was before."""
    is_quiet = any(window.begin <= now < window.end + GRACE for window in windows)
    if standing is None:
        return Stand.UNSEEN
    if standing.is_flapping:
        return Stand.FLAPPING
    if standing.is_down:
        return Stand.ANNOUNCED if is_quiet and not standing.is_told else Stand.DOWN
    if standing.was_bad:
        return Stand.ANNOUNCED if is_quiet else Stand.DOUBT
    return Stand.ANNOUNCED if any(window.begin <= now < window.end for window in windows) else Stand.UP
