"""The moments of a repair at which something may break, as the guest itself sees them."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import Enum

from .host import Host

SERVICE = "pgrep -x 'ntpd|chronyd|systemd-timesyn' >/dev/null"
TOOL = "pgrep -f '[n]tpdate -b|[n]tpd -g|[n]tpd -n -q|[c]hronyc' >/dev/null"
STEPPED = "[ $(date +%s) -gt {later} ]"
HALF_THE_PAUSE = 5400  # seconds
WATCH = """
looks=0
until {condition}; do
    looks=$((looks + 1))
    [ "$looks" -lt 600 ] || exit 1
    sleep 0.05
done
"""


class Moment(Enum):
    """A moment, by the shell condition that tells that it has come."""

    LOGGED_IN = "[ $(pgrep -fc '[s]shd: root@notty') -gt 1 ]"  # one is the lab's own
    STOPPED = f"! {SERVICE}"
    STEPPING = TOOL
    STEPPED = STEPPED
    STARTED = f"{STEPPED} && {SERVICE}"
    BACKUP = "pgrep -fx '/bin/sh /var/tmp/nightly' >/dev/null"


@contextmanager
def struck(moments: Mapping[Host, Moment], blow: Callable[[Host], None]) -> Iterator[None]:
    """While the body runs, deal each host the blow at its moment; LabError if a moment does not come."""

    def strike(host: Host, moment: Moment) -> None:
        later = int(host.date) + HALF_THE_PAUSE
        host.run(WATCH.format(condition=moment.value.format(later=later)))
        blow(host)

    with ThreadPoolExecutor(len(moments)) as pool:
        strikes = [pool.submit(strike, host, moment) for host, moment in moments.items()]
        yield
        for done in strikes:
            done.result()
