"""What is answered to whom: a WSGI application (PEP 3333) that can be read and nothing else."""

import hmac
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

from remedy.errors import PostMainteError
from remedy.inventory.address import is_ip, split_server
from remedy.pages.render import policy, render
from remedy.watch.status.health import ailment
from remedy.watch.status.known import read
from remedy.watch.status.metrics import metrics
from remedy.watch.status.page import page
from remedy.watch.status.recent import Recent
from remedy.watch.watched import Watched

METHODS = ("GET", "HEAD")
FRESH = 1.0  # seconds that what was read is shown again: so many may ask as like to
TEMPLATE, STYLE, SCRIPT = (f"watch/status/{name}" for name in ("status.html", "status.css", "live.js"))
TEXT = "text/plain; charset=utf-8"
HEADERS = (
    ("Content-Security-Policy", f"{policy(STYLE, SCRIPT)}; frame-ancestors 'none'"),
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


@dataclass(frozen=True)
class Answer:
    """A status, what is said, and what that is."""

    status: HTTPStatus
    body: bytes
    media_type: str = TEXT
    headers: tuple[tuple[str, str], ...] = ()


class App:
    """Answers for the monitor that `watched` tells of. `token`: who asks has to know it; empty: nobody has to.

    `is_here`: only this machine gets here, and it asks by a name that only this machine has. A page from elsewhere
    whose name somebody lets lead here (DNS rebinding) does not.
    """

    def __init__(self, watched: Callable[[], Watched], token: str, is_here: bool) -> None:
        self._watched, self._token, self._is_here = watched, token, is_here
        self._known = Recent(lambda: read(watched()), FRESH)
        self._page = Recent(self._rendered, FRESH)
        self._paths = {"/": self._answer_page, "/metrics": self._answer_metrics, "/healthz": self._answer_health}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        answer = self._answer(environ)
        length = ("Content-Length", str(len(answer.body)))
        line = f"{answer.status.value} {answer.status.phrase}"
        start_response(line, [("Content-Type", answer.media_type), length, *answer.headers, *HEADERS])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        if environ["REQUEST_METHOD"] not in METHODS:
            allowed = ("Allow", ", ".join(METHODS))
            return _said(HTTPStatus.METHOD_NOT_ALLOWED, "here is only something to read", allowed)
        if self._is_here and not _is_ours(environ.get("HTTP_HOST", "")):
            return _said(HTTPStatus.MISDIRECTED_REQUEST, "this is served as localhost and 127.0.0.1 only")
        if self._token and not _has_token(environ, self._token):
            challenge = ("WWW-Authenticate", 'Bearer realm="post-mainte"')
            return _said(HTTPStatus.UNAUTHORIZED, "the token is missing or wrong", challenge)
        answer = self._paths.get(environ["PATH_INFO"])
        if answer is None:
            return _said(HTTPStatus.NOT_FOUND, "here are /, /metrics and /healthz")
        try:
            return answer(environ)
        except PostMainteError as error:
            return _said(HTTPStatus.SERVICE_UNAVAILABLE, str(error))

    def _answer_page(self, _: WSGIEnvironment) -> Answer:
        return Answer(HTTPStatus.OK, self._page.get(), "text/html; charset=utf-8")

    def _answer_metrics(self, environ: WSGIEnvironment) -> Answer:
        return Answer(HTTPStatus.OK, *metrics(self._known.get(), environ.get("HTTP_ACCEPT", "")))

    def _answer_health(self, _: WSGIEnvironment) -> Answer:
        watched = self._watched()
        why = ailment(watched.pulse, watched.hosts.values(), time.monotonic())
        return _said(HTTPStatus.SERVICE_UNAVAILABLE, why) if why else _said(HTTPStatus.OK, "ok")

    def _rendered(self) -> bytes:
        told = page(self._known.get())
        return render(TEMPLATE, STYLE, SCRIPT, page=told, machine=socket.gethostname()).encode()


def _said(status: HTTPStatus, words: str, *headers: tuple[str, str]) -> Answer:
    return Answer(status, f"{words}\n".encode(errors="replace"), headers=headers)


def _is_ours(host: str) -> bool:
    """Whether a Host header (RFC 9110, section 7.2) is a name of this machine for itself, whatever the port."""
    try:
        name, _ = split_server(host)
    except ValueError:
        return False
    return name.lower() == "localhost" or (is_ip(name) and ip_address(name).is_loopback)


def _has_token(environ: WSGIEnvironment, token: str) -> bool:
    """Whether a request brings the token: as RFC 6750, section 2.1, has it, or in its query, for browsers."""
    scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        given = parse_qs(environ.get("QUERY_STRING", "")).get("token", [""])[0]
    return hmac.compare_digest(given.strip().encode(errors="replace"), token.encode())
