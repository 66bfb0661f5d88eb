"""The visits to all hosts of a run: side by side, and again where a host is waited for."""

import time
from collections.abc import Callable

from remedy.crew import Crew, Made
from remedy.fanout import fan_out
from remedy.inventory import Host
from remedy.model import HostReport, Repair, Verdict
from remedy.report.progress import WAITING
from remedy.run import Job, Listener, Visit

KNOCKS = 5.0  # seconds between two tries to reach a host that is waited for


class Visits:
    """The visits to all hosts of a run, made by the crew.

    `keep` gets each report; hosts are waited for `wait` seconds.
    """

    def __init__(self, job: Job, crew: Crew, keep: Callable[[HostReport], None], wait: float = 0.0) -> None:
        self._job, self._crew, self._keep = job, crew, keep
        self._waits_until = time.monotonic() + wait
        self._begun: dict[str, Visit] = {}

    def make(self, hosts: tuple[Host, ...], parallel: int, listener: Listener) -> tuple[HostReport, ...]:
        """Visit all hosts; their reports, in the hosts' order. Ctrl-C ends it early, and leaves no host out."""
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
            listener.host_step(visit.host.name, WAITING)
            return KNOCKS

        reports: dict[str, HostReport] = {}
        executor, make = self._crew.hire(parallel, listener)
        try:
            for made in fan_out(make, (self._begun[host.name] for host in hosts), parallel, again, executor):
                reports[made.report.name] = made.report
                listener.host_finished(made.report)
                self._keep(made.report)
        except KeyboardInterrupt:
            self._crew.stop()  # ends what waits for a host; a repair on a host ends by itself there
            reports |= {host.name: self._interrupted(host) for host in hosts if host.name not in reports}
        return tuple(reports[host.name] for host in hosts)

    def _interrupted(self, host: Host) -> HostReport:
        visit = self._begun[host.name]
        if visit.has_begun:
            is_changing = self._job.repairing and not self._job.dry_run
            left = "what was begun on the host ends by itself" if is_changing else "nothing was changed"
            return visit.report(Verdict.INTERRUPTED, f"interrupted; {left}")
        return visit.report(Verdict.INTERRUPTED, "interrupted; nothing was begun")
