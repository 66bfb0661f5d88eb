"""The clock: how far it is from the true time, and how it is set."""

from pathlib import Path

from remedy.clock.facts import ClockFacts, read
from remedy.clock.judge import judge, may_step, needs_step, section
from remedy.clock.measure import take_samples
from remedy.topic import Topic

__all__ = ["PROBE", "STEP", "TOPIC", "ClockFacts", "may_step", "needs_step"]

PROBE = Path(__file__).with_name("probe.sh")
STEP = Path(__file__).with_name("step.sh")

TOPIC = Topic(
    name="clock",
    probe=PROBE,
    entry="clock_probe",
    read=read,
    judge=judge,
    section=section,
    talks={"ticks": take_samples},
)
