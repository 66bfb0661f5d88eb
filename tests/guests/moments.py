"""The moments of a repair at which something may break, as the guest itself sees them."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import Enum

from .host import Host, until

SERVICE = "pgrep -x 'ntpd|chronyd|systemd-timesyn' >/dev/null"
REPAIR = "ls -d /run/post-mainte.* >/dev/null 2>&1"
TOOL = "pgrep -f '[n]tpdate -b|[n]tpd -g|[n]tpd -n -q' >/dev/null"
STEPPED = "[ $(date +%s) -gt {later} ]"
HALF_THE_PAUSE = 5400  # seconds
LOOKS, PAUSE = 1200, 0.05  # at most so many; seconds between them


class Moment(Enum):
    """A moment, by the shell condition that tells that it has come."""

    LOGGED_IN = "[ $(pgrep -fc '[s]shd: root@notty') -gt 1 ]"  # one is the lab's own
    BEGUN = REPAIR  # where the daemon steps the clock itself, nothing is stopped, and no tool is to be seen for long
    STOPPED = f"! {SERVICE}"
    STEPPING = TOOL
    STEPPED = STEPPED
    STARTED = f"{STEPPED} && {SERVICE}"
    BACKUP = "pgrep -fx '/bin/sh /var/tmp/nightly' >/dev/null"


@contextmanager
def struck(moments: Mapping[Host, Moment], blow: Callable[[Host], None]) -> Iterator[None]:
    """While the body runs, deal each host the blow at its moment; AssertionError if a moment does not come."""
    with ThreadPoolExecutor(len(moments)) as pool:
        watches = dict(zip(moments, pool.map(_watch, moments, moments.values()), strict=True))

        def strike(host: Host) -> None:
            assert watches[host].wait() == 0, f"{host.name} never came to the moment {moments[host].name}"
            blow(host)

        strikes = [pool.submit(strike, host) for host in moments]
        yield
        for done in strikes:
            done.result()


def _watch(host: Host, moment: Moment) -> "subprocess.Popen[str]":
    """A process that ends when the moment has come; it watches already."""
    condition = moment.value.format(later=int(host.date) + HALF_THE_PAUSE)
    line = [*host.lab.ssh_command(host.name), f"echo watching\n{until(condition, LOOKS, PAUSE)}"]
    watch = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert watch.stdout
    assert watch.stdout.readline() == "watching\n"
    return watch
