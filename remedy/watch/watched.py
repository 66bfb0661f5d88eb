"""What is watched, and how the rounds over it go, as the monitor says it to another thread."""

from collections.abc import Mapping
from dataclasses import dataclass

from remedy.inventory import Fleet, Host


@dataclass(frozen=True)
class Pulse:
    """How the rounds go.

    `made` is when the last one that could be made and kept was over, by time.monotonic(); None: none was yet.
    `trouble` says why the last one could not.
    """

    made: float | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Watched:
    """Who is watched by which hosts.yaml, and how that goes."""

    fleet: Fleet
    hosts: Mapping[str, Host]
    pulse: Pulse
