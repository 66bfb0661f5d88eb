"""The host's clock, asked by ping-pong (FIELD.md D1): each reading lies between two moments of our own clock."""

import math
import re
import time
from dataclasses import dataclass, replace

from remedy.errors import ProbeError
from remedy.ssh import Conversation, Reply

# A far host is asked so many times in a row before its first answer comes: each round trip costs as much as connecting.
ROW = 6
APART = 0.005  # seconds between the questions, so that none waits for another on its way
FAR = ROW * APART
LEAST = 4  # samples: the first is always a bad one
QUICK = 0.002  # seconds: such answers bound the error so well that more of them would cost more than they bring
# So many samples are enough once they took so long (seconds): the slower the link, the less each brings.
ENOUGH = ((12, 0.0), (1 + ROW, FAR), (LEAST, 1.0))
STEADY = 1.5, 0.001  # the third shortest took no longer than so many times the shortest and so many seconds more
STARVED = 100, 1.0  # samples or seconds that a host gets whose answers take now long and now short
SECOND = 1_000_000_000  # nanoseconds
EDGE_SECONDS = 0.025  # a tick of whole seconds between two readings so near each other is sharp enough
EDGE_WAIT = 1.5  # seconds
EDGE_PAUSE = 0.01
STRAY_LINES = 20  # that may come before the answer
READING = re.compile(r"(\d{1,12})(?:\.(\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Sample:
    """The host's clock said `reading` (Unix time, ns) at some moment from `sent` to `received` (time.monotonic())."""

    sent: float
    received: float
    reading: int
    resolution: int = 1000  # ns: the clock stood anywhere from `reading` to that much above it


def take_samples(conversation: Conversation) -> tuple[Sample, ...]:
    """Ask the host for its clock until the answers bring no more."""
    samples = [_sample(conversation)]
    while not _is_enough(samples):
        if samples[-1].resolution == SECOND:
            time.sleep(EDGE_PAUSE)  # each answer costs the host a fork
            samples.append(_sample(conversation))
        elif _shortest(samples) >= FAR:
            samples += _row(conversation)
        else:
            samples.append(_sample(conversation))
    conversation.tell(b".")
    return tuple(samples)


def _sample(conversation: Conversation) -> Sample:
    return _answered(conversation, conversation.ask(b"?"))


def _row(conversation: Conversation) -> list[Sample]:
    """Some samples within one round trip: answers come in the order of the questions."""
    asked = []
    for _ in range(ROW):
        asked.append(conversation.tell(b"?"))
        time.sleep(APART)
    return [replace(_answered(conversation, conversation.listen()), sent=sent) for sent in asked]


def _answered(conversation: Conversation, reply: Reply) -> Sample:
    for _ in range(STRAY_LINES):
        if match := READING.fullmatch(reply.line.strip()):
            return _read(reply, match)
        reply = conversation.listen()  # a login shell said something in between; the answer is still to come
    raise ProbeError(f"the host's clock said {reply.line[:80]!r} instead of a time")


def _read(reply: Reply, match: re.Match[str]) -> Sample:
    seconds, fraction = match[1], match[2] or ""
    reading = int(seconds) * SECOND + int(fraction.ljust(9, "0"))
    return Sample(reply.sent, reply.received, reading, 10 ** (9 - len(fraction)))


def _is_enough(samples: list[Sample]) -> bool:
    took = samples[-1].received - samples[0].sent
    if samples[-1].resolution == SECOND:
        return took > EDGE_WAIT or any(map(_is_sharp_edge, samples, samples[1:]))
    if len(samples) < LEAST:
        return False
    if not _is_steady(samples):
        return len(samples) >= STARVED[0] or took > STARVED[1]
    return _shortest(samples) <= QUICK or any(len(samples) >= number and took > seconds for number, seconds in ENOUGH)


def _shortest(samples: list[Sample]) -> float:
    return min(sample.received - sample.sent for sample in samples)


def _is_steady(samples: list[Sample]) -> bool:
    """Whether the shortest answers took about as long as each other, so that more of them bring no more."""
    shortest, _, third = (sorted(sample.received - sample.sent for sample in samples) + [math.inf] * 2)[:3]
    return third <= shortest * STEADY[0] + STEADY[1]


def _is_sharp_edge(before: Sample, after: Sample) -> bool:
    return before.reading != after.reading and after.received - before.sent <= EDGE_SECONDS
