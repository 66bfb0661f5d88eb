"""The visits to all hosts of a run: side by side, and again where a host is waited for."""

import time
from collections.abc import Callable

from remedy.fanout import fan_out
from remedy.fanout.order import interleaved
from remedy.fanout.rolling import AT_ONCE, Rolling
from remedy.inventory import Host
from remedy.model import HostReport, Repair, Verdict
from remedy.reference import Reference
from remedy.report.progress import WAITING
from remedy.run import Job, Listener, Visit
from remedy.ssh.connection import Connector

KNOCKS = 5.0  # seconds between two tries to reach a host that is waited for
FAILED = {Verdict.FAILING, Verdict.UNREACHABLE}  # what --max-failures counts


class Visits:
    """The visits to all hosts of a run. `keep` gets each report; hosts are waited for `wait` seconds.

    `is_interrupted` tells afterwards whether Ctrl-C ended them.
    """

    def __init__(
        self,
        job: Job,
        connector: Connector,
        reference: Callable[[], Reference],
        keep: Callable[[HostReport], None],
        wait: float = 0.0,
        rolling: Rolling = AT_ONCE,
    ) -> None:
        self._job, self._connector, self._reference, self._keep = job, connector, reference, keep
        self._waits_until = time.monotonic() + wait
        self._rolling = rolling
        self.is_interrupted = False
        self._begun: dict[str, Visit] = {}

    def make(self, hosts: tuple[Host, ...], parallel: int, listener: Listener) -> tuple[HostReport, ...]:
        """Visit all hosts; their reports, in the hosts' order. Ctrl-C and too many failures end it early, and leave no
        host out.
        """

        def visit(host: Host) -> HostReport:
            self._begun[host.name] = Visit(host, self._job, self._connector, self._reference, listener)
            return self._begun[host.name].make()

        return self._round(visit, hosts, parallel, listener)

    def go_on(self, hosts: tuple[Host, ...], job: Job, parallel: int, listener: Listener) -> tuple[HostReport, ...]:
        """Visit hosts once more, for what another job allows besides; their reports are of both visits."""
        return self._round(lambda host: self._begun[host.name].go_on(job, listener), hosts, parallel, listener)

    def offers(self, host: Host, job: Job) -> tuple[Repair, ...]:
        """What could be repaired on the host besides, if the job were that one."""
        return self._begun[host.name].offers(job)

    def _round(
        self, visit: Callable[[Host], HostReport], hosts: tuple[Host, ...], parallel: int, listener: Listener
    ) -> tuple[HostReport, ...]:
        def again(host: Host, _report: HostReport) -> float | None:
            if not self._begun[host.name].may_answer_later or time.monotonic() + KNOCKS > self._waits_until:
                return None
            listener.host_step(host.name, WAITING)
            return KNOCKS

        def may_begin() -> bool:
            return not self._rolling.is_exceeded(len(failed))

        reports: dict[str, HostReport] = {}
        failed: list[str] = []
        try:
            for wave in self._rolling.waves(interleaved(hosts)):
                for report in fan_out(visit, wave, parallel, again, may_begin):
                    reports[report.name] = report
                    failed += [report.name] if report.verdict in FAILED else []
                    listener.host_finished(report)
                    self._keep(report)
        except KeyboardInterrupt:
            self._connector.close()  # ends what waits for a host; a repair on a host ends by itself there
            self.is_interrupted = True
        left_out = [host for host in hosts if host.name not in reports]
        reports |= {host.name: self._left_out(host, self._why(host, len(failed))) for host in left_out}
        return tuple(reports[host.name] for host in hosts)

    def _why(self, host: Host, failures: int) -> str:
        """Why a host was left out."""
        if not self.is_interrupted:
            failed = "1 host" if failures == 1 else f"{failures} hosts"
            return f"not begun: {failed} failed, --max-failures {self._rolling.max_failures}"
        if host.name not in self._begun:
            return "interrupted; nothing was begun"
        is_changing = self._job.repairing and not self._job.dry_run
        return f"interrupted; {'what was begun on the host ends by itself' if is_changing else 'nothing was changed'}"

    def _left_out(self, host: Host, why: str) -> HostReport:
        if visit := self._begun.get(host.name):
            return visit.report(Verdict.INTERRUPTED, why)
        return HostReport(host.name, host.address, Verdict.INTERRUPTED, error=why, groups=host.groups)
