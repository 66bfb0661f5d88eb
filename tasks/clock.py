"""The clock and the time service."""

from typing import TYPE_CHECKING

from tasks.command import ROLLING, fleet_command, rolled

if TYPE_CHECKING:
    from remedy.request import Request


@fleet_command()
def check_time(request: "Request") -> int:
    """Tell each host's offset and time service; change nothing."""
    from remedy.command import check
    from remedy.topics import TIME

    return check(request, *TIME)


@fleet_command(
    dry_run="print the commands that would be run, and run none",
    allow_backward="set a clock back even by more than 1 s (databases and mail servers suffer from that)",
    **ROLLING,
)
def recover_time(
    request: "Request",
    dry_run: bool = False,
    allow_backward: bool = False,
    rolling: str = "",
    max_failures: str = "",
) -> int:
    """Put clock and time service right; do nothing where nothing is wrong."""
    from remedy.command import recover

    request = rolled(request, rolling, max_failures)
    return recover(request, dry_run=dry_run, allow_backward=allow_backward)
