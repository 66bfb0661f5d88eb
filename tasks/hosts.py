"""The fleet itself."""

from typing import TYPE_CHECKING

from tasks.command import fleet_command

if TYPE_CHECKING:
    from remedy.command import Request


@fleet_command()
def hosts(request: "Request") -> int:
    """Validate hosts.yaml and list the fleet as selected; connect to no host."""
    from remedy.command import list_hosts

    return list_hosts(request)
