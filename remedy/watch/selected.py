"""The hosts that -H has watched."""

from collections.abc import Sequence

from remedy.inventory import Fleet, Host
from remedy.warning import warn


def selected(fleet: Fleet, names: Sequence[str]) -> tuple[Host, ...]:
    """See Fleet.select. Who is watched for weeks may have any name; one that looks mistyped is warned of at once."""
    hosts = fleet.select(names)
    for host in hosts:
        if host.hint:
            warn(f"{host.name} is {host.hint}")
    return hosts
