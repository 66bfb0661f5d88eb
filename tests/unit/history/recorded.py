"""Runs that begin, and end as the report's samples do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from remedy.history import Recorder, unfinished
from remedy.inventory import Host
from remedy.model import Finding, HostReport, Level, Run, Step, Verdict

STARTED = datetime(2017, 8, 29, 20, 0, tzinfo=UTC)
VERDICTS = tuple(Verdict)


def ended(name: str, verdict: Verdict = Verdict.OK, output: str = "") -> HostReport:
    """How a host ended, about as much of it as a real one tells."""
    steps = (Step("step the clock", "ntpdate -b ntp.example.net", 0, 1.2, output),)
    findings = (Finding("clock", Level.OK, "the clock is right within 2 ms", "measured twice", "date"),)
    sections = {"clock": {"before": {"offset_s": -10800.0, "error_s": 0.004}, "after": None}}
    return HostReport(name, "203.0.113.1", verdict, sections, findings, (), steps, None, 1.5, ("web",), ("ssh", name))


def begin(run: str, *names: str, command: str = "post-mainte", dry_run: bool = False) -> Run:
    """A run as it begins."""
    hosts = tuple(unfinished(Host(name=name, address="203.0.113.1")) for name in names)
    return Run(run, command, dry_run, STARTED, STARTED, None, hosts)


def end(run: Run, *reports: HostReport) -> Run:
    """The same run as it ends."""
    reference = {"source": "ntp", "servers": [], "error_s": 0.002, "warnings": []}
    return replace(run, finished=run.started + timedelta(seconds=12.5), reference=reference, hosts=reports)


def keep(path: Path, run: str, *reports: HostReport) -> Run:
    """Keep a whole run; what it came to."""
    begun = begin(run, *(report.name for report in reports))
    whole = end(begun, *reports)
    with Recorder(begun, (), path) as recorder:
        for report in reports:
            recorder.host_finished(report)
        recorder.finish(whole)
    return whole


@contextmanager
def going_on(path: Path, run: str, *names: str, selection: tuple[str, ...] = ()) -> Iterator[Recorder]:
    """A run that never comes to its end, as far as the history hears."""
    with Recorder(begin(run, *names), selection, path) as recorder:
        yield recorder
