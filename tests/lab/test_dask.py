"""The same run by Dask's workers: a real scheduler, two workers, and what becomes of a run when one of them dies."""

import json
import os
import pty
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from distributed import Client
from ports import free_port
from typed import FAB, PROJECT, SECONDS, fab
from waiting import wait_until

from remedy.fanout.parallel import MOST
from remedy.lab.demo.servers import servers
from remedy.lab.embedded import Daemon, EmbeddedLab, HostSpec, Init, Running, Service

DASK = FAB.with_name("dask")
THREE_HOURS = 10800.0
RUN_AND_TIMES = re.compile(
    r"""(?x) (?<="run":\ ")[^"]+               # the run
    | \d+-\d\d-\d\dT[\d:.]+(?:\+00:00|Z)?      # a moment
    | (?:\d[\d.]*\ (?:ms|s|min|h|d)\b\ ?)+     # a duration in words
    | -?\d[\d.]*(?:e-\d+)?                     # any figure
    """
)
SLOW_BACKUP = """#!/bin/sh
root=${0%/usr/bin/*}
echo one >>"$root/lab/runs"
while [ ! -e "$root/lab/go" ]; do sleep 0.1; done
mkdir -p "$root/var/backups"
echo made >"$root/var/backups/db-1"
"""


@dataclass(frozen=True)
class Cluster:
    """A scheduler, and workers that log in to a lab's hosts as its user does."""

    lab: EmbeddedLab
    address: str
    client: Client
    workers: Sequence["subprocess.Popen[bytes]"]

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a run by the workers."""
        line = [str(FAB), *arguments, "--executor", f"dask://{self.address}", "--json"]
        return subprocess.Popen(
            line, env=self.lab.environment(), cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def kill_who_is_at(self, host: str) -> None:
        """Kill the worker that has the host."""
        pids = self.client.run(os.getpid)
        (address,) = (name for name, keys in self.client.processing().items() for key in keys if host in key)
        os.kill(pids[address], signal.SIGKILL)


@contextmanager
def cluster(lab: EmbeddedLab, folder: Path) -> Iterator[Cluster]:
    with ExitStack() as stack:

        def start(*arguments: str) -> "subprocess.Popen[bytes]":
            line = [str(DASK), *arguments, "--no-dashboard", "--host", "127.0.0.1"]
            process = subprocess.Popen(line, env=lab.environment(), cwd=PROJECT, stderr=subprocess.DEVNULL)
            stack.callback(process.wait, SECONDS)
            stack.callback(process.kill)
            return process

        port = free_port()
        address = f"127.0.0.1:{port}"
        start("scheduler", "--port", str(port))
        with Client(address, timeout=SECONDS, set_as_default=False) as client:
            options = ("--no-nanny", "--nthreads", "2", "--local-directory", str(folder))
            workers = [start("worker", address, *options) for _ in range(2)]
            client.wait_for_workers(2, SECONDS)
            yield Cluster(lab, address, client, workers)


def without_backups(folder: Path, *names: str) -> list[HostSpec]:
    """Hosts whose backup is missing, and goes on until lab/go is there when it is run."""
    program = folder / "backup-db"
    program.write_text(SLOW_BACKUP)
    program.chmod(0o755)
    backup = {"name": "db", "evidence": {"file": "/var/backups/db-*"}, "run": "backup-db"}
    programs, keys = {"backup-db": program}, {"backups": [backup]}
    return [HostSpec(name, Init.SYSTEMD, (Service(Daemon.NTPD),), programs=programs, keys=keys) for name in names]


def but_for_times(told: str, lab: EmbeddedLab) -> str:
    """A document without what differs between two labs at two times."""
    return RUN_AND_TIMES.sub("0", told.replace(str(lab.folder), ""))


def ended(run: "subprocess.Popen[str]", status: int) -> dict[str, Any]:
    """The run's document, when it has ended so."""
    told, said = run.communicate(timeout=SECONDS)
    assert run.returncode == status, said
    return {host["name"]: host for host in json.loads(told)["hosts"]}


def test_a_run_by_workers_tells_the_same_as_one_by_threads(tmp_path: Path) -> None:
    fleet = [server.spec for server in servers(time.time())]
    command = ["post-mainte", "--yes", "--skip", "jobs"]  # what cron makes good for changes from minute to minute
    with EmbeddedLab(fleet) as lab:
        here = but_for_times(fab(*command, "--json", environment=lab.environment()).stdout, lab)
    with EmbeddedLab(fleet) as lab, cluster(lab, tmp_path) as workers:
        told, _ = workers.begin(*command).communicate(timeout=SECONDS)
        there = but_for_times(told, lab)
    assert all(f'"verdict": "{verdict}"' in there for verdict in ("ok", "repaired", "failing", "unreachable"))
    assert there == here


