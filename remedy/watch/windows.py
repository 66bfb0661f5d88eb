"""Which maintenance was announced."""

from remedy.inventory import Fleet
from remedy.watch.model import Window


def announced(fleet: Fleet) -> tuple[Window, ...]:
    """The windows of hosts.yaml, with the hosts that they are about."""
    return tuple(
        Window(_hosts(fleet, window.hosts), window.from_.timestamp(), window.to.timestamp())
        for window in fleet.maintenance
    )


def _hosts(fleet: Fleet, names: tuple[str, ...]) -> frozenset[str]:
    if not names:
        return frozenset(fleet.hosts)
    return frozenset(host for name in names for host in fleet.groups.get(name, (name,)))
