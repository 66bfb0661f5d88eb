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
from remedy.inventory import Fleet
from remedy.shell.script import Script, new_token
from remedy.ssh.connection import Connector, Session
from remedy.ssh.deadline import Deadline

HOSTS, PARALLEL, ROUNDS = 100, 32, 5
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
            by_ssh = f"xargs -P{PARALLEL} ssh{' with ControlMaster' if len(scripts) > 1 else ''}"
            contenders: dict[str, Callable[[], Cost]] = {
                by_ssh: partial(cost, _by_ssh(f, scripts)),
                "our connections": _work(f, scripts),
            }
            title = f"{HOSTS} hosts on loopback: {name}; without the start of Python"
            rows = interleaved(contenders, ROUNDS)
            table(f"{title} (goals: ratio at most {ratio}, CPU at most {cpu} ms a host)", rows, by_ssh, HOSTS)


def _by_ssh(f: Farm, scripts: Sequence[Script]) -> list[str]:
    """The command line that runs the scripts on all hosts, a connection each."""
    (f.folder / "names").write_text("\n".join(f.hosts) + "\n")
    ssh = f"ssh -F {f.ssh_config}"
    files = [f.folder / f"work{number}.sh" for number, _ in enumerate(scripts)]
    for file, script in zip(files, scripts, strict=True):
        file.write_text(script.text(new_token()))
    if len(files) > 1:
        ssh += f" -S {f.folder}/c-{{}}"
    one = " && ".join(f"{ssh} {{}} sh -s < {file}" for file in files)
    if len(files) > 1:
        one = f"{ssh} -MNf {{}} && {one} && {ssh} -qO exit {{}}"
    return ["sh", "-c", f"xargs -P{PARALLEL} -I{{}} sh -c '({one}) > {f.folder}/out-{{}}' < {f.folder}/names"]


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
