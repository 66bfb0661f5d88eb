"""Whether the monitor is at work: rounds go well, and in time."""

from collections.abc import Iterable

from remedy.inventory import Host
from remedy.watch.watched import Pulse
from remedy.words import duration

LATE = 3.0  # intervals without a round
ROUND = 60.0  # seconds more: a round in which nobody answers may take them


def ailment(pulse: Pulse, hosts: Iterable[Host], now: float) -> str:
    """Why the rounds do not go as they should, at that time.monotonic(); empty if they do."""
    if pulse.trouble:
        return f"the last round could not be made or kept: {pulse.trouble}"
    if pulse.made is None:
        return "the first round is not over yet"
    age = now - pulse.made
    patience = LATE * min((host.interval for host in hosts), default=0.0) + ROUND
    return f"the last round was over {duration(round(age))} ago" if age > patience else ""
