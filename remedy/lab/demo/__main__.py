"""Plays the demo."""

import signal
import sys
import time
from types import FrameType

from rich.console import Console

from remedy.lab.demo.servers import servers
from remedy.lab.demo.story import Demo
from remedy.lab.embedded import EmbeddedLab, LabError


def main() -> int:
    """Play the demo; 0 if the morning was put right."""
    console = Console(soft_wrap=False)
    fleet = servers(time.time())
    try:
        with EmbeddedLab([server.spec for server in fleet]) as lab:
            return 0 if Demo(lab, fleet, console).play() else 1
    except LabError as error:
        console.print(f"demo: {error}", highlight=False)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main())
