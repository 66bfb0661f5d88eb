"""The world's time servers: `python -m remedy.lab.guests.timeserver ADDRESS...`, until it is killed."""

import signal
import sys
from contextlib import ExitStack

from remedy.lab.ntpserver import NTPServer

NTP_PORT = 123


def main(addresses: list[str]) -> None:
    """Serve NTP on each address, by the clock that this process sees."""
    with ExitStack() as servers:
        for address in addresses:
            servers.enter_context(NTPServer(address=address, port=NTP_PORT))
        signal.pause()


if __name__ == "__main__":
    main(sys.argv[1:])
