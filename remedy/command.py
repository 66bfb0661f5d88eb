"""A command of ours, from the request to the exit status."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime

from remedy.crew import Crew
from remedy.crew.threads import Threads
from remedy.errors import INTERRUPTED, NoReferenceError, UsageError
from remedy.fanout.parallel import MOST, hosts_at_once
from remedy.fanout.rolling import AT_ONCE
from remedy.gap import Gap
from remedy.handout import check_places, hand_out
from remedy.history import History, HistoryError, Recorder, unfinished
from remedy.inventory import Fleet, Host, open_fleet
from remedy.inventory.host import OnReturn
from remedy.job import Job
from remedy.maintenance import announced
from remedy.model import HostReport, Run, Verdict
from remedy.reference import TrueTime
from remedy.report.progress import progress
from remedy.report.question import agreed
from remedy.request import NO_MORNING, Morning, Request
from remedy.ssh.connection import Connector
from remedy.topics import TIME, chosen, looked_at
from remedy.visits import Visits

DAY = 86400.0  # seconds: what earlier runs did is of interest so long


def check(request: Request, *names: str, gap: Gap | None = None) -> int:
    """Read and judge some topics of each host."""
    return _execute(request, Job(looked_at(names), request.host_seconds, gap=gap))


def recover(request: Request, *, dry_run: bool, allow_backward: bool) -> int:
    """Put clock and time service of each host right."""
    return _execute(request, Job(looked_at(TIME), request.host_seconds, TIME, dry_run, allow_backward))


def run_backups(request: Request, *, dry_run: bool, run_all: bool) -> int:
    """Run each host's backups that are missing, or all of them, and follow them to their end."""
    which = "all" if run_all else "missing"
    job = Job(looked_at(("backups",)), request.host_seconds, ("backups",), dry_run, run_backups=which)
    return _execute(request, job)


def post_mainte(request: Request, how: Morning) -> int:
    """Put right whatever the night broke."""
    if how.resume:
        request = replace(request, selection=_unsettled(how.resume, request))
    return _execute(request, _morning(request, how), how)


def on_return(request: Request, what: OnReturn, fleet: Fleet, hosts: tuple[Host, ...], run: str, wait: float) -> Run:
    """Do what `on_return:` of hosts.yaml says for hosts that are back, as the command does it, in a run of that id.

    One that lets nobody in yet is waited for `wait` seconds. Prints nothing and asks nothing. Raises NoReferenceError
    and other PostMainteErrors that end a whole run.
    """
    dry_run = what == "post-mainte --dry-run"
    job = _morning(request, Morning(dry_run=dry_run))
    if what == "check":
        job = replace(job, repairing=())
    request = replace(
        request, command=what.split()[0], selection=tuple(host.name for host in hosts), as_json=True, quiet=True
    )
    done, _ = _run(request, replace(_informed(job, fleet), run=run), fleet, hosts, wait)
    return done


