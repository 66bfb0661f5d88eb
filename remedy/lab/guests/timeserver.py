"""The world's time servers: `python -m remedy.lab.guests.timeserver SILENCE ADDRESS...`, until it is killed."""

import sys
import time
from contextlib import ExitStack
from pathlib import Path

from remedy.lab.ntpserver import GOOD, Manner, NTPServer

NTP_PORT = 123
LOOKS = 0.02  # seconds between two looks for the file
NOTICED = 5 * LOOKS  # seconds within which it is noticed
SILENT = Manner(silent=True)


def main(silence: Path, addresses: list[str]) -> None:
    """Serve NTP on each address by the clock that this process sees; not while the file `silence` exists."""
    with ExitStack() as stack:
        servers = [stack.enter_context(NTPServer(address=address, port=NTP_PORT)) for address in addresses]
        while True:
            for server in servers:
                server.manner = SILENT if silence.exists() else GOOD
            time.sleep(LOOKS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
