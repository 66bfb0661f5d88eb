"""Visits made by threads of this process."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

from remedy.crew import Made
from remedy.fanout.parallel import waited_for_beside
from remedy.reference import Reference
from remedy.run import Listener, Means, Visit
from remedy.ssh.connection import Connector


class Threads:
    """A crew of threads: a visit waits for its host nearly all the time, so processes would not pay."""

    def __init__(self, connector: Connector, reference: Callable[[], Reference]) -> None:
        self._connector, self._reference = connector, reference
        self._most_quiet = 0

    def hire(self, parallel: int, listener: Listener) -> tuple[Executor, Callable[[Visit], Made]]:
        """A pool of threads, with some more for those that wait for quiet hosts."""
        self._most_quiet = waited_for_beside(parallel)
        means = Means(self._connector, self._reference, listener)

        def make(visit: Visit) -> Made:
            return Made(visit, visit.make(means))

        return ThreadPoolExecutor(parallel + self._most_quiet, "host"), make

    def quiet(self, before_login: bool) -> int:
        """How many of the hosts are quiet, but no more than there are threads for."""
        return min(self._most_quiet, self._connector.quiet(before_login))

    def stop(self) -> None:
        """Close all connections."""
        self._connector.close()
