"""Real web servers on loopback, by HTTP and HTTPS, that answer well, badly, slowly or not at all."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote

Page = Callable[[socket.socket], None]
LONGEST = 30.0  # seconds that a page which never ends lasts, if nobody goes away


def page(body: str | bytes = "Welcome", status: str = "200 OK", **headers: str) -> Page:
    """A page with that body; the headers are written with underscores."""
    content = body.encode() if isinstance(body, str) else body
    fields = {"Content-Length": str(len(content)), "Connection": "close"}
    fields |= {name.replace("_", "-"): text for name, text in headers.items()}
    head = "".join(f"{name}: {text}\r\n" for name, text in fields.items())

    def send(client: socket.socket) -> None:
        client.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + content)

    return send


def redirect(target: str, status: str = "302 Found") -> Page:
    return page("", status, Location=target)


def raw(text: bytes) -> Page:
    return lambda client: client.sendall(text)


def hangs(client: socket.socket) -> None:
    """Say nothing until the other side has gone."""
    client.settimeout(LONGEST)
    with suppress(OSError):
        while client.recv(4096):
            pass


def drips(client: socket.socket) -> None:
    """Send headers for ever, one byte after the other."""
    drip(client, b"HTTP/1.1 200 OK\r\nX-Slow: ")


def drips_body(client: socket.socket) -> None:
    drip(client, b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")


def drip(client: socket.socket, beginning: bytes) -> None:
    client.sendall(beginning)
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        client.sendall(b"x")
        time.sleep(0.02)


def resets(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()


@dataclass
class WebServer:
    """A server that runs. `asked` are the paths asked for, `hosts` the Host headers, `names` what SNI said."""

    port: int
    pages: Mapping[str, Page]
    tls: ssl.SSLContext | None = None
    asked: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    stopping: bool = False

    def url(self, path: str = "/", name: str = "localhost") -> str:
        return f"{'https' if self.tls else 'http'}://{name}:{self.port}{path}"

    def accept(self, listener: socket.socket) -> None:
        while not self.stopping:
            with suppress(OSError):
                client, _ = listener.accept()
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            client.settimeout(LONGEST)
            if "handshake" in self.pages:
                self.pages["handshake"](client)
                return
            with self.tls.wrap_socket(client, server_side=True) if self.tls else client as stream:
                self.answer(stream)

    def answer(self, stream: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            piece = stream.recv(4096)
            if not piece:
                return
            request += piece
        head = request.decode("latin-1").split("\r\n")
        path = unquote(head[0].split()[1])
        self.asked.append(path)
        self.hosts += [line.partition(": ")[2] for line in head if line.lower().startswith("host:")]
        self.pages.get(path, page("nothing here", "404 Not Found"))(stream)


@contextmanager
def serving(
    pages: Mapping[str, Page] | Page, tls: ssl.SSLContext | None = None, families: str = "46"
) -> Iterator[WebServer]:
    """A server on 127.0.0.1 and ::1, or on one of them, at the same port."""
    known = pages if isinstance(pages, Mapping) else {"/": pages}
    listeners = list(_listeners(families))
    server = WebServer(listeners[0].getsockname()[1], known, tls)
    if tls:
        tls.sni_callback = lambda _stream, name, _context: server.names.append(name)
    for listener in listeners:
        threading.Thread(target=server.accept, args=(listener,), daemon=True).start()
    try:
        yield server
    finally:
        server.stopping = True
        for listener in listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def _listeners(families: str) -> Iterator[socket.socket]:
    """Listening sockets of these families, all at one port that is free in both."""
    kinds = {"4": (socket.AF_INET, "127.0.0.1"), "6": (socket.AF_INET6, "::1")}
    for _ in range(20):
        taken: list[socket.socket] = []
        try:
            for digit in families:
                family, address = kinds[digit]
                port = taken[0].getsockname()[1] if taken else 0
                taken.append(socket.create_server((address, port), family=family, backlog=50))
        except OSError:
            for listener in taken:
                listener.close()
            continue
        yield from taken
        return
    raise RuntimeError("no port is free on 127.0.0.1 and ::1 at once")
