"""The monitor."""

from typing import TYPE_CHECKING

from remedy.errors import UsageError
from tasks.command import fleet_command

if TYPE_CHECKING:
    from remedy.command import Request


@fleet_command(
    once="make one round and end, for cron or a timer; what was seen is carried over to the next",
    install_unit="write a systemd unit that runs this command, and say how to enable it",
)
def watch(request: "Request", once: bool = False, install_unit: bool = False) -> int:
    """Watch SSH ports, sites and clocks until stopped; tell what is down, back or jumped."""
    if request.as_json:
        raise UsageError("fab watch prints no JSON; `fab history --json` has what it ran")
    if request.executor:
        raise UsageError("fab watch looks from this machine alone: leave --executor out")
    if install_unit:
        from remedy.watch.unit import install

        return install(request)
    from remedy.watch.watch import watch, watch_once

    return watch_once(request) if once else watch(request)
