"""`make demo`: the morning after a pause of three hours, on throwaway hosts on this machine, put right by real runs."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.table import Table

from remedy.lab.embedded import Daemon, EmbeddedLab, HostSpec, Init, LabError, Running, Service
from remedy.report.words import Offset

ROOT = Path(__file__).parents[2]
FAB = Path(sys.executable).with_name("fab")
PAUSE = 3 * 3600.0
SMALL = 0.5  # seconds: what is left to the daemon
PATIENCE = 20.0  # seconds that an interrupted command may take to leave its hosts safe


@dataclass(frozen=True)
class Server:
    """A host of the demo, and its story; `is_fine`: nobody is to touch it."""

    spec: HostSpec
    system: str
    story: str
    is_fine: bool = False


def _server(
    name: str, system: str, init: Init, service: Service, offset: float, story: str, *, is_fine: bool = False
) -> Server:
    spec = HostSpec(
        name,
        init,
        (service,),
        offset,
        rtc=0.0 if init is not Init.OPENRC else None,
        believed=-offset - 8.0 if service.daemon is Daemon.CHRONYD and not is_fine else 0.0,
        up=name != LATE,
    )
    return Server(spec, system, story, is_fine)


AHEAD, LATE = "mail1", "late1"
DEAD_AND_FORGOTTEN = Service(Daemon.NTPD, Running.DEAD, enabled=False)
SERVERS = (
    _server("web1", "SysV, ntpd", Init.REDHAT, DEAD_AND_FORGOTTEN, -PAUSE, "ntpd died of it, and is not at boot"),
    _server("web2", "SysV, ntpd", Init.DEBIAN, Service(Daemon.NTPD), -PAUSE, "ntpd lives on, sure of its time"),
    _server("db1", "systemd, chrony", Init.SYSTEMD, Service(Daemon.CHRONYD), -PAUSE, "chrony slews: 36 h to go"),
    _server("old1", "OpenRC, busybox", Init.OPENRC, Service(Daemon.BUSYBOX, enabled=False), -PAUSE, "not at boot"),
    _server(AHEAD, "systemd, openntpd", Init.SYSTEMD, Service(Daemon.OPENNTPD), 3600.0, "somebody mistook the zone"),
    _server(LATE, "systemd, ntpsec", Init.SYSTEMD, Service(Daemon.NTPSEC, Running.DEAD), -PAUSE, "not back yet"),
    _server("cache1", "systemd", Init.SYSTEMD, Service(Daemon.TIMESYNCD), -0.2, "its daemon's business", is_fine=True),
    _server("app1", "systemd, chrony", Init.SYSTEMD, Service(Daemon.CHRONYD), 0.0, "all right", is_fine=True),
)


class Demo:
    """The story, told on `console`."""

    def __init__(self, lab: EmbeddedLab, console: Console) -> None:
        self._lab, self._console = lab, console

    def play(self) -> bool:
        """Show the morning and put it right; tell whether it is."""
        self._introduce()
        self._fab("check-time")
        self._fab("recover-time")
        self._lab.power_on(LATE)
        self._say(f"{LATE} is back now, and the owner of {AHEAD} agrees to set its clock back:")
        self._fab("recover-time", "--allow-backward", "-H", f"{AHEAD},{LATE}")
        is_said_to_be = self._fab("check-time") == 0
        return self._look() and is_said_to_be

    def _introduce(self) -> None:
        self._say(
            f"{len(SERVERS)} servers, as a provider's maintenance of three hours left them this morning. They are SSH"
            " servers on 127.0.0.1, with stand-ins for clock and time service: nothing of this machine is touched."
        )
        table = Table("server", "what it runs", "clock", "", box=None, pad_edge=False, header_style="bold")
        for server in SERVERS:
            table.add_row(server.spec.name, server.system, _words(server.spec.offset), server.story)
        self._console.print(table)

    def _fab(self, *arguments: str) -> int:
        """Run a command as a user would, show how it ended and return that."""
        self._console.print(f"\n[bold]$ fab {' '.join(arguments)}[/]", highlight=False)
        status = _run([str(FAB), *arguments], self._lab.environment())
        self._console.print(f"exit status {status}", style="dim", highlight=False)
        return status

    def _look(self) -> bool:
        """Look at the truth about each server, which is not the tool's word."""
        wrong = [f"{server.spec.name}: {what}" for server in SERVERS for what in self._wrong(server)]
        self._say("What the lab itself knows of its servers:" if wrong else "The lab itself says: all are right.")
        for line in wrong:
            self._console.print(f"  {line}", style="red", highlight=False)
        return not wrong

    def _wrong(self, server: Server) -> list[str]:
        state = self._lab.state(server.spec.name)
        service = next(iter(state.services))
        found = {
            f"the clock is off by {state.offset:+.3f} s": abs(state.offset) < SMALL,
            f"{service} does not run": state.running(service) is Running.YES,
            f"{service} does not start at boot": state.enabled(service),
            f"it was not to be touched: {', '.join(state.calls)}": not (server.is_fine and state.calls),
        }
        return [what for what, is_right in found.items() if not is_right]

    def _say(self, text: str) -> None:
        self._console.print(f"\n{text}\n", highlight=False)


def _words(offset: float) -> str:
    return Offset(offset, 0.0).words if offset else "right"


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command to its end, also after Ctrl-C, which it gets as well."""
    with subprocess.Popen(command, env=environment, cwd=ROOT) as process:
        try:
            return process.wait()
        except BaseException:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
            raise


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main() -> int:
    """Play the demo; 0 if the morning was put right."""
    console = Console(soft_wrap=False)
    try:
        with EmbeddedLab([server.spec for server in SERVERS]) as lab:
            return 0 if Demo(lab, console).play() else 1
    except LabError as error:
        console.print(f"demo: {error}", highlight=False)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main())
