"""Which hosts a command means: the names that -H gives."""

from collections.abc import Sequence
from dataclasses import replace

from remedy.errors import UsageError
from remedy.inventory.address import is_ip
from remedy.inventory.fleet import Fleet
from remedy.inventory.host import Host
from remedy.inventory.kind import shown
from remedy.inventory.lists import nearest
from remedy.inventory.target import parse_target

EXPECTED = "expected a host or a group of hosts.yaml, or an address as [USER@]HOST[:PORT], IPv6 as [2001:db8::1]:22"


def select(fleet: Fleet, names: Sequence[str]) -> tuple[Host, ...]:
    """See Fleet.select."""
    if not names:
        return tuple(fleet.hosts.values())
    chosen: dict[str, Host] = {}
    troubles = []
    for name in (name.strip() for name in names):
        try:
            chosen |= {host.name: host for host in _named(fleet, name)}
        except UsageError as error:
            troubles.append(str(error))
    if troubles:
        raise UsageError("\n".join(troubles))
    return tuple(chosen.values())


def _named(fleet: Fleet, name: str) -> list[Host]:
    if name in fleet.groups:
        if not fleet.groups[name]:
            raise UsageError(f"the group {name} has no hosts")
        return [fleet.hosts[member] for member in fleet.groups[name]]
    return [fleet.hosts[name] if name in fleet.hosts else _addressed(fleet, name)]


def _addressed(fleet: Fleet, name: str) -> Host:
    """A host reached at an address; one of the fleet with another user or port keeps the rest of its keys."""
    try:
        target = parse_target(name)
    except ValueError:
        raise UsageError(f"{shown(name)} is no host: {EXPECTED}") from None
    known = fleet.hosts.get(target.address)
    host = replace(known or fleet.defaults, name=name)
    if known is None:
        host = replace(host, address=target.address, hint=_hint(fleet, target.address))
    return replace(host, user=target.user or host.user, port=target.port or host.port)


def _hint(fleet: Fleet, address: str) -> str:
    near = None if is_ip(address) else nearest(address, [*fleet.hosts, *fleet.groups])
    return f"not in hosts.yaml; did you mean {near}?" if near else ""
