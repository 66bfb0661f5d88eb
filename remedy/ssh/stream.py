"""One command on a host: a stream of bytes each way, and the moments at which they went by."""

import threading
import time

from paramiko import Channel

from remedy.ssh.deadline import Deadline

CHUNK = 64 * 1024  # bytes read at once
GRACE = 5.0  # seconds past the deadline after which a stream is over, even if nobody noticed the watchdog's cut
FAREWELL = 0.5  # seconds that a link has to show whether it, or only the command, has ended


class Stream:
    """A channel for one command. Waits end with the deadline, when the watchdog cuts the link under them."""

    def __init__(self, channel: Channel, deadline: Deadline) -> None:
        self.deadline = deadline
        self.sent = 0.0  # the moment (time.monotonic()) right before the last bytes were sent
        self._channel = channel
        self._arrival = _Arrival()
        channel.set_combine_stderr(True)
        channel.in_buffer.set_event(self._arrival)

    @property
    def arrived(self) -> float:
        """The moment (time.monotonic()) at which the bytes read last were there: then, or a little later."""
        return self._arrival.at

    def start(self, command: str) -> None:
        """Start the command; raise SSHException where the host refuses it."""
        self._channel.exec_command(command)

    def send(self, data: bytes) -> None:
        """Send all of it; raise OSError where the other end is closed."""
        self.sent = time.monotonic()
        self._channel.sendall(data)

    @property
    def ready(self) -> bool:
        """Whether there are bytes to be read at once."""
        return self._channel.recv_ready()

    def read(self) -> bytes:
        """What has arrived, at least one byte; b"" when the stream is over."""
        if not self._arrival.wait(self.deadline.left + GRACE):
            return b""
        return self._channel.recv(CHUNK)

    @property
    def lost(self) -> bool:
        """Whether the stream is over because the link is: the end of the command was not told."""
        if self._channel.eof_received:
            return False
        link = self._channel.get_transport()
        link.join(FAREWELL)
        return not link.is_alive()

    @property
    def exit_status(self) -> int | None:
        """How the command ended, where that was told."""
        told = self._channel.status_event.wait(FAREWELL) and self._channel.exit_status >= 0
        return self._channel.exit_status if told else None

    def close(self) -> None:
        """Close the channel, once the server has told how the command ended.

        dropbear (2022.83) mistakes the next channel for this one if this one is closed before that.
        """
        self._channel.status_event.wait(FAREWELL)
        self._channel.close()


class _Arrival(threading.Event):
    """Set by Paramiko's thread when bytes arrive, and the moment is noted there: no thread has to wake up for it."""

    at = 0.0

    def set(self) -> None:
        self.at = time.monotonic()
        super().set()
