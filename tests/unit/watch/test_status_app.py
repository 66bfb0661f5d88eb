"""What is answered: three paths to read, by this machine's own names or with the token, and nothing else."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from known_fleet import HOSTS

from remedy.history.database import default_path
from remedy.inventory import Fleet
from remedy.watch.status.app import App
from remedy.watch.status.recent import Recent
from remedy.watch.watched import Pulse, Watched

TOKEN = "0123456789abcdef"


@dataclass
class Answered:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""


@pytest.fixture(autouse=True)
def _no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def app(token: str = "", is_here: bool = True, pulse: Pulse | None = None) -> App:
    return App(lambda: Watched(Fleet(), HOSTS, pulse or Pulse(time.monotonic())), token, is_here)


def ask(app: App, path: str = "/healthz", method: str = "GET", host: str = "127.0.0.1:8137", **more: str) -> Answered:
    answered = Answered()

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> object:
        answered.status, answered.headers = int(status[:3]), dict(headers)
        return None

    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "HTTP_HOST": host,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        **more,
    }
    setup_testing_defaults(environ)
    parts: Iterator[bytes] = validator(app)(environ, start)  # type: ignore[assignment,arg-type]
    answered.text = b"".join(parts).decode()
    parts.close()  # type: ignore[attr-defined]  # as a server does
    return answered


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("/", "text/html"), ("/metrics", "text/plain"), ("/healthz", "text/plain"), ("/favicon.ico", "text/plain")],
)
def test_head_is_what_get_is_without_the_body(path: str, media_type: str) -> None:
    got, head = ask(app(), path), ask(app(), path, "HEAD")
    assert (head.status, head.text) == (got.status, "")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert head.headers["Content-Type"].startswith(media_type)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
@pytest.mark.parametrize("path", ["/", "/healthz", "/metrics", "/nowhere"])
def test_nothing_can_be_done_here(method: str, path: str) -> None:
    answered = ask(app(), path, method)
    assert answered.status == 405
    assert answered.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/nowhere", "/metrics/", "//", "/../etc/passwd"])
def test_there_is_nothing_else(path: str) -> None:
    assert ask(app(), path).status == 404


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8137", 200),
        ("127.0.0.2", 200),
        ("localhost:9000", 200),
        ("LOCALHOST", 200),
        ("[::1]:8137", 200),
        ("evil.example:8137", 421),
        ("localhost.evil.example", 421),
        ("192.0.2.1:8137", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
        ("[::1", 421),
        ("localhost:8137:1", 421),
    ],
)
def test_here_it_answers_to_names_that_only_this_machine_has(host: str, status: int) -> None:
    assert ask(app(), host=host).status == status


def test_elsewhere_any_name_does_with_the_token() -> None:
    assert ask(app(TOKEN, is_here=False), host="watch.example.jp", HTTP_AUTHORIZATION=f"Bearer {TOKEN}").status == 200


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}, 200),
        ({"HTTP_AUTHORIZATION": f"bearer  {TOKEN}"}, 200),
        ({"QUERY_STRING": f"token={TOKEN}"}, 200),
        ({}, 401),
        ({"QUERY_STRING": "token="}, 401),
        ({"QUERY_STRING": f"token={TOKEN[:-1]}"}, 401),
        ({"QUERY_STRING": "token=%ff%00é"}, 401),
        ({"HTTP_AUTHORIZATION": f"Basic {TOKEN}"}, 401),
        ({"HTTP_AUTHORIZATION": "Bearer \xff\u0100"}, 401),
        ({"HTTP_AUTHORIZATION": "Bearer wrong", "QUERY_STRING": f"token={TOKEN}"}, 401),
    ],
)
@pytest.mark.parametrize("path", ["/", "/healthz", "/metrics"])
def test_who_has_not_the_token_reads_nothing(path: str, given: Mapping[str, str], status: int) -> None:
    answered = ask(app(TOKEN, is_here=False), path, **given)
    assert answered.status == status
    if status == 401:
        assert answered.headers["WWW-Authenticate"].startswith("Bearer ")
        assert answered.text == "the token is missing or wrong\n"


def test_healthz_says_why_the_monitor_is_not_well() -> None:
    assert ask(app()).text == "ok\n"
    late = ask(app(pulse=Pulse(time.monotonic() - 3600)))
    assert (late.status, late.text) == (503, "the last round was over 1 h ago\n")


def test_a_history_that_can_not_be_read_is_told() -> None:
    default_path().parent.mkdir(parents=True)
    default_path().write_text("no database, but long enough to be looked at" * 100)
    answered = ask(app(), "/")
    assert answered.status == 503
    assert answered.text.startswith("the history can't be read: ")
    assert ask(app(), "/healthz").status == 200


def test_nothing_may_be_loaded_from_elsewhere_or_framed() -> None:
    headers = ask(app(), "/").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_what_many_ask_for_is_made_once_until_it_is_too_old() -> None:
    now, made = [0.0], iter(range(9))
    recent = Recent(lambda: next(made), 1.0, lambda: now[0])
    assert (recent.get(), recent.get()) == (0, 0)
    now[0] = 1.5
    assert recent.get() == 1


def test_what_could_not_be_made_is_tried_again() -> None:
    tries = iter([0, 1])

    def make() -> float:
        return 1 / next(tries)

    recent = Recent(make, 1.0)
    with pytest.raises(ZeroDivisionError):
        recent.get()
    assert recent.get() == 1
