"""Plays the demo."""

import signal
import socket
import sys
import time
from types import FrameType

from rich.console import Console

from remedy.lab.demo.circle import circle
from remedy.lab.demo.servers import servers
from remedy.lab.demo.stage import Stage, StoryError
from remedy.lab.demo.story import morning
from remedy.lab.embedded import EmbeddedLab, LabError
from remedy.lab.mailserver import MailServer


def main() -> int:
    """Play the demo; 0 if the morning was put right, and the monitor closed the circle."""
    console = Console(soft_wrap=False)
    fleet = servers(time.time())
    try:
        with EmbeddedLab([server.spec for server in fleet]) as lab:
            stage = Stage(lab, fleet, console)
            with MailServer(socket.create_server(("127.0.0.1", 0))) as mail_server:
                return 0 if morning(stage) and circle(stage, mail_server) else 1
    except (LabError, StoryError) as error:
        console.print(f"demo: {error}", highlight=False)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main())
