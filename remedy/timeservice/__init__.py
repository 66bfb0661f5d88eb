"""The time service: ntpd, ntpsec, chronyd, timesyncd, openntpd or busybox, under systemd, SysV init or OpenRC."""

from pathlib import Path

from remedy import initsystem
from remedy.shell.script import PROCESSES
from remedy.timeservice.facts import Kind, Service, TimeServiceFacts, read
from remedy.timeservice.judge import judge, section
from remedy.topic import Topic

__all__ = ["PROBE", "REPAIR", "TOPIC", "Kind", "Service", "TimeServiceFacts"]

PROBE = Path(__file__).with_name("probe.sh")
REPAIR = Path(__file__).with_name("repair.sh")

TOPIC = Topic(
    name="timeservice",
    probe=PROBE,
    entry="timeservice_probe",
    read=read,
    judge=judge,
    section=section,
    needs=(initsystem.FIND, PROCESSES),
)
