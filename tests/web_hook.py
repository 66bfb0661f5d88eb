"""A web hook, as chats have them: a real HTTP server, with what it was told and what it answers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Semaphore, Thread
from typing import Any

HANGS = 0  # instead of a status: nothing is answered until the other side is gone
LONGEST = 60.0  # seconds that anything may take


class Hook:
    """`answers` are the statuses of the next answers; then it is 200. `taken` are the messages that had that one."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.taken: list[dict[str, Any]] = []
        self.was_asked, self.is_left = Semaphore(0), Event()
        self.url = ""

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.taken]

    def wait_until_asked(self) -> None:
        assert self.was_asked.acquire(timeout=LONGEST), "it was not asked"

    def wait_until_left(self) -> None:
        assert self.is_left.wait(LONGEST), "whoever asks is still there"


@contextmanager
def hook(path: str = "/hook") -> Iterator[Hook]:
    """One at 127.0.0.1; its `url` is as apprise has it."""
    it = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = it.answers.pop(0) if it.answers else 200
            it.was_asked.release()
            if status == HANGS:
                self.connection.settimeout(LONGEST)
                with suppress(OSError):
                    self.connection.recv(1)
                it.is_left.set()
                return
            if status == 200:
                it.taken.append(message)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        it.url = f"json://127.0.0.1:{server.server_port}{path}"
        yield it
        server.shutdown()
