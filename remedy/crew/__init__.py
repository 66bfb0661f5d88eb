"""Who makes the visits of a run: threads of this process, or the workers of a Dask scheduler."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

from remedy.model import HostReport
from remedy.run import Listener, Visit


@dataclass(frozen=True)
class Made:
    """A visit that was made, and its report. It may have been made elsewhere: the visit is then another object."""

    visit: Visit
    report: HostReport


class Crew(Protocol):
    """Who makes the visits of a run."""

    def hire(self, parallel: int, listener: Listener) -> tuple[Executor, Callable[[Visit], Made]]:
        """What runs visits, `parallel` at once, and how one is made there; `listener` is told how they go on."""

    def quiet(self, before_login: bool) -> int:
        """How many of the visits that run wait for a host that says nothing, and keep no others waiting; with
        `before_login` only for one that has not let us in.
        """

    def stop(self) -> None:
        """End all connections, and wait for none: a repair on a host ends by itself there."""
