"""The clock and the time service."""

from typing import TYPE_CHECKING

from tasks.command import fleet_command

if TYPE_CHECKING:
    from remedy.command import Request


@fleet_command()
def check_time(request: "Request") -> int:
    """Tell each host's offset and time service; change nothing."""
    from remedy.command import check

    return check(request, "clock", "timeservice")


@fleet_command(
    dry_run="print the commands that would be run, and run none",
    allow_backward="set a clock back even by more than 1 s (databases and mail servers suffer from that)",
)
def recover_time(request: "Request", dry_run: bool = False, allow_backward: bool = False) -> int:
    """Put clock and time service right; do nothing where nothing is wrong."""
    from remedy.command import recover

    return recover(request, dry_run=dry_run, allow_backward=allow_backward)
