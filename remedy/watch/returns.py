"""What on_return says is run for hosts that are back: once for each return, as the command of that name runs it.

Which run is begun for which return is kept before it begins. So after a kill it is known what was done: where that run
has the host's end, it counts; where it has not, the host is handled anew, which does no more than what is left to do.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from threading import Lock, Thread

from remedy.command import new_run, on_return
from remedy.document import from_document
from remedy.errors import NoReferenceError, PostMainteError, UsageError
from remedy.history import History
from remedy.inventory import Fleet, Host
from remedy.inventory.host import OnReturn
from remedy.model import HostReport, Run
from remedy.report.closing import next_commands
from remedy.report.glance import clipped, outcome, troubles
from remedy.request import Request
from remedy.watch.letters import TYPED
from remedy.watch.model import Kind
from remedy.watch.round import DIGEST
from remedy.watch.store import Return, Store

WAIT = 600.0  # seconds for a host that says its banner to let us in, and for somebody to tell the true time
RETRY = 15.0  # seconds until the latter are asked again
FINDINGS = 10  # that a mail tells of a host


@dataclass(frozen=True)
class Batch:
    """Hosts that came back together, and for which the same is done."""

    what: OnReturn
    hosts: Mapping[Return, Host]


class Returns:
    """Handles returns, each batch in a thread of its own: a backup may take hours. `ended` is called after each."""

    def __init__(self, store: Store, request: Request, clock: Callable[[], float], ended: Callable[[], None]) -> None:
        self._store, self._request, self._clock, self._ended = store, request, clock, ended
        self._threads: list[Thread] = []
        self._at_work: set[str] = set()  # the hosts that this process is at
        self._unread: set[str] = set()
        self._lock = Lock()

    def begin(self, fleet: Fleet, hosts: Mapping[str, Host]) -> None:
        """Begin what is to be done for the hosts that are back by now.

        Raises HistoryError where it can't be known what was done already.
        """
        batches: dict[OnReturn, dict[Return, Host]] = defaultdict(dict)
        with self._lock:  # before the returns are read: whoever ends in between is none of them any more
            at_work = set(self._at_work)
        for back in self._store.returns():
            if back.host in at_work:
                continue
            if back.run and (run := _ended_before(back)):
                what = hosts[back.host].on_return if back.host in hosts else run.command
                self._end({back: self._result(what, run)}, DIGEST, _unread({back: run.hosts[0]}))
            elif back.host not in hosts:
                self._end({back: "nothing was run: it is not watched any more"}, DIGEST)
            else:
                batches[hosts[back.host].on_return][back] = hosts[back.host]
        for what, some in batches.items():
            self._begin(fleet, Batch(what, some))

    def unread(self) -> Set[str]:
        """The hosts whose return has ended since this was asked last, and told nothing of their clocks."""
        with self._lock:
            unread, self._unread = self._unread, set()
        return unread

    def wait(self) -> None:
        """Until all that was begun has ended."""
        for thread in self._threads:
            thread.join()

    def _begin(self, fleet: Fleet, batch: Batch) -> None:
        run = new_run()
        self._store.begin_run(tuple(batch.hosts), run)
        with self._lock:
            self._at_work |= {back.host for back in batch.hosts}
        thread = Thread(target=self._run, args=(fleet, batch, run), name=f"on_return {run}", daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()

    def _run(self, fleet: Fleet, batch: Batch, run: str) -> None:
        reports: dict[Return, HostReport] = {}
        try:
            done = self._done(fleet, batch, run)
            ends = {back: _only(back.host, done) for back in batch.hosts}
            reports = {back: end.hosts[0] for back, end in ends.items()}
            results = {back: self._result(batch.what, end) for back, end in ends.items()}
        except PostMainteError as error:
            results = dict.fromkeys(batch.hosts, f"`{batch.what}` could not be run: {error}")
        except Exception as error:  # the monitor goes on, whatever it is
            why = f"`{batch.what}` could not be run: a defect of post-mainte: {type(error).__name__}: {error}"
            results = dict.fromkeys(batch.hosts, why)
        try:
            soon = min(DIGEST, *(host.interval for host in batch.hosts.values()))
            self._end(results, soon, _unread({back: reports.get(back) for back in batch.hosts}))
        finally:  # where it could not be kept, the next round finds it in the history
            with self._lock:
                self._at_work -= {back.host for back in batch.hosts}

    def _done(self, fleet: Fleet, batch: Batch, run: str) -> Run:
        # several returns of one host, which were waiting together, are one
        hosts = tuple({host.name: host for host in batch.hosts.values()}.values())
        until = time.monotonic() + WAIT
        while True:
            try:
                return on_return(self._request, batch.what, fleet, hosts, run, WAIT)
            except NoReferenceError:
                if time.monotonic() + RETRY > until:
                    raise
                time.sleep(RETRY)

    def _result(self, what: str, run: Run) -> str:
        return result(what, run, self._request.inventory)

    def _end(self, results: Mapping[Return, str], soon: float, unread: Set[str] = frozenset()) -> None:
        """Keep how it ended, to be told within so many seconds: with what ends meanwhile."""
        self._store.end_run(results, self._clock() + soon, unread)
        with self._lock:
            self._unread |= unread
        self._ended()


def result(what: str, run: Run, inventory: str) -> str:
    """How the run of one host has ended, in a few lines; those that begin with TYPED are to be typed.

    `inventory` is the hosts.yaml that was named, if any.
    """
    (report,) = run.hosts
    lines = [f"{what}: {report.verdict}: {clipped(outcome(report))}"]
    lines += [f"  {finding.level}: {clipped(finding.summary)}" for finding in troubles(report)[:FINDINGS]]
    lines += [f"  would run: {clipped(command)}" for command in report.planned[:FINDINGS]]
    for why, command in next_commands(run, inventory):
        lines += [f"{why}:", f"{TYPED}{command}"]
    return "\n".join((*lines, "all of it:", f"{TYPED}fab report {run.run}"))


def _only(host: str, run: Run) -> Run:
    """The run as if it had been of that host alone."""
    return replace(run, hosts=tuple(report for report in run.hosts if report.name == host))


def _unread(reports: Mapping[Return, HostReport | None]) -> Set[str]:
    """Whose return told nothing of the clock, so that what is read next is news. An alarm of the clock has told it."""
    return {
        back.host
        for back, report in reports.items()
        if back.kind is not Kind.CLOCK and not (report and (report.sections.get("clock") or {}).get("before"))
    }


def _ended_before(back: Return) -> Run | None:
    """The run that was begun for a host by a process that is gone, if the host ended in it. Raises HistoryError."""
    try:
        history = History()
        if back.host in history.unfinished(back.run):
            return None
        run = _only(back.host, from_document(history.document(back.run)))
    except (UsageError, ValueError):  # that run was not even kept, or by another post-mainte
        return None
    return run if run.hosts else None
