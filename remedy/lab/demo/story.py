"""The story that the demo tells: real runs of fab, and what the lab itself says of the servers afterwards."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from remedy.lab.demo.servers import AHEAD, LATE, Server
from remedy.lab.embedded import EmbeddedLab, Running

ROOT = Path(__file__).parents[3]
FAB = Path(sys.executable).with_name("fab")
SMALL = 0.5  # seconds: what is left to the daemon
PATIENCE = 20.0  # seconds that an interrupted command may take to leave its hosts safe


class Demo:
    """The story, told on `console`."""

    def __init__(self, lab: EmbeddedLab, servers: Sequence[Server], console: Console) -> None:
        self._lab, self._servers, self._console = lab, servers, console

    def play(self) -> bool:
        """Show the morning and put it right; tell whether it is."""
        self._introduce()
        self._say("Which cron jobs fell into the gap, and which of them does cron make good for by itself?")
        self._fab("check-jobs", "-H", "web2,db1")
        self._say("Put everything right:")
        self._fab("post-mainte")
        self._lab.power_on(LATE)
        self._say(f"{LATE} is back now; {AHEAD}'s clock may be set back, and backups may be run. Only what is left:")
        self._fab("post-mainte", "--resume", "last", "--allow-backward", "--yes")
        self._say("And once more, which changes nothing:")
        is_said_to_be = self._fab("post-mainte", "--yes") == 0
        return self._look() and is_said_to_be

    def _introduce(self) -> None:
        self._say(
            f"{len(self._servers)} servers, as a provider's maintenance of three hours left them this morning. They"
            " are SSH servers on 127.0.0.1, with stand-ins for clock, services and cron: nothing of this machine is"
            " touched."
        )
        table = Table("server", "what it runs", "clock", "", box=None, pad_edge=False, header_style="bold")
        for server in self._servers:
            table.add_row(server.spec.name, server.system, server.clock, server.story)
        self._console.print("", table, sep="\n")

    def _fab(self, *arguments: str) -> int:
        """Run a command as a user would, show how it ended and return that."""
        self._console.print(f"[bold]$ fab {' '.join(arguments)}[/]", highlight=False)
        status = _run([str(FAB), *arguments], self._lab.environment())
        self._console.print(f"exit status {status}", style="dim", highlight=False)
        return status

    def _look(self) -> bool:
        """Look at the truth about each server, which is not the tool's word."""
        wrong = [f"{server.spec.name}: {what}" for server in self._servers for what in self._wrong(server)]
        self._say("What the lab itself knows of its servers:" if wrong else "The lab itself says: all are right.")
        for line in wrong:
            self._console.print(f"  {line}", style="red", highlight=False)
        return not wrong

    def _wrong(self, server: Server) -> Iterator[str]:
        state = self._lab.state(server.spec.name)
        time_service = state.services[0]
        if abs(state.offset) >= SMALL:
            yield f"the clock is off by {state.offset:+.3f} s"
        yield from (f"{name} does not run" for name in state.services if state.running(name) is not Running.YES)
        if not state.enabled(time_service):
            yield f"{time_service} does not start at boot"
        if server.is_fine and state.calls:
            yield f"it was not to be touched: {', '.join(state.calls)}"
        for backup in server.backups:
            if (times := state.calls.count(backup)) != 1:
                yield f"{backup} ran {times} times"
        if "mailq" in server.spec.programs and "postqueue -f" not in state.calls:
            yield "mail still waits"

    def _say(self, text: str) -> None:
        self._console.print(f"\n{text}", highlight=False)


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command to its end, also after Ctrl-C, which it gets as well; there is nobody whom it could ask."""
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdin=subprocess.DEVNULL) as process:
        try:
            return process.wait()
        except BaseException:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
