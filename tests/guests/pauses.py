"""Pauses of different lengths, all over at the same moment, and waiting for minutes to begin."""

import time
from collections.abc import Callable, Mapping
from itertools import pairwise

from remedy.lab.guests.lab import Lab

MINUTE = 60.0  # seconds
SETTLED = 5.0  # seconds in which the others get over a leap that time makes for them
QUIET = (5.0, 50.0)  # of a minute: cron has started what is due, and the next is not near
CALM = (5.0, 58.0)  # of a minute: the same, where what follows takes no time


def pause_each(lab: Lab, minutes: Mapping[str, int], prepare: Callable[[list[str]], object]) -> None:
    """Let each guest stand still for so many minutes; `prepare` is told of guests right before they do, true time then.

    Those that are to stand still for less live through the rest of the others' pauses as a leap of all time.
    """
    lengths = sorted(set(minutes.values()), reverse=True)
    paused = []
    try:
        for length, following in pairwise((*lengths, 0)):
            names = [name for name in minutes if minutes[name] == length]
            until_second(lab, *QUIET)
            prepare(names)
            until_second(lab, *CALM)  # that may have taken into the next minute, whose jobs cron has to start first
            for name in names:
                lab.guest(name).freeze()
                paused.append(name)
            lab.advance((length - following) * MINUTE)
            time.sleep(SETTLED if following else 0)
    finally:
        for name in paused:
            lab.guest(name).thaw()


def until_second(lab: Lab, first: float, last: float) -> None:
    """Wait until that part of a minute."""
    while not first <= lab.time() % MINUTE <= last:
        time.sleep(0.2)
