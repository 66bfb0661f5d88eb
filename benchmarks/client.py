"""What a host costs beyond the start of a command: three kinds of work, beside ssh with the same scripts."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from fabric.config import Config
from paramiko import SSHConfig

from benchmarks.farm import Farm, farm
from benchmarks.timing import Cost, cost, interleaved, table
from benchmarks.xargs import PARALLEL, by_master, by_ssh
from remedy.inventory import Fleet
from remedy.shell.script import Script, new_token
from remedy.ssh.connection import Connector, Session
from remedy.ssh.deadline import Deadline

HOSTS, ROUNDS = 100, 5
WORKS = Path(__file__).with_name("works.sh")
SHORT, LONG = (Script((WORKS,), (name,), {"BALLAST": "x" * size}) for name, size in (("short", 0), ("long", 8192)))
KINDS = (  # its name, its scripts, and the goals: client CPU (ms a host), ratio to ssh
    ("connect and date", (SHORT,), 9, 1.0),
    ("connect, 8 KB there and 8 KB back", (LONG,), 10, 1.0),
    ("connect, probe, repair, probe", (LONG, SHORT, LONG), 15, 0.7),
)


def main(folder: Path) -> None:
    """Print what each kind of work takes, by our connections and by ssh."""
    with farm(folder, HOSTS) as f:
        for name, scripts, cpu, ratio in KINDS:
            theirs = f"xargs -P{PARALLEL} ssh{' with ControlMaster' if len(scripts) > 1 else ''}"
            contenders: dict[str, Callable[[], Cost]] = {
                theirs: partial(cost, _by_ssh(f, scripts)),
                "our connections": _work(f, scripts),
            }
            title = f"{HOSTS} hosts on loopback: {name}; without the start of Python"
            rows = interleaved(contenders, ROUNDS)
            table(f"{title} (goals: ratio at most {ratio}, CPU at most {cpu} ms a host)", rows, theirs, HOSTS)


def _by_ssh(f: Farm, scripts: Sequence[Script]) -> list[str]:
    """The command line that runs the scripts on all hosts, a connection each."""
    files = [f.folder / f"work{number}.sh" for number, _ in enumerate(scripts)]
    for file, script in zip(files, scripts, strict=True):
        file.write_text(script.text(new_token()))
    return by_master(f, files) if len(files) > 1 else by_ssh(f, files[0])


def _work(f: Farm, scripts: Sequence[Script]) -> Callable[[], Cost]:
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


def _run(session: Session, scripts: Sequence[Script]) -> None:
    for script in scripts:
        session.run(script, step="work", seconds=60)
