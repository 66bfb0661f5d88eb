"""Hosts that say nothing keep no others waiting."""

import signal

from waiting import PATIENCE, wait_until

from remedy.lab.embedded import Daemon, EmbeddedLab, HostSpec, Init, Service

from .command import started

SILENT = [HostSpec(f"silent{number}", silent=True) for number in (1, 2, 3)]
WEB = HostSpec("web1", Init.SYSTEMD, (Service(Daemon.CHRONYD),), -10800.0)


def test_a_host_behind_silent_ones_is_put_right_while_they_are_waited_for() -> None:
    with (
        EmbeddedLab([*SILENT, WEB]) as lab,
        started(lab, "-t", str(round(2 * PATIENCE)), "recover-time", "--parallel", "1") as process,
    ):
        wait_until(lambda: abs(lab.state("web1").offset) < 1, "it waits for those that are silent")
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