def test_what_a_killed_worker_was_at_is_found_again_and_not_run_again(tmp_path: Path) -> None:
    with EmbeddedLab(without_backups(tmp_path, "slow", "quick")) as lab, cluster(lab, tmp_path) as workers:
        (lab.state("quick").root / "lab/go").touch()
        run = workers.begin("run-backups")
        runs = lab.state("slow").root / "lab/runs"
        wait_until(runs.exists, "the backup was never begun")
        workers.kill_who_is_at("slow")
        hosts = ended(run, 0)
        assert (hosts["slow"]["backups"][0]["state"], hosts["quick"]["backups"][0]["state"]) == ("running", "ran")
        (lab.state("slow").root / "lab/go").touch()
        wait_until((lab.state("slow").root / "var/backups/db-1").exists, "the backup never ended")
        assert runs.read_text().splitlines() == ["one"]


def test_a_repair_that_a_killed_worker_began_is_not_begun_again(tmp_path: Path) -> None:
    host = HostSpec("h", Init.DEBIAN, (Service(Daemon.NTPD),), -THREE_HOURS, hooks={"ntpdate": "sleep 4"})
    with EmbeddedLab([host]) as lab, cluster(lab, tmp_path) as workers:
        run = workers.begin("recover-time")
        wait_until(lambda: lab.state("h").running("ntp") is Running.NO, "the repair never stopped the time service")
        workers.kill_who_is_at("h-")
        assert ended(run, 0)["h"]["verdict"] == "repaired"
        assert sum(call.startswith("ntpdate") for call in lab.state("h").calls) == 1


def test_where_failures_end_the_run_not_the_whole_fleet_is_handed_out_at_once(tmp_path: Path) -> None:
    fleet = [HostSpec(f"h{number}", up=False) for number in range(MOST + 6)]
    with EmbeddedLab(fleet) as lab, cluster(lab, tmp_path) as workers:
        hosts = ended(workers.begin("recover-time", "--max-failures", "0"), 1)
    assert Counter(host["verdict"] for host in hosts.values()) == {"unreachable": MOST, "interrupted": 6}


def test_backups_are_run_by_workers_when_somebody_says_yes(tmp_path: Path) -> None:
    with EmbeddedLab(without_backups(tmp_path, "h")) as lab, cluster(lab, tmp_path) as workers:
        (lab.state("h").root / "lab/go").touch()
        master, slave = pty.openpty()
        os.write(master, b"y\n")
        line = [str(FAB), "post-mainte", "--only", "backups", "--executor", f"dask://{workers.address}"]
        ran = subprocess.run(
            line,
            env=lab.environment() | {"NO_COLOR": "1"},
            cwd=PROJECT,
            stdin=slave,
            stdout=subprocess.PIPE,
            stderr=slave,
            timeout=SECONDS,
            check=False,
        )
        os.close(slave)
        os.close(master)
        assert ran.stdout.decode().splitlines()[1].split()[:2] == ["h", "repaired"]
        assert (lab.state("h").root / "lab/runs").read_text().splitlines() == ["one"]


def test_ctrl_c_takes_everything_back_and_leaves_hosts_safe(tmp_path: Path) -> None:
    host = HostSpec("h", Init.DEBIAN, (Service(Daemon.NTPD),), -THREE_HOURS, hooks={"ntpdate": "sleep 4"})
    with EmbeddedLab([host]) as lab, cluster(lab, tmp_path) as workers:
        run = workers.begin("recover-time")
        wait_until(lambda: lab.state("h").running("ntp") is Running.NO, "the repair never stopped the time service")
        run.send_signal(signal.SIGINT)
        assert ended(run, 130)["h"]["error"] == "interrupted; what was begun on the host ends by itself"
        wait_until(lambda: lab.state("h").running("ntp") is Running.YES, "the time service was left stopped")
        assert not any(workers.client.processing().values())


@pytest.mark.parametrize(
    ("executor", "said"),
    [
        ("dask://127.0.0.1:1", "no Dask scheduler at dask://127.0.0.1:1: "),
        ("10.0.0.1", "--executor takes dask://HOST:PORT, not '10.0.0.1'"),
    ],
)
def test_an_address_at_which_no_scheduler_is_is_said_in_one_line(executor: str, said: str) -> None:
    with EmbeddedLab([HostSpec("web1")]) as lab:
        ran = fab("check-time", "--executor", executor, environment=lab.environment())
    assert ran.stderr.startswith(said)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("options", [("-i", "key"), ("-S", os.devnull), ("-t", "3")], ids=["-i", "-S", "-t"])
def test_what_says_how_to_log_in_does_not_travel_and_is_refused(options: tuple[str, str]) -> None:
    with EmbeddedLab([HostSpec("web1")]) as lab:
        ran = fab(*options, "check-time", "--executor", "dask://127.0.0.1:1", environment=lab.environment())
    assert "leave out -i, -S, -t and what prompts" in ran.stderr
    assert (ran.returncode, ran.stdout) == (2, "")
