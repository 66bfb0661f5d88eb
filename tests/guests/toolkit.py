"""The toolkit as a user runs it, in the world of a lab: fab as a process of its own."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from typed import PROJECT

from remedy.lab.guests.lab import Lab

PAUSE = 3 * 3600.0  # seconds that the provider takes for its maintenance
SECONDS = 240  # no run may take longer


@dataclass(frozen=True)
class Ran:
    """How a command ended: its exit status, its JSON document, and what it said beside."""

    status: int
    document: dict[str, Any] = field(repr=False)
    said: str

    def host(self, name: str) -> dict[str, Any]:
        """What the document has on that host."""
        found: dict[str, Any] = next(host for host in self.document["hosts"] if host["name"] == name)
        return found

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdicts by the hosts' names."""
        return {host["name"]: host["verdict"] for host in self.document["hosts"]}

    def ran(self, name: str, command: str) -> bool:
        """Whether a command that begins so was run on that host."""
        return any(step["command"].startswith(command) for step in self.host(name)["steps"])


def fab(lab: Lab, command: str, hosts: Sequence[str], *options: str) -> Ran:
    """Run one command on these hosts of the lab, to its end."""
    return end(start(lab, command, hosts, *options))


def start(lab: Lab, command: str, hosts: Sequence[str], *options: str) -> "subprocess.Popen[str]":
    """Start a command on these hosts of the lab."""
    line = [sys.executable, "-m", "fabric", "-H", ",".join(hosts), command, "--json", *options]
    pipe = subprocess.PIPE
    return lab.start(*line, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe)


def end(process: "subprocess.Popen[str]") -> Ran:
    """Wait for a command that was started."""
    try:
        output, said = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        _, said = process.communicate()
        raise AssertionError(f"fab is still at it after {SECONDS} s; it said:\n{said}") from None
    return Ran(process.returncode, json.loads(output) if output.strip() else {"hosts": []}, said)
