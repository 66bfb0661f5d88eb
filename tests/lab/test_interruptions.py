"""Whatever ends a repair in the middle: the host finishes it, and its time service runs."""

import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from remedy.lab.embedded import Daemon, EmbeddedLab, HostSpec, Init, Running, Service

from .command import FAB, ROOT, SECONDS

SLOW = "sleep 0.5"
Interruption = Callable[["subprocess.Popen[bytes]", EmbeddedLab], None]


def cut_the_link(_fab: "subprocess.Popen[bytes]", lab: EmbeddedLab) -> None:
    lab.cut("h")


def press_ctrl_c(fab: "subprocess.Popen[bytes]", _lab: EmbeddedLab) -> None:
    fab.send_signal(signal.SIGINT)


def kill_fab(fab: "subprocess.Popen[bytes]", _lab: EmbeddedLab) -> None:
    fab.kill()


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("interrupt", "status"),
    [(cut_the_link, 0), (press_ctrl_c, 130), (kill_fab, -signal.SIGKILL)],
)
def test_the_time_service_is_not_left_stopped(interrupt: Interruption, status: int) -> None:
    host = HostSpec("h", Init.DEBIAN, (Service(Daemon.NTPD),), -10800.0, hooks={"ntpdate": SLOW})
    with EmbeddedLab([host]) as lab:
        state = lab.state("h")
        with subprocess.Popen(
            [str(FAB), "recover-time", "--timeout", "30"],
            env=lab.environment(),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as fab:
            wait_until(lambda: state.running("ntp") is Running.NO, "the repair never stopped the time service")
            interrupt(fab, lab)
            assert fab.wait(SECONDS) == status
        wait_until(lambda: state.running("ntp") is Running.YES, "the time service was left stopped")
        assert abs(state.offset) < 0.1
