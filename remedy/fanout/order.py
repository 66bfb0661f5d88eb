"""The order in which hosts are begun with: those that share a hypervisor or a jump host are far from each other."""

from collections import Counter
from collections.abc import Callable, Sequence

from remedy.inventory.host import Host


def interleaved(hosts: Sequence[Host]) -> tuple[Host, ...]:
    """Given hosts, return them so that each hypervisor's are spread evenly over the whole, and then each jump host's.

    Of several that could be next, the first of `hosts` is. Hosts of which nothing is said are spread like a group.
    """
    return _spread(_spread(hosts, lambda host: host.jump), lambda host: host.hypervisor)


def _spread(hosts: Sequence[Host], group: Callable[[Host], str | None]) -> tuple[Host, ...]:
    """The i-th of a group's n hosts has its place at (i + 1/2) / n of the way."""
    sizes, seen = Counter(map(group, hosts)), Counter[str | None]()
    places = []
    for host in hosts:
        name = group(host)
        places.append((seen[name] + 0.5) / sizes[name])
        seen[name] += 1
    return tuple(host for _, host in sorted(zip(places, hosts, strict=True), key=lambda pair: pair[0]))
