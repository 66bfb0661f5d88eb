"""Where the demo is played: its servers, commands as a user types them, and the truth about the servers."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from remedy.lab.demo.servers import Server
from remedy.lab.embedded import EmbeddedLab, Running

ROOT = Path(__file__).parents[3]
FAB = Path(sys.executable).with_name("fab")
SMALL = 0.5  # seconds: what is left to the daemon
PATIENCE = 20.0  # seconds that an interrupted command may take to leave its hosts safe


class StoryError(Exception):
    """What the story tells did not happen."""


class Stage:
    """The servers in their lab, and the console on which their story is told."""

    def __init__(self, lab: EmbeddedLab, servers: Sequence[Server], console: Console) -> None:
        self.lab, self.servers, self.console = lab, servers, console

    def say(self, text: str) -> None:
        """Tell what happens next."""
        self.console.print(f"\n{text}", highlight=False)

    def show(self, text: str, style: str) -> None:
        """Show a text as it is, indented."""
        shown = Text(textwrap.indent(text.rstrip(), "    "), style)
        self.console.print(shown, soft_wrap=True)

    def fab(self, *arguments: str, pasted: str = "") -> int:
        """Run a command as a user would, show how it ended and return that; `pasted` is its standard input."""
        self.show_command(arguments, "xclip -o | " if pasted else "")
        status = self._run([str(FAB), *arguments], pasted)
        self.console.print(f"exit status {status}", style="dim", highlight=False)
        return status

    def show_command(self, arguments: Sequence[str], before: str = "") -> None:
        """Show a command as a user types it."""
        self.console.print(f"[bold]$ {before}fab {' '.join(arguments)}[/]", highlight=False)

    def is_right(self) -> bool:
        """Look at the truth about each server, which is not the tool's word, and tell it."""
        wrong = [f"{server.spec.name}: {what}" for server in self.servers for what in self._wrong(server)]
        self.say("What the lab itself knows of its servers:" if wrong else "The lab itself says: all are right.")
        for line in wrong:
            self.console.print(f"  {line}", style="red", highlight=False)
        return not wrong

    def _wrong(self, server: Server) -> Iterator[str]:
        state = self.lab.state(server.spec.name)
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

    def _run(self, command: Sequence[str], pasted: str) -> int:
        """Run a command to its end, also after Ctrl-C, which it gets as well; there is nobody whom it could ask."""
        with subprocess.Popen(
            command, env=self.lab.environment(), cwd=ROOT, stdin=subprocess.PIPE, text=True
        ) as process:
            try:
                process.communicate(pasted)
            except BaseException:
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
                raise
            return process.returncode
