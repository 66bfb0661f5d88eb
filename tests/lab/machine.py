"""A host of the lab without its SSH server: its commands, run one by one under a given shell."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from remedy.lab.embedded.state import HostState


@dataclass(frozen=True)
class Said:
    """What a command printed, on both outputs, and how it ended."""

    text: str
    status: int


@dataclass(frozen=True)
class Machine:
    """A host of the lab without its SSH server."""

    state: HostState
    shell: list[str]

    def run(self, command: str, *arguments: str, stdin: str = "") -> Said:
        root = self.state.root
        ran = subprocess.run(
            [*self.shell, str(root / command if "/" in command else root / "bin" / command), *arguments],
            input=stdin.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"PATH": f"{root}/bin", "REMEDY_ROOT": str(root), "TZ": "UTC"},
            timeout=20,
            check=False,
        )
        return Said(ran.stdout.decode(), ran.returncode)


MakeMachine = Callable[..., Machine]
