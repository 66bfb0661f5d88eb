"""The true time as the controller knows it, with a bound on its error, tied to time.monotonic()."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PHI = 15e-6  # seconds a second


@dataclass(frozen=True)
class ServerReport:
    """What came of one server. `rejected` says why it is not believed; None: the reference rests on it.

    `offset` is its time minus the reference, and `error` its bound, in seconds; None where it gave no time.
    """

    server: str
    address: str = ""
    stratum: int | None = None
    offset: float | None = None
    error: float | None = None
    rejected: str | None = None


@dataclass(frozen=True)
class Reference:
    """The true time: `anchor` is Unix time minus time.monotonic(), right within `error` seconds at `measured`."""

    source: str
    anchor: float
    error: float
    measured: float
    servers: tuple[ServerReport, ...] = ()
    warnings: tuple[str, ...] = ()

    def at(self, monotonic: float) -> float:
        """The true Unix time at that moment of time.monotonic()."""
        return self.anchor + monotonic

    def error_at(self, monotonic: float) -> float:
        """How far from the truth `at` may be at that moment, in seconds."""
        return self.error + PHI * abs(monotonic - self.measured)

    def as_json(self) -> dict[str, Any]:
        """The reference as the JSON document has it."""
        raise NotImplementedError


def measure(servers: Sequence[str], local_clock: str = "auto", timeout: float = 3.0) -> Reference:
    """Ask all servers at once; raise NoReferenceError, a line a server, if nothing trustworthy came of it."""
    raise NotImplementedError
