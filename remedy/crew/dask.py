"""Visits made by the workers of a Dask scheduler: they travel there and back as data.

Dask hands the visits of a worker that is lost to another one. That does no harm: a repair that the first began goes on
without it, the host's lock keeps both apart, and every visit begins with a look at what is there.
"""

import logging
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, InvalidStateError
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from remedy.crew import Made, worker
from remedy.errors import PostMainteError, UsageError
from remedy.model import Verdict
from remedy.report.progress import AT_DASK
from remedy.run import Listener, Visit

if TYPE_CHECKING:
    from distributed import Client

SCHEME = "dask://"
CONNECT_SECONDS = 5.0  # for the scheduler to answer
LOOKS = 5.0  # seconds between two looks whether anybody is at work
PATIENCE = 6  # looks in a row that find nobody, until the visits are given up
LOST = "the Dask scheduler was lost"
KINDS = {
    "KilledWorker": "each Dask worker that had it died",
    "FutureCancelledError": LOST,
    "CancelledError": LOST,
}
MISSING = "--executor needs Dask, here and where the workers are: .venv/bin/pip install -e '.[dask]' in the checkout"


class Dask:
    """A crew of Dask's workers; a context manager."""

    def __init__(self, address: str, order: worker.Order) -> None:
        self._client, self._order = _connect(address), order

    def __enter__(self) -> Self:
        """See to it that the workers can do what will be asked of them. Raises UsageError or what they raise."""
        try:
            self._prepare()
        except BaseException:
            self._client.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._client.close()

    def hire(self, parallel: int, listener: Listener) -> tuple[Executor, Callable[[Visit], Made]]:
        """All workers, as an executor: `parallel` bounds what is handed to them at once."""
        return _Workers(self._client, listener), partial(worker.make, self._order)

    def quiet(self, before_login: bool) -> int:
        """None: who is quiet is known to the workers alone, which take as many visits as they have threads."""
        return 0

    def stop(self) -> None:
        """Take back what no worker has begun, and let them close their connections."""
        with suppress(Exception):  # a scheduler that was lost shows in many kinds of errors
            self._client.run(worker.finish, self._order.run, on_error="ignore")

    def _prepare(self) -> None:
        try:
            said = self._client.run(worker.prepare, self._order, on_error="return")
        except OSError as error:
            raise UsageError(f"the Dask scheduler does not let us at its workers: {error}") from None
        if not said:
            raise UsageError("the Dask scheduler has no workers: start some with: dask worker HOST:PORT")
        for name, trouble in said.items():
            if isinstance(trouble, PostMainteError):
                raise type(trouble)(f"the Dask worker {name}: {trouble}")
            if trouble is not None:
                raise UsageError(f"the Dask worker {name} has no post-mainte, or another version of it: {trouble}")


class _Workers(Executor):
    """Dask's workers as an executor of visits. A visit that is lost for good ends as a report, like any other."""

    def __init__(self, client: "Client", listener: Listener) -> None:
        self._client, self._listener = client, listener
        self._handed_out: dict[Future[Made], tuple[Any, Visit]] = {}
        self._is_over = threading.Event()
        threading.Thread(target=self._look_after, name="Dask's workers", daemon=True).start()

    def submit(self, work: Callable[..., Any], /, *args: Any, **_named: Any) -> "Future[Any]":
        """Hand a visit to whichever worker has time."""
        (visit,) = args
        visit.begin()
        self._listener.host_started(visit.host.name)
        self._listener.host_step(visit.host.name, AT_DASK)
        ours: Future[Made] = Future()
        if self._client.status in ("closing", "closed"):
            ours.set_result(_lost(visit, LOST))
            return ours
        theirs = self._client.submit(work, visit, key=f"{visit.host.name}-{secrets.token_hex(8)}")
        self._handed_out[ours] = theirs, visit
        theirs.add_done_callback(partial(self._settle, ours))
        return ours

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of what was handed out, begun or not: nothing waits for it."""
        self._is_over.set()
        with suppress(Exception):  # as above
            self._client.cancel([theirs for theirs, _ in self._handed_out.values()])
        self._handed_out.clear()

    def _settle(self, ours: "Future[Made]", theirs: Any) -> None:
        """Pass on what came of a visit."""
        try:
            self._end(ours, theirs.result())
        except BaseException as error:  # a cancellation is no Exception
            self._lose(ours, _what_became_of_it(error))

    def _end(self, ours: "Future[Made]", made: Made) -> None:
        with suppress(InvalidStateError):
            ours.set_result(made)
            self._handed_out.pop(ours, None)

    def _lose(self, ours: "Future[Made]", why: str) -> None:
        if handed_out := self._handed_out.get(ours):
            self._end(ours, _lost(handed_out[1], why))

    def _look_after(self) -> None:
        """Give up what is handed out when nobody is there to do it: Dask itself would wait for workers for ever."""
        misses = 0
        while not self._is_over.wait(LOOKS):
            misses = 0 if self._is_anybody_there() else misses + 1
            if misses >= PATIENCE:
                for ours in list(self._handed_out):
                    self._lose(ours, "all Dask workers are gone")

    def _is_anybody_there(self) -> bool:
        with suppress(Exception):  # as above
            return bool(self._client.scheduler_info()["workers"])
        return False


def _connect(address: str) -> "Client":
    """A client of the scheduler at dask://HOST:PORT, or a UsageError within seconds."""
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(MISSING) from None
    for name in logging.root.manager.loggerDict:
        if name.startswith("distributed"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters of it becomes an error of ours
    try:
        return Client(address.removeprefix(SCHEME), timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"no Dask scheduler at {address}: {str(error).splitlines()[0]}") from None


def _lost(visit: Visit, why: str) -> Made:
    """The end of a visit of which nothing will be heard any more."""
    return Made(visit, visit.report(Verdict.FAILING, f"{why}; what was begun on the host ends by itself"))


def _what_became_of_it(error: BaseException) -> str:
    """Why a visit was lost, for the report."""
    if isinstance(error, PostMainteError):
        return str(error)
    name, said = type(error).__name__, " ".join(str(error).split())
    return KINDS.get(name) or f"lost by Dask ({name}: {said})"
