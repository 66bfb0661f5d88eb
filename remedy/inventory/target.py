"""Where SSH goes, as people type it: [USER@]ADDRESS[:PORT]."""

from dataclasses import dataclass

from remedy.inventory.address import split_server
from remedy.inventory.kind import Kind, one_line
from remedy.inventory.kinds import ADDRESS, USER


@dataclass(frozen=True)
class Target:
    """A host to reach; None where ssh_config or a default decides."""

    user: str | None
    address: str
    port: int | None

    def __str__(self) -> str:
        address = f"[{self.address}]" if ":" in self.address else self.address
        return (f"{self.user}@" if self.user else "") + address + (f":{self.port}" if self.port else "")


def parse_target(text: str) -> Target:
    """[USER@]ADDRESS[:PORT], IPv6 in brackets or bare; ValueError if it isn't."""
    user, at, rest = text.rpartition("@")
    address, port = split_server(rest)
    return Target(USER(user) if at else None, ADDRESS(address), port)


def _jump(value: object) -> str:
    text = one_line(value)
    if text != "none":
        for hop in text.split(","):
            parse_target(hop)
    return text


JUMP = Kind(
    "a jump host as [USER@]HOST[:PORT], several with commas, or none", _jump, {"type": "string", "minLength": 1}
)
