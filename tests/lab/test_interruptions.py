"""Whatever ends a repair in the middle: the host finishes it, and its time service runs."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from typed import PROJECT, SECONDS
from waiting import wait_until

from remedy.lab.embedded import Daemon, EmbeddedLab, File, HostSpec, Init, Running, Service
from remedy.run import SETTLE_SECONDS

from .command import fab, started

SLOW = "sleep 0.5"
LONG = 12  # seconds in which another run is sure to come
Interruption = Callable[["subprocess.Popen[bytes]", EmbeddedLab], None]


def cut_the_link(_process: "subprocess.Popen[bytes]", lab: EmbeddedLab) -> None:
    lab.cut("h")


def cut_it_for_a_while(_process: "subprocess.Popen[bytes]", lab: EmbeddedLab) -> None:
    lab.power_off("h")
    threading.Timer(SETTLE_SECONDS + 2, lab.power_on, ["h"]).start()


def press_ctrl_c(process: "subprocess.Popen[bytes]", _lab: EmbeddedLab) -> None:
    process.send_signal(signal.SIGINT)


def kill_fab(process: "subprocess.Popen[bytes]", _lab: EmbeddedLab) -> None:
    process.kill()


@pytest.mark.parametrize(
    ("interrupt", "status"),
    [(cut_the_link, 0), (cut_it_for_a_while, 0), (press_ctrl_c, 130), (kill_fab, -signal.SIGKILL)],
)
def test_the_time_service_is_not_left_stopped(interrupt: Interruption, status: int) -> None:
    host = HostSpec("h", Init.DEBIAN, (Service(Daemon.NTPD),), -10800.0, hooks={"ntpdate": SLOW})
    with EmbeddedLab([host]) as lab:
        state = lab.state("h")
        with started(lab, "recover-time", "--timeout", "30") as process:
            wait_until(lambda: state.running("ntp") is Running.NO, "the repair never stopped the time service")
            interrupt(process, lab)
            assert process.wait(SECONDS) == status
        wait_until(lambda: state.running("ntp") is Running.YES, "the time service was left stopped")
        assert abs(state.offset) < 0.1


BACKUP = """#!/bin/sh
root=${0%/usr/bin/*}
echo "$1" >>"$root/lab/runs"
[ "$1" != a ] || sleep 1
echo made >"$root/var/backups/$1-1"
"""
SETTLING_SOON = """
import remedy.run
from fabric.main import program
remedy.run.SETTLE_SECONDS = 0.2
program.run()
"""
NGINX_IS_SLOW = '[ "$*" != \'nginx start\' ] || { echo >"$LAB/begun"; sleep 2; }'


@contextmanager
def dealt(blow: Callable[[], object], when: Callable[[], bool]) -> Iterator[None]:
    """While the body runs, deal the blow the moment it is so."""

    def deal() -> None:
        wait_until(when, "the moment of the blow never came")
        blow()

    with ThreadPoolExecutor(1) as pool:
        blow_dealt = pool.submit(deal)
        yield
        blow_dealt.result()


def with_nginx(**hooks: str) -> HostSpec:
    services = (Service(Daemon.NTPD), Service("nginx", Running.DEAD))
    return HostSpec("h", Init.DEBIAN, services, -10800.0, hooks=hooks, keys={"services": ["nginx"]})


def test_what_is_planned_behind_a_repair_that_was_lost_sight_of_is_done_too() -> None:
    with EmbeddedLab([with_nginx(ntpdate=SLOW)]) as lab:
        state = lab.state("h")
        with dealt(lambda: lab.cut("h"), lambda: state.running("ntp") is Running.NO):
            ran = fab(lab, "post-mainte", "--only", "clock,timeservice,services", "--timeout", "60")
        assert state.running("nginx") is Running.YES
    assert (ran.status, ran.hosts["h"]["verdict"], ran.hosts["h"]["error"]) == (0, "repaired", None)


def test_backups_behind_one_that_was_lost_sight_of_are_run_too(tmp_path: Path) -> None:
    program = tmp_path / "backup"
    program.write_text(BACKUP)
    program.chmod(0o755)
    backups = [
        {"name": name, "evidence": {"file": f"/var/backups/{name}-*"}, "run": f"backup {name}"} for name in "abc"
    ]
    files = tuple(File(f"var/backups/{name}-0", "all", age=3600) for name in "abc")
    host = HostSpec("h", programs={"backup": program}, files=files, keys={"backups": backups})
    with EmbeddedLab([host]) as lab:
        runs = lab.state("h").root / "lab/runs"
        with dealt(lambda: lab.cut("h"), runs.exists):
            ran = fab(lab, "run-backups", "--all")
        assert runs.read_text().split() == ["a", "b", "c"]
    assert (ran.status, ran.hosts["h"]["verdict"]) == (0, "repaired")


def test_a_host_that_is_gone_after_a_later_repair_is_said_to_be_gone() -> None:
    with (
        EmbeddedLab([with_nginx(service=NGINX_IS_SLOW)]) as lab,
        dealt(lambda: lab.power_off("h"), (lab.state("h").root / "lab/begun").exists),
    ):
        line = [sys.executable, "-c", SETTLING_SOON, "post-mainte", "--only", "clock,timeservice,services", "--json"]
        ran = subprocess.run(
            line, env=lab.environment(), cwd=PROJECT, capture_output=True, timeout=SECONDS, check=False
        )
    (host,) = json.loads(ran.stdout)["hosts"]
    assert (ran.returncode, host["verdict"]) == (1, "failing")
    assert "connection was lost" in host["error"]


def test_two_runs_at_once_repair_a_host_once() -> None:
    host = HostSpec("h", Init.DEBIAN, (Service(Daemon.NTPD),), -10800.0, hooks={"ntpdate": f"sleep {LONG}"})
    with EmbeddedLab([host]) as lab:
        with started(lab, "recover-time", "--quiet") as first:
            state = lab.state("h")
            wait_until(lambda: state.running("ntp") is Running.NO, "the repair never stopped the time service")
            second = fab(lab, "recover-time")
            assert first.wait(SECONDS) == 0
        assert (second.status, second.hosts["h"]["verdict"]) == (0, "repaired")
        assert [step["output"] for step in second.hosts["h"]["steps"]] == ["it has ended: the host is looked at again"]
        assert sum(call.startswith("ntpdate") for call in state.calls) == 1


def test_a_deadline_that_strikes_in_a_repair_names_the_step() -> None:
    host = HostSpec("h", Init.DEBIAN, (Service(Daemon.NTPD),), -10800.0, hooks={"ntpdate": "sleep 20"})
    with EmbeddedLab([host]) as lab:
        ran = fab(lab, "recover-time", "--timeout", "4")
    assert ran.status == 1
    assert ran.hosts["h"]["error"].startswith("host deadline: the repair did not end at ntpdate")
    assert ran.hosts["h"]["error"].endswith("within 4 s")
