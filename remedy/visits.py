"""The visits to all hosts of a run: side by side, and again where a host is waited for."""

import time
from collections.abc import Callable
from dataclasses import replace

from remedy.crew import Crew, Made
from remedy.fanout import fan_out
from remedy.fanout.order import interleaved
from remedy.fanout.rolling import AT_ONCE, Rolling
from remedy.inventory import Host
from remedy.job import Job
from remedy.model import HostReport, Repair, Verdict
from remedy.report.progress import WAITING
from remedy.run import Listener, Visit

KNOCKS = 5.0  # seconds between two tries to reach a host that is waited for
FAILED = {Verdict.FAILING, Verdict.UNREACHABLE}  # what --max-failures counts


class Visits:
    """The visits to all hosts of a run, made by the crew. `keep` gets each report; hosts are waited for `wait` seconds.

    `is_interrupted` tells afterwards whether Ctrl-C ended them.
    """

    def __init__(
        self,
        job: Job,
        crew: Crew,
        keep: Callable[[HostReport], None],
        wait: float = 0.0,
        rolling: Rolling = AT_ONCE,
    ) -> None:
        self._job, self._crew, self._keep = job, crew, keep
        self._waits_until = time.monotonic() + wait
        self._rolling = rolling
        self.is_interrupted = False
        self._begun: dict[str, Visit] = {}
        self._awaited: dict[str, HostReport] = {}  # of hosts that are waited for: the last try

    def make(self, hosts: tuple[Host, ...], parallel: int, listener: Listener) -> tuple[HostReport, ...]:
        """Visit all hosts; their reports, in the hosts' order. Ctrl-C and too many failures end it early, and leave no
        host out.
        """
        self._begun = {host.name: Visit(host, self._job) for host in hosts}
        return self._round(hosts, parallel, listener)

    def go_on(self, hosts: tuple[Host, ...], job: Job, parallel: int, listener: Listener) -> tuple[HostReport, ...]:
        """Visit hosts once more, for what another job allows besides; their reports are of both visits."""
        for host in hosts:
            self._begun[host.name].job = job
        return self._round(hosts, parallel, listener)

    def offers(self, host: Host, job: Job) -> tuple[Repair, ...]:
        """What could be repaired on the host besides, if the job were that one."""
        return self._begun[host.name].offers(job)

    def _round(self, hosts: tuple[Host, ...], parallel: int, listener: Listener) -> tuple[HostReport, ...]:
        def again(visit: Visit, made: Made) -> float | None:
            self._begun[visit.host.name] = made.visit
            if not made.visit.may_answer_later or time.monotonic() + KNOCKS > self._waits_until:
                return None
            self._awaited[visit.host.name] = made.report
            listener.host_step(visit.host.name, WAITING)
            return KNOCKS

        def may_begin() -> bool:
            return not self._rolling.is_exceeded(len(failed))

        reports: dict[str, HostReport] = {}
        failed: list[str] = []
        try:
            for wave in self._rolling.waves(interleaved(hosts)):
                executor, make = self._crew.hire(parallel, listener)
                visits = [self._begun[host.name] for host in wave]
                for made in fan_out(make, visits, executor, parallel, again, may_begin, self._quiet):
                    report = reports[made.report.name] = made.report
                    failed += [report.name] if report.verdict in FAILED else []
                    listener.host_finished(report)
                    self._keep(report)
        except KeyboardInterrupt:
            self._crew.stop()  # ends what waits for a host; a repair on a host ends by itself there
            self.is_interrupted = True
        return tuple(reports.get(host.name) or self._left_out(host, len(failed)) for host in hosts)

    def _quiet(self) -> int:
        """How many hosts keep no others waiting: none where whatever is begun may be one failure too many."""
        if self._rolling.max_failures is not None:
            return 0
        return self._crew.quiet(before_login=self._job.is_changing)

    def _left_out(self, host: Host, failures: int) -> HostReport:
        visit = self._begun[host.name]
        last = self._awaited.get(host.name)
        if last and visit.may_answer_later:
            return replace(last, error=f"{last.error}; it was waited for until the run was interrupted")
        return visit.report(Verdict.INTERRUPTED, self._why(visit, failures))

    def _why(self, visit: Visit, failures: int) -> str:
        """Why a host was left out."""
        if not self.is_interrupted:
            failed = "1 host" if failures == 1 else f"{failures} hosts"
            return f"not begun: {failed} failed, --max-failures {self._rolling.max_failures}"
        if not visit.has_begun:
            return "interrupted; nothing was begun"
        rest = "what was begun on the host ends by itself" if self._job.is_changing else "nothing was changed"
        return f"interrupted; {rest}"
