"""A command of ours, from the request to the exit status."""

import json
import secrets
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from remedy.errors import INTERRUPTED, NoReferenceError
from remedy.fanout import fan_out
from remedy.history import Recorder, unfinished
from remedy.inventory import Fleet, Host, open_fleet
from remedy.model import HostReport, Run, Verdict
from remedy.reference import Reference, measure
from remedy.report.console import print_run
from remedy.report.document import to_document
from remedy.report.progress import progress
from remedy.run import Job, Listener, Visit
from remedy.ssh.connection import Connector
from remedy.topics import TIME_TOPICS

RIGHT = {Verdict.OK, Verdict.REPAIRED}


@dataclass(frozen=True)
class Request:
    """What was asked for. `selection` names hosts, groups and addresses; none is the whole fleet."""

    command: str
    config: Any  # a fabric.Config
    folder: Path
    selection: tuple[str, ...]
    inventory: str
    parallel: int
    host_seconds: float
    as_json: bool
    accept_new: bool


@dataclass(frozen=True)
class Morning:
    """How `fab post-mainte` is to go about it.

    `skip` and `only` are names of topics; `since` and `until` what the user says that clocks leapt over, in Unix
    seconds; `wait` is how many seconds a host that does not answer is waited for; `resume` names an earlier run, whose
    hosts that did not end right are the ones to handle; `junit` is a file for the run.
    """

    dry_run: bool = False
    yes: bool = False
    allow_backward: bool = False
    skip: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    gap: Gap | None = None
    wait: float = 0.0
    resume: str = ""
    junit: str = ""


def check(request: Request, *names: str) -> int:
    """Read and judge some topics of each host."""
    return _execute(request, Job(chosen(only=names), request.host_seconds))


def recover(request: Request, *, dry_run: bool, allow_backward: bool) -> int:
    """Put clock and time service of each host right."""
    job = Job(chosen(only=TIME), request.host_seconds, True, dry_run, allow_backward)
    return _execute(request, job)


def run_backups(request: Request, *, dry_run: bool, run_all: bool) -> int:
    """Run each host's backups that are missing, or all of them, and follow them to their end."""
    which = "all" if run_all else "missing"
    topics = chosen(only=("clock", "jobs", "backups"))
    return _execute(request, Job(topics, request.host_seconds, True, dry_run, repairing={"backups"}, run_backups=which))


def post_mainte(request: Request, how: Morning) -> int:
    """Put right whatever the night broke."""
    job = Job(
        topics=chosen(how.only, how.skip),
        host_seconds=request.host_seconds,
        repairs=True,
        dry_run=how.dry_run,
        allow_backward=how.allow_backward,
        gap=how.gap,
        run_backups="missing" if how.yes else "",
    )
    if how.resume:
        request = replace(request, selection=resumed(how.resume, request.selection))
    return _execute(request, job, how.wait, how.junit)


def list_hosts(request: Request) -> int:
    """List the fleet as selected."""
    from remedy.report.fleet import print_fleet

    fleet = open_fleet(request.inventory, request.folder, request.selection)
    print_fleet(fleet.select(request.selection), request.as_json)
    return 0


def _execute(request: Request, job: Job) -> int:
    fleet = open_fleet(request.inventory, request.folder, request.selection)
    hosts = fleet.select(request.selection)
    try:
        run = _run(request, job, fleet, hosts)
    except NoReferenceError as error:
        where = f"reference: in {fleet.path}" if fleet.path else "reference: in a hosts.yaml"
        raise NoReferenceError(f"{error}\nno host was changed; {where} names the servers to ask (UDP)") from error
    if request.as_json:
        print(json.dumps(to_document(run), indent=2))
    else:
        print_run(run, inventory=request.inventory)
    return _exit_status(run)


def _run(request: Request, job: Job, fleet: Fleet, hosts: tuple[Host, ...]) -> Run:
    begun = _begin(request, job, hosts)
    with (
        Recorder(begun, request.selection) as recorder,
        _measured(fleet) as reference,
        progress(len(hosts)) as listener,
    ):
        with Connector(request.config, accept_new=request.accept_new) as connector:
            visits = _Visits(job, connector, reference, listener, recorder)
            reports = visits.make(hosts, request.parallel)
        run = replace(begun, finished=datetime.now(UTC), reference=reference.result().as_json(), hosts=reports)
        recorder.finish(run)
    return run


def _begin(request: Request, job: Job, hosts: tuple[Host, ...]) -> Run:
    """The run before anything was done."""
    started = datetime.now(UTC)
    return Run(
        run=f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        command=request.command,
        dry_run=job.dry_run,
        started=started,
        finished=started,
        reference=None,
        hosts=tuple(map(unfinished, hosts)),
    )


@contextmanager
def _measured(fleet: Fleet) -> Iterator["Future[Reference]"]:
    """The reference, measured while the hosts are being connected to."""
    thread = ThreadPoolExecutor(1, "reference")
    try:
        yield thread.submit(measure, fleet.reference.servers, fleet.reference.local_clock)
    finally:
        thread.shutdown(wait=False)


class _Visits:
    """The visits to all hosts of a run."""

    def __init__(
        self, job: Job, connector: Connector, reference: "Future[Reference]", listener: Listener, recorder: Recorder
    ) -> None:
        self._job, self._connector, self._reference = job, connector, reference
        self._listener, self._recorder = listener, recorder
        self._begun: dict[str, Visit] = {}

    def make(self, hosts: tuple[Host, ...], parallel: int) -> tuple[HostReport, ...]:
        """Visit all hosts; their reports, in the hosts' order. Ctrl-C ends it early, and leaves no host out."""
        reports: dict[str, HostReport] = {}
        try:
            for report in fan_out(self._visit, hosts, parallel):
                reports[report.name] = report
                self._recorder.host_finished(report)
        except KeyboardInterrupt:
            self._connector.close()  # ends what waits for a host; a repair on a host ends by itself there
            reports |= {host.name: self._interrupted(host) for host in hosts if host.name not in reports}
        return tuple(reports[host.name] for host in hosts)

    def _visit(self, host: Host) -> HostReport:
        visit = Visit(host, self._job, self._connector, self._reference.result, self._listener)
        self._begun[host.name] = visit
        return visit.make()

    def _interrupted(self, host: Host) -> HostReport:
        if visit := self._begun.get(host.name):
            is_changing = self._job.repairs and not self._job.dry_run
            left = "what was begun on the host ends by itself" if is_changing else "nothing was changed"
            return visit.report(Verdict.INTERRUPTED, f"interrupted; {left}")
        error = "interrupted; nothing was begun"
        return HostReport(host.name, host.address, Verdict.INTERRUPTED, error=error, groups=host.groups)


def _exit_status(run: Run) -> int:
    verdicts = {report.verdict for report in run.hosts}
    if Verdict.INTERRUPTED in verdicts:
        return INTERRUPTED
    return 0 if verdicts <= RIGHT else 1
