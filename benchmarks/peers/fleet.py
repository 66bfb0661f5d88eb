"""A large fleet on paper: what it needs, from what a host cost where it could be measured."""

import math
from dataclasses import dataclass

# What a host takes beside CPU: assumed of a healthy one, not measured here.
SECONDS = 2.0  # a host is connected to: some round trips, sshd's start, the probe
CONNECTION = 0.25  # MB of an open connection, with its thread
TRAFFIC = 0.03  # MB that go to and from a host
FILES = 1000  # connections that a worker holds at once: the usual `ulimit -n` is 1024
LINK = 100.0  # MB/s between all workers and the fleet
FULL = 0.7  # of a core: above that, connections wait for Python rather than for hosts


@dataclass(frozen=True)
class Measured:
    """`cpu`: seconds of client CPU a host; `memory`: MB of a worker that runs already."""

    cpu: float
    memory: float


@dataclass(frozen=True)
class Need:
    """`workers`: processes, a core each; `share`: hosts of each; `at_once`: open connections of all workers together;
    `memory`: MB of all; `first`: what is nearest to its end: "CPU", "open files" or "network".
    """

    workers: int
    share: int
    at_once: int
    memory: float
    first: str


def needs(hosts: int, seconds: float, measured: Measured) -> Need:
    """What it takes to handle so many hosts within so many seconds."""
    by_cpu = hosts * measured.cpu / (seconds * FULL)
    at_once = math.ceil(hosts * SECONDS / seconds)
    by_files = at_once / FILES
    workers = max(1, math.ceil(max(by_cpu, by_files)))
    used = {
        "CPU": by_cpu / workers,
        "open files": by_files / workers,
        "network": hosts * TRAFFIC / seconds / LINK,
    }
    memory = workers * measured.memory + at_once * CONNECTION
    return Need(workers, math.ceil(hosts / workers), at_once, memory, max(used, key=lambda name: used[name]))
