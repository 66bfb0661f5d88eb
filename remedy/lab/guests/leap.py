"""Hours that pass in a moment for guests that run, and leave each as right or wrong as it was."""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from remedy.lab.guests.clock import Clock

DAY = 86400.0  # seconds; offsets are known within half a day
MOST_SLEW = 0.15  # of the time that passes: chronyd slews by a twelfth, the kernel's shortest PLL by an eighth
AT_ONCE = 40 * 3600.0  # seconds; more of them at such a slew, and the lack would not be known within half a day
ASKED_AGAIN = 15.0  # seconds within which a time service asks again that asked in vain; timesyncd: after ten
TICK = 0.1  # seconds within which a guest's kernel counts a leap; before, it may tell a wrong time
LONG = 60.0  # seconds: leaps that tell how fast a clock runs
ENOUGH = 0.005  # seconds
ROUNDS = 12


@dataclass
class _Guest:
    """Its offset as it is to be, what it lacks to that, the last that it was given, and the most that its clock makes
    of a second; all in seconds.
    """

    clock: Clock
    offset: float
    lack: float = 0.0
    given: float = 0.0
    rate: float = 1 + MOST_SLEW


class Leap:
    """What guests have yet to live through.

    A kernel counts all of a leap by the rate that its clock has just then, and where a time service slews it, minutes
    come of that. So a guest gets less than it lacks first, and then, by what its kernel tells, the rest. A service that
    asks for the time meanwhile would see a clock that is far off, so the time servers are silent; but for the last
    seconds, in which those ask again that asked in vain.
    """

    def __init__(self, clocks: Mapping[str, Clock], offset: Callable[[str], float]) -> None:
        """`clocks` are the guests', by name; `offset` tells how far one is ahead of the world, within half a day."""
        self._offset = offset
        self._guests = {name: _Guest(clock, offset(name)) for name, clock in clocks.items()}

    def live_through(self, seconds: float, silence: AbstractContextManager[None]) -> None:
        """Bring the guests forward, when so many seconds have passed for the world."""
        for guest in self._guests.values():
            guest.lack = seconds
        with silence:
            self._approach(ASKED_AGAIN)
            self._give(0.0)
        self._look()
        self._approach(0.0)

    def _approach(self, short: float) -> None:
        """Bring all within so many seconds of where they are to be; one that doesn't come there stays as it is."""
        for _ in range(ROUNDS):
            if all(guest.lack <= short + ENOUGH for guest in self._guests.values()):
                return
            self._give(short)
            self._look()

    def _give(self, short: float) -> None:
        """Give each what it lacks but for so many seconds, never more: a clock must not be moved back.

        A slew may end while nobody tells the time, and none begins: the rate that was is the most that can be.
        """
        for guest in self._guests.values():
            guest.given = min(max(0.0, guest.lack - short) / guest.rate, AT_ONCE)
            guest.clock.advance(guest.given)

    def _look(self) -> None:
        """See what each lacks now, and how fast its clock ran."""
        for _ in range(2):  # a kernel that is idle counts when it is asked
            time.sleep(TICK)
            offsets = {name: self._offset(name) for name in self._guests}
        for name, guest in self._guests.items():
            expected = guest.lack - guest.given
            lack = expected + (guest.offset - offsets[name] - expected + DAY / 2) % DAY - DAY / 2
            if guest.given > LONG:
                guest.rate = min(max(1.0, (guest.lack - lack) / guest.given), 1 + MOST_SLEW)
            guest.lack = lack
