"""The monitor."""

from typing import TYPE_CHECKING

from remedy.errors import UsageError
from tasks.command import fleet_command

if TYPE_CHECKING:
    from remedy.request import Request


@fleet_command(
    once="make one round and end, for cron or a timer; what was seen is carried over to the next",
    install_unit="write a systemd unit that runs this command, as it was typed, and say how to enable it",
    listen="ADDRESS:PORT: serve a status page, /metrics and /healthz there; but for 127.0.0.1 and [::1] that takes a "
    "token in $POST_MAINTE_WATCH_TOKEN",
)
def watch(request: "Request", once: bool = False, install_unit: bool = False, listen: str = "") -> int:
    """Watch SSH ports, sites and clocks until stopped; tell what is down, back or jumped."""
    if request.as_json:
        raise UsageError("fab watch prints no JSON; `fab history --json` has what it ran")
    if request.executor:
        raise UsageError("fab watch looks from this machine alone: leave --executor out")
    if once and listen:
        raise UsageError("--once ends after one round, so nobody could read what it serves: leave --listen out")
    if once and install_unit:
        raise UsageError("--install-unit writes a unit that runs until it is stopped: leave --once out")
    if install_unit:
        from remedy.watch.unit import install

        return install(request, listen)
    from remedy.watch.watch import watch, watch_once

    return watch_once(request) if once else watch(request, listen)
