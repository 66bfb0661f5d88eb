"""Checks of one's own over a real SSH session: judged, repaired by their own command, and judged again."""

import time
from pathlib import Path

from remedy.custom import TOPIC
from remedy.inventory.host import Check
from remedy.job import Job
from remedy.model import HostReport, Level, Verdict
from remedy.reference import Reference
from remedy.run import Means, Visit

from .harness import Sshd, User, host


class Silence:
    """Nobody listens."""

    def host_started(self, name: str) -> None: ...

    def host_step(self, name: str, step: str) -> None: ...

    def host_finished(self, report: HostReport) -> None: ...


def visit(server: Sshd, user: User, *checks: Check, dry_run: bool = False) -> HostReport:
    reference = Reference("ntp", time.time() - time.monotonic(), 0.001, time.monotonic())
    job = Job((TOPIC,), host_seconds=60, repairing=("checks",), dry_run=dry_run)
    with user.connector() as connector:
        return Visit(host(server, checks=checks), job).make(Means(connector, lambda: reference, Silence()))


def test_a_check_that_fails_is_repaired_and_looked_at_again(server: Sshd, user: User, tmp_path: Path) -> None:
    file = tmp_path / "it's mended"
    check = Check("file", f'cat "{file}"', regex="^mended by hand$", repair=f'echo "mended by hand" >"{file}"')
    well = Check("well", "echo well", text="well", repair=f'echo "not to be done" >"{tmp_path / "other"}"')
    planned = visit(server, user, check, well, dry_run=True)
    assert (planned.verdict, planned.planned) == (Verdict.PLANNED, (check.repair,))
    assert not file.exists()
    report = visit(server, user, check, well)
    assert (report.verdict, [step.exit_status for step in report.steps]) == (Verdict.REPAIRED, [0])
    assert file.read_text() == "mended by hand\n"
    assert not (tmp_path / "other").exists()
    assert visit(server, user, check, well).verdict is Verdict.OK


def test_a_repair_that_exits_0_and_mends_nothing_is_found_out(server: Sshd, user: User, tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    report = visit(server, user, Check("c", f"echo looked; test -e {tmp_path}/no", repair=f"echo x >>{counter}"))
    assert report.verdict is Verdict.FAILING
    assert [(finding.level, finding.summary) for finding in report.findings] == [(Level.BAD, "c: exit status 1, not 0")]
    assert counter.read_text() == "x\n"  # once


def test_a_check_that_hangs_costs_its_own_deadline_and_no_other_check(server: Sshd, user: User) -> None:
    report = visit(server, user, Check("slow", "sleep 600", timeout=1.0), Check("next", "echo here", text="here"))
    assert [entry["problem"] for entry in report.sections["checks"]] == ["it did not end within 1 s", None]
