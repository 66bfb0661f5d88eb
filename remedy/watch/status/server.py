"""Serves an application in a thread of its own, to few clients at once, and to none of them for long."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from wsgiref.types import WSGIApplication

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher
from waitress.wasyncore import close_all

CONNECTIONS = 32  # at once; others wait until there is room
SECONDS = 30  # that a connection lasts, however slowly its client reads or writes
LOOK_EVERY = 5  # seconds between two looks at which ones have lasted so long
THREADS = 4  # that make answers: some may wait for the database, and /healthz is not to wait for them
HEADER_BYTES, BODY_BYTES = 16 << 10, 1 << 10  # of a request
END_SECONDS = 2  # that are waited for answers that are being made


@contextmanager
def serving(listener: socket.socket, application: WSGIApplication) -> Iterator[None]:
    """Serve what comes to the socket, which is closed afterwards."""
    logging.getLogger("waitress").setLevel(logging.ERROR)  # that it is busy is no news
    sockets: dict[int, Any] = {}
    answering = ThreadedTaskDispatcher()
    answering.set_thread_count(THREADS)
    server: Any = _Server(
        application,
        sockets,
        _sock=listener,
        dispatcher=answering,
        adj=_adjustments(listener),
        sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
        bind_socket=False,
    )
    thread = Thread(target=server.run, name="status", daemon=True)
    thread.start()
    try:
        yield
    finally:
        answering.shutdown(timeout=END_SECONDS)
        server.trigger.pull_trigger(lambda: close_all(sockets))  # in its own thread, which ends of it
        thread.join(END_SECONDS)


class _Server(TcpWSGIServer):
    """Waitress', which ends connections that nothing comes from; this one also those from which little comes."""

    def maintenance(self, now: float) -> None:
        channels: Any = self.active_channels
        for channel in channels.values():
            if now - channel.creation_time > SECONDS:
                channel.will_close = True


def _adjustments(listener: socket.socket) -> Adjustments:
    return Adjustments(
        sockets=[listener],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        cleanup_interval=LOOK_EVERY,
        max_request_header_size=HEADER_BYTES,
        max_request_body_size=BODY_BYTES,
        asyncore_use_poll=True,  # select() takes no file number above 1023, and the monitor has many files
        log_socket_errors=False,
        ident="",
    )
