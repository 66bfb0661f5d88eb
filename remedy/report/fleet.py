"""The fleet as a table, and as JSON: what hosts.yaml comes to, host by host."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, TextIO

from remedy.inventory import Host
from remedy.report.paper import Paper
from remedy.report.table import Column, print_table

BY_SSH = "as ssh has it"  # what hosts.yaml leaves to ssh_config


def print_fleet(hosts: Sequence[Host], as_json: bool, stream: TextIO | None = None, width: int | None = None) -> None:
    """Print the hosts on `stream` (standard output), each with all that holds for it."""
    stream = stream or sys.stdout
    if as_json:
        print(json.dumps({"schema": 1, "hosts": [_document(host) for host in hosts]}, indent=2), file=stream)
        return
    paper = Paper(stream, width)
    columns = [
        Column("host", [(host.name,) for host in hosts]),
        Column("address", [(_address(host),) for host in hosts]),
        Column("login", [(_login(host),) for host in hosts]),
        Column("groups", [(" ".join(host.groups),) for host in hosts]),
    ]
    if not print_table(paper, columns):
        for host in hosts:
            paper.line(host.name)
            for line in (_address(host), _login(host), " ".join(host.groups)):
                paper.line(f"  {line}")
    paper.line()
    paper.line(f"{len(hosts)} host{'s' if len(hosts) != 1 else ''}")


def _document(host: Host) -> dict[str, Any]:
    """The host with the keys of hosts.yaml, some of which Python keeps for itself."""
    values: dict[str, Any] = asdict(host, dict_factory=lambda pairs: {key.rstrip("_"): value for key, value in pairs})
    del values["hint"]  # for an error's message
    return values


def _address(host: Host) -> str:
    address = f"[{host.address}]" if ":" in host.address and host.port else host.address
    return f"{address}:{host.port}" if host.port else address


def _login(host: Host) -> str:
    parts = [host.user or BY_SSH, "with sudo" if host.sudo else "", f"through {host.jump}" if host.jump else ""]
    return " ".join(part for part in parts if part)
