"""Jump hosts that are hosts of the fleet themselves."""

from collections.abc import Mapping
from dataclasses import replace

from remedy.inventory.document import Document
from remedy.inventory.host import Host
from remedy.inventory.target import Target, parse_target


def straighten(host: Host, hosts: Mapping[str, Host]) -> Host:
    """The host, with names of the fleet in its `jump` turned into addresses, and `none` into None."""
    return replace(host, jump=",".join(str(_addressed(hop, hosts.get(hop.address))) for hop in _hops(host)) or None)


def refuse_circles(hosts: Mapping[str, Host], document: Document) -> None:
    """Complain about hosts that would be reached through themselves."""
    for host in hosts.values():
        if host.name in {hop.address for hop in _hops(host)}:
            text = f"{host.name} would be reached through itself; write jump: none for it"
            document.complain(("hosts", host.name), text, of_key=True)


def _hops(host: Host) -> list[Target]:
    return [] if host.jump in (None, "none") else [parse_target(hop) for hop in host.jump.split(",")]


def _addressed(hop: Target, known: Host | None) -> Target:
    if known is None:
        return hop
    return Target(hop.user or known.user, known.address, hop.port or known.port)
