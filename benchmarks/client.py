"""What a host costs this machine beyond the start of a command: three kinds of work, in one process."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fabric.config import Config
from paramiko import SSHConfig

from benchmarks.farm import Farm, farm
from benchmarks.timing import Cost, interleaved
from remedy.inventory import Fleet
from remedy.shell.script import Script
from remedy.ssh.connection import Connector, Session
from remedy.ssh.deadline import Deadline

HOSTS, PARALLEL, ROUNDS = 100, 32, 5
WORKS = Path(__file__).with_name("works.sh")
GOALS = {"connect and date": 9, "connect, 8 KB there and 8 KB back": 10, "connect, probe, repair, probe": 15}  # ms


def main(folder: Path) -> None:
    """Print the CPU that each of the three works takes of the client, a host."""
    with farm(folder, HOSTS) as f:
        short, long = (
            Script((WORKS,), (name,), {"BALLAST": "x" * size}) for name, size in (("short", 0), ("long", 8192))
        )
        works = zip(GOALS, ([short], [long], [long, short, long]), strict=True)
        rows = interleaved({name: _work(f, scripts) for name, scripts in works}, ROUNDS)
    print(f"\nClient CPU of {HOSTS} hosts on loopback, {PARALLEL} at once, without the start of Python")
    print(f"  {'':44}{'wall s':>8}{'CPU ms a host':>16}{'goal':>8}")
    for name, row in rows.items():
        print(f"  {name:44}{row.wall:8.3f}{row.cpu * 1000 / HOSTS:16.1f}{GOALS[name]:8}")


def _work(f: Farm, scripts: list[Script]) -> Callable[[], Cost]:
    """A function that does the work on all hosts, as a run of its own."""

    def on(connector: Connector, name: str) -> None:
        host = Fleet.empty().select([name])[0]
        with connector.open(host, Deadline(60, "host")) as session:
            _run(session, scripts)

    def run() -> Cost:
        cpu, wall = time.process_time(), time.monotonic()
        config = Config(ssh_config=SSHConfig.from_path(str(f.ssh_config)))
        with Connector(config, accept_new=False) as connector, ThreadPoolExecutor(PARALLEL) as pool:
            list(pool.map(lambda name: on(connector, name), f.hosts))
        return Cost(time.monotonic() - wall, time.process_time() - cpu)

    return run


def _run(session: Session, scripts: list[Script]) -> None:
    for script in scripts:
        session.run(script, step="work", seconds=60)
