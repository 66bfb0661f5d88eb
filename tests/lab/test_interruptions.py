"""Whatever ends a repair in the middle: the host finishes it, and its time service runs."""

import signal
import subprocess
import threading
from collections.abc import Callable

import pytest
from typed import FAB, PROJECT, SECONDS
from waiting import wait_until

from remedy.lab.embedded import Daemon, EmbeddedLab, HostSpec, Init, Running, Service
from remedy.run import SETTLE_SECONDS

from .command import fab

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
        with subprocess.Popen(
            [str(FAB), "recover-time", "--timeout", "30"],
            env=lab.environment(),
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            wait_until(lambda: state.running("ntp") is Running.NO, "the repair never stopped the time service")
            interrupt(process, lab)
            assert process.wait(SECONDS) == status
        wait_until(lambda: state.running("ntp") is Running.YES, "the time service was left stopped")
        assert abs(state.offset) < 0.1


def test_two_runs_at_once_repair_a_host_once() -> None:
    host = HostSpec("h", Init.DEBIAN, (Service(Daemon.NTPD),), -10800.0, hooks={"ntpdate": f"sleep {LONG}"})
    with EmbeddedLab([host]) as lab:
        with subprocess.Popen(
            [str(FAB), "recover-time", "--quiet"],
            env=lab.environment(),
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
        ) as first:
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
