"""Looks that one loop makes, in turn: spread a little, no more at once than open files suffice for, and none late."""

import asyncio
import resource
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field

from remedy.ssh.deadline import Deadline
from remedy.watch.model import Seen

SPREAD = 0.05, 3.0  # of an interval and seconds at most, over which looks are spread
LATEST = 0.5  # of an interval, after which no look is begun any more: so nobody holds up the others for long
FILES = 2  # open files that a look may take: an address of each family
SHARE = 0.5  # of the open files that are allowed; the rest is for logins, what is run on return, and the mail
MOST = 512  # at once: more of them bring nothing


@dataclass(frozen=True)
class Look:
    """A look that is to be made, which is None if it could not be. `gate` is for those that may not be made at once."""

    make: Callable[[], Awaitable[Seen | None]]
    gate: AbstractAsyncContextManager[object] = field(default_factory=nullcontext)


async def in_turn(looks: Sequence[Look], interval: float) -> list[Seen]:
    """Make looks at hosts the most impatient of which has this interval, in this order; late ones are left out."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    gate = asyncio.Semaphore(at_once(files))
    deadline = Deadline(LATEST * interval, "looks")
    share, most = SPREAD
    step = min(share * interval, most) / max(len(looks), 1)

    async def make(number: int, look: Look) -> Seen | None:
        await asyncio.sleep(number * step)
        async with look.gate, gate:
            return None if deadline.passed else await look.make()

    made = await asyncio.gather(*(make(number, look) for number, look in enumerate(looks)))
    return [seen for seen in made if seen]


def at_once(files: int) -> int:
    """How many looks may be made at once where so many open files are allowed (-1: any number)."""
    return MOST if files < 0 else max(1, min(MOST, int(SHARE * files) // FILES))