def new_run() -> str:
    """The id of a run that begins now."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def _morning(request: Request, how: Morning) -> Job:
    names = chosen(how.only, how.skip)
    return Job(
        topics=looked_at(names),
        host_seconds=request.host_seconds,
        repairing=names,
        dry_run=how.dry_run,
        allow_backward=how.allow_backward,
        gap=how.gap,
        run_backups="missing" if how.yes else "",
    )


def list_hosts(request: Request) -> int:
    """List the fleet as selected."""
    from remedy.report.fleet import print_fleet

    fleet = open_fleet(request.inventory, request.folder, request.selection)
    print_fleet(fleet.select(request.selection), request.as_json)
    return 0


def print_schema() -> int:
    """Print the JSON Schema of hosts.yaml."""
    from remedy.inventory.schema import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return 0


def _unsettled(name: str, request: Request) -> tuple[str, ...]:
    """The hosts that did not end right in that run, of those that are selected; raises UsageError if none is left."""
    run = History().to_resume(name)
    left = History().unsettled(run)
    if not left:
        raise UsageError(f"every host of the run {run} ended right; there is nothing to resume")
    if not request.selection:
        return left
    fleet = open_fleet(request.inventory, request.folder, request.selection)
    selected = {host.name for host in fleet.select(request.selection)}
    if selected.isdisjoint(left):
        others = f"{len(left)} other{'s' * (len(left) != 1)}"
        raise UsageError(f"none that -H names is left to resume in the run {run}; {others} did not end right")
    return tuple(host for host in left if host in selected)


def _execute(request: Request, job: Job, how: Morning = NO_MORNING) -> int:
    fleet = open_fleet(request.inventory, request.folder, request.selection)
    check_places(how, fleet)
    hosts = fleet.select(request.selection)
    job = _informed(job, fleet)
    try:
        run, is_interrupted = _run(request, job, fleet, hosts, how.wait)
    except NoReferenceError as error:
        where = f"reference: in {fleet.path}" if fleet.path else "reference: in a hosts.yaml"
        raise NoReferenceError(f"{error}\nno host was changed; {where} names the servers to ask (UDP)") from error
    hand_out(run, request, how, fleet.mail)
    return INTERRUPTED if is_interrupted else _exit_status(run)


def _informed(job: Job, fleet: Fleet) -> Job:
    """The job with what earlier runs put right and which maintenance was announced, where jobs are read."""
    if job.reads_jobs:
        with suppress(HistoryError):  # the recorder warns of it
            return replace(job, remembered=History().gaps(time.time() - DAY), windows=announced(fleet))
    return job


def _run(request: Request, job: Job, fleet: Fleet, hosts: tuple[Host, ...], wait: float) -> tuple[Run, bool]:
    """The run, and whether Ctrl-C ended it. A dry run goes in no waves: it breaks nothing."""
    parallel = _hosts_at_once(request, len(hosts))
    begun = _begin(request, job, hosts)
    reference = TrueTime(fleet.reference)
    with (
        _crew(request, begun, fleet, reference) as crew,
        Recorder(begun, request.selection) as recorder,
    ):
        job = replace(job, run=begun.run)
        rolling = AT_ONCE if job.dry_run else request.rolling
        visits = Visits(job, crew, recorder.host_finished, wait, rolling)
        with progress(len(hosts), quiet=request.quiet) as listener:
            reports = visits.make(hosts, parallel, listener)
        if not (request.as_json or visits.is_interrupted):
            reports = _offer_backups(visits, hosts, job, reports, parallel, request.quiet)
        run = replace(begun, finished=datetime.now(UTC), reference=reference.first.as_json(), hosts=reports)
        recorder.finish(run)
    return run, visits.is_interrupted


def _hosts_at_once(request: Request, hosts: int) -> int:
    """How many hosts are begun at once; Dask's workers take no more of them than they have threads.

    What is handed out to them counts as begun: where failures may end the run, that is not the whole fleet.
    """
    if request.executor:
        return request.parallel or max(1, hosts if request.rolling.max_failures is None else min(hosts, MOST))
    return hosts_at_once(request.parallel, hosts)


def _offer_backups(
    visits: Visits, hosts: tuple[Host, ...], job: Job, reports: tuple[HostReport, ...], parallel: int, quiet: bool
) -> tuple[HostReport, ...]:
    """Ask whether the missing backups are to be run, where somebody is there to answer; the reports after that."""
    if "backups" not in job.repairing or job.dry_run or job.run_backups or any(map(_is_left_out, reports)):
        return reports
    more = replace(job, run_backups="missing")
    offers = {host: found for host in hosts if (found := visits.offers(host, more))}
    if not offers or not agreed(offers):
        return reports
    with progress(len(offers), quiet=quiet) as listener:
        ran = {report.name: report for report in visits.go_on(tuple(offers), more, parallel, listener)}
    return tuple(ran.get(report.name, report) for report in reports)


def _begin(request: Request, job: Job, hosts: tuple[Host, ...]) -> Run:
    """The run before anything was done."""
    started = datetime.now(UTC)
    return Run(
        run=job.run or new_run(),
        command=request.command,
        dry_run=job.dry_run,
        started=started,
        finished=started,
        reference=None,
        hosts=tuple(map(unfinished, hosts)),
        options=request.options,
    )


@contextmanager
def _crew(request: Request, run: Run, fleet: Fleet, reference: TrueTime) -> Iterator[Crew]:
    """Who makes the visits."""
    if not request.executor:
        with Connector(request.config, accept_new=request.accept_new) as connector:
            yield Threads(connector, reference)
        return
    from remedy.crew.dask import Dask
    from remedy.crew.worker import Order

    reference()  # without one, no host is touched
    with Dask(request.executor, Order(run.run, fleet.reference, request.accept_new)) as crew:
        yield crew


def _is_left_out(report: HostReport) -> bool:
    return report.verdict is Verdict.INTERRUPTED


def _exit_status(run: Run) -> int:
    return 0 if all(report.verdict.is_right for report in run.hosts) else 1
