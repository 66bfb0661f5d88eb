"""Jobs: crontabs, anacron and systemd's timers, and what of them a gap in the host's time swallowed."""

from pathlib import Path

from remedy import initsystem
from remedy.jobs.catchup import due, repairs
from remedy.jobs.daemon import stop_and_start
from remedy.jobs.facts import JobsFacts, read
from remedy.jobs.judge import judge
from remedy.jobs.section import section
from remedy.shell.script import PROCESSES
from remedy.topic import Topic

__all__ = ["TOPIC", "JobsFacts", "due", "stop_and_start"]

HERE = Path(__file__).parent

TOPIC = Topic(
    name="jobs",
    probe=HERE / "probe.sh",
    needs=(initsystem.FIND, PROCESSES, HERE / "logs.sh"),
    entry="jobs_probe",
    read=read,
    judge=judge,
    section=section,
    repairs=repairs,
    patience=lambda _host: 30.0,
)
