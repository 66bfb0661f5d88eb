"""How near the truth offsets are: measured over a real sshd on this machine, so that the truth is nought."""

import statistics
import time
from pathlib import Path

from fabric.config import Config
from paramiko import SSHConfig

from benchmarks.farm import Farm, farm
from remedy.clock import PROBE
from remedy.clock.facts import Offset, offset
from remedy.clock.measure import Sample, take_samples
from remedy.inventory import Fleet
from remedy.reference import Reference
from remedy.shell.script import Script
from remedy.ssh.connection import Connector, Session
from remedy.ssh.deadline import Deadline

MEASUREMENTS = 1000
SOURCES = {"bash": 0.1, "perl": 0.1, "python3": 0.1, "date": 1.0}  # the goal for the bound, in ms
TICKS = Path(__file__).with_name("ticks.sh")


def main(folder: Path) -> None:
    """Print, for each source of the host's clock, the bounds beside the errors, and how often the bound held."""
    print(f"Offsets by ping-pong on loopback, {MEASUREMENTS} measurements a source; milliseconds")
    print(
        f"  {'source':10}{'bound: median':>15}{'largest':>10}{'goal':>8}{'error: median':>16}{'largest':>10}{'held':>8}"
    )
    with farm(folder, hosts=1) as f:
        for source, goal in SOURCES.items():
            _print_row(source, goal, _measure(f, source))


def _print_row(source: str, goal: float, offsets: list[Offset]) -> None:
    bounds = [o.measured * 1000 for o in offsets]
    errors = [abs(o.seconds) * 1000 for o in offsets]
    held = sum(error <= bound for error, bound in zip(errors, bounds, strict=True))
    print(
        f"  {source:10}{statistics.median(bounds):15.3f}{max(bounds):10.3f}{goal:8.1f}"
        f"{statistics.median(errors):16.3f}{max(errors):10.3f}{held:8}",
        flush=True,
    )


def _measure(f: Farm, source: str) -> list[Offset]:
    config = Config(ssh_config=SSHConfig.from_path(str(f.ssh_config)))
    host = Fleet.empty().select([f.hosts[0]])[0]
    with Connector(config, accept_new=False) as connector, connector.open(host, Deadline(600, "host")) as session:
        return [_offset(session, source) for _ in range(MEASUREMENTS)]


def _offset(session: Session, source: str) -> Offset:
    script = Script((PROBE, TICKS), ("ticks_only",), {"TICKER": source})
    answers = session.run(script, step="probe", seconds=30, talks={"ticks": take_samples})
    samples = answers.talks["ticks"]
    assert isinstance(samples, tuple)
    assert all(isinstance(sample, Sample) for sample in samples)
    return offset(samples, _this_machine())


def _this_machine() -> Reference:
    """The truth: this machine's own clock, tied to time.monotonic() by the tightest of several pairs."""
    pairs = []
    for _ in range(20):
        before, wall, after = time.monotonic(), time.time(), time.monotonic()
        pairs.append((after - before, wall - (before + after) / 2))
    spread, anchor = min(pairs)
    return Reference("local", anchor, spread / 2, time.monotonic())
