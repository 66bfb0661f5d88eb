"""The web site of a host, behind a proxy that answers for it while its service doesn't."""

import asyncio
import contextlib

from remedy.lab.embedded.spec import Running
from remedy.lab.embedded.state import HostState

WELCOME = "Welcome"
WELL, ILL = ("200 OK", f"<h1>{WELCOME}</h1>\n"), ("502 Bad Gateway", "<h1>502 Bad Gateway</h1>\n")
LONGEST = 16 * 1024  # bytes of a request
PATIENCE = 10.0  # seconds for it


class Site:
    """A listener on a port of loopback. Lives in the lab's loop."""

    def __init__(self, state: HostState, service: str) -> None:
        self._state, self._service = state, service
        self._listener: asyncio.Server | None = None
        self.port = 0

    async def open(self) -> None:
        """Listen."""
        self._listener = await asyncio.start_server(self._answer, "127.0.0.1", limit=LONGEST)
        self.port = self._listener.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Listen no more."""
        if self._listener:
            self._listener.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError, TimeoutError):
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            status, page = WELL if self._state.running(self._service) is Running.YES else ILL
            head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n{page}".encode())
            await writer.drain()
        writer.close()
