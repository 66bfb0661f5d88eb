"""The fleet itself."""

from typing import TYPE_CHECKING

from tasks.command import fleet_command

if TYPE_CHECKING:
    from remedy.request import Request


@fleet_command(schema="print the JSON Schema of hosts.yaml instead, by which editors complete it and check it")
def hosts(request: "Request", schema: bool = False) -> int:
    """Validate hosts.yaml and list the fleet as selected; connect to no host."""
    from remedy.command import list_hosts, print_schema

    return print_schema() if schema else list_hosts(request)
