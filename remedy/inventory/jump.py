"""Jump hosts that are hosts of the fleet themselves."""

from collections.abc import Mapping
from dataclasses import replace

from remedy.inventory.document import Document
from remedy.inventory.host import Host
from remedy.inventory.select import Target, parse_target


def straighten(hosts: Mapping[str, Host], document: Document) -> dict[str, Host]:
    """The hosts with names of the fleet in `jump` turned into addresses, and `none` into None."""
    for host in hosts.values():
        if host.name in {hop.address for hop in _hops(host)}:
            text = f"{host.name} would be reached through itself; write jump: none for it"
            document.complain(("hosts", host.name), text, of_key=True)
    return {name: replace(host, jump=_jump(host, hosts)) for name, host in hosts.items()}


def _hops(host: Host) -> list[Target]:
    return [] if host.jump in (None, "none") else [parse_target(hop) for hop in host.jump.split(",")]


def _jump(host: Host, hosts: Mapping[str, Host]) -> str | None:
    return ",".join(str(_addressed(hop, hosts.get(hop.address))) for hop in _hops(host)) or None


def _addressed(hop: Target, known: Host | None) -> Target:
    if known is None:
        return hop
    return Target(hop.user or known.user, known.address, hop.port or known.port)
