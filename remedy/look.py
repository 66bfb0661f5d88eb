"""One look at a host: the probe's answers, read by the topics, and judged."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from remedy.gap import Gap
from remedy.inventory import Host
from remedy.job import Job
from remedy.model import Finding, Level
from remedy.outside import seen_from_outside
from remedy.plan import commands_due, expected_gap
from remedy.probe import probe_script
from remedy.reference import Reference
from remedy.shell.answers import Answers
from remedy.ssh.connection import Session
from remedy.topic import Situation

PROBE_SECONDS = 60.0  # the step deadline of a probe: its commands are bounded on the host, too


@dataclass(frozen=True)
class Look:
    """What one probe of a host showed."""

    facts: Mapping[str, Any]
    findings: tuple[Finding, ...]
    situation: Situation

    @property
    def is_right(self) -> bool:
        """Whether nothing bad was found."""
        return all(finding.level is not Level.BAD for finding in self.findings)


def look_at(host: Host, job: Job, session: Session, leap: Gap | None, reference: Callable[[], Reference]) -> Look:
    """Probe the host for all that the job reads, and judge; `leap` is what its clock leapt over by a step of ours.

    Raises HostError.
    """
    topics = job.read
    talks = {name: talk for topic in topics for name, talk in topic.talks.items()}
    seconds = PROBE_SECONDS + sum(topic.patience(host) for topic in topics)
    with seen_from_outside(topics, host) as outside:
        answers = session.run(probe_script(topics, host), step="probe", seconds=seconds, talks=talks)
        return _judged(answers, job, _situation(host, job, _known(job, leap), reference(), outside()))


def _judged(answers: Answers, job: Job, situation: Situation) -> Look:
    facts: dict[str, Any] = {}
    for topic in job.read:  # the clock's come first: what it will leap over is known to the others
        facts[topic.name] = topic.read(answers, situation)
        if topic.name == "clock" and (gap := expected_gap(facts, situation)):
            situation = replace(situation, gaps=_known(job, gap))
    if job.gap and "jobs" in facts:  # the host's records show whether it was a step or a downtime
        situation = replace(situation, gaps=facts["jobs"].gaps)
    situation = replace(situation, due=commands_due(facts, situation))
    findings = [finding for topic in job.topics for finding in topic.judge(facts[topic.name], situation)]
    return Look(facts, tuple(findings), situation)


def _known(job: Job, measured: Gap | None) -> tuple[Gap, ...]:
    """What the user said that the clock leapt over, as far as it was not measured; and what was."""
    asked = job.gap.before(measured) if job.gap and measured else job.gap
    return tuple(filter(None, (asked, measured)))


def _situation(
    host: Host, job: Job, gaps: tuple[Gap, ...], reference: Reference, outside: Mapping[str, Any]
) -> Situation:
    return Situation(
        host=host,
        reference=reference,
        allow_backward=job.allow_backward,
        now=reference.at(time.monotonic()),
        gaps=gaps,
        remembered=job.remembered.get(host.name, ()),
        outside=outside,
        run_backups=job.run_backups,
        mends_clock="clock" in job.repairing,
        leaves_jobs="jobs" not in {topic.name for topic in job.topics},
        run=job.run,
    )
