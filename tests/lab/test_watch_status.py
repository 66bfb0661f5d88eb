"""`fab watch --listen` as a process: what it serves while hosts come and go, to whom, and how it ends."""

import socket
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from signal import SIGTERM

import pytest
from ports import free_port
from prometheus_client.parser import text_string_to_metric_families
from typed import SECONDS, fab
from waiting import wait_until

from remedy.lab.embedded import Daemon, EmbeddedLab, HostSpec, Init, Service

from .watching import Monitor

TOKEN = "0123456789abcdef0123456789abcdef"
OFTEN = {"interval": "1s"}
WEB = HostSpec("web1", Init.SYSTEMD, (Service(Daemon.CHRONYD),), keys=OFTEN)
DB = HostSpec("db1", Init.SYSTEMD, (Service(Daemon.CHRONYD),), keys=OFTEN)


@pytest.fixture
def lab() -> Iterator[EmbeddedLab]:
    with EmbeddedLab([WEB, DB]) as lab:
        yield lab


@pytest.fixture
def port() -> int:
    return free_port()


@dataclass(frozen=True)
class Answer:
    """What a server says; status 0: there is none."""

    status: int
    text: str


def ask(port: int, path: str = "/", method: str = "GET", **headers: str) -> Answer:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return Answer(answer.status, answer.read().decode())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.read().decode())
    except urllib.error.URLError as error:
        return Answer(0, str(error))


def metric(port: int, name: str, **labels: str) -> float | None:
    families = text_string_to_metric_families(ask(port, "/metrics").text)
    samples = (sample for family in families for sample in family.samples)
    return next((s.value for s in samples if s.name == f"post_mainte_{name}" and s.labels == labels), None)


def listening(lab: EmbeddedLab, port: int, **environment: str) -> Monitor:
    return Monitor(lab, "--listen", f"127.0.0.1:{port}", **environment)


def refused(lab: EmbeddedLab, *options: str, **environment: str) -> str:
    """What it says where it does not even begin."""
    ran = fab("watch", *options, environment={**lab.environment(), **environment})
    assert ran.returncode == 2
    return ran.stderr


def test_it_serves_how_hosts_stand_and_is_ended_cleanly(lab: EmbeddedLab, port: int) -> None:
    with listening(lab, port) as monitor:
        monitor.wait_for(f"status page: http://127.0.0.1:{port}/")
        wait_until(lambda: ask(port, "/healthz") == Answer(200, "ok\n"), "it is not well")
        wait_until(lambda: metric(port, "clock_offset_seconds", host="web1") is not None, "no clock is read")
        assert abs(metric(port, "clock_offset_seconds", host="web1") or 1) < 0.5
        assert "2 hosts: 2 up" in ask(port).text
        lab.power_off("web1")
        wait_until(lambda: metric(port, "host_up", host="web1") == 0, "web1 is not down")
        assert metric(port, "outages_total", host="web1") == 1
        assert metric(port, "outages_total", host="db1") == 0
        wait_until(lambda: "2 hosts: 1 down, 1 up" in ask(port).text, "the page does not say that it is down")
        assert "connection refused" in ask(port).text
        lab.power_on("web1")
        wait_until(lambda: "2 hosts: 2 up" in ask(port).text, "the page does not say that it is back")
        wait_until(lambda: "<b>check</b>" in ask(port).text, "the page does not say what was run")
        assert metric(port, "outages_total", host="web1") == 1
        assert monitor.stop(SIGTERM) == 0
    assert ask(port).status == 0
    assert "Traceback" not in monitor.said()


def test_nothing_can_be_done_by_it(lab: EmbeddedLab, port: int) -> None:
    with listening(lab, port) as monitor:
        monitor.wait_for("status page: ")
        assert ask(port, "/", "POST").status == 405
        assert ask(port, "/healthz", "DELETE").status == 405
        assert ask(port, "/", "HEAD") == Answer(200, "")
        assert ask(port, Host="evil.example").status == 421
        assert ask(port, Host=f"localhost:{port}").status == 200


def test_rounds_that_can_not_be_kept_make_it_unwell_and_it_is_served_all_the_same(lab: EmbeddedLab, port: int) -> None:
    with listening(lab, port) as monitor:
        wait_until(lambda: ask(port, "/healthz").status == 200, "it is not well")
        path = lab.home / ".local/state/post-mainte/history.db"
        with closing(sqlite3.connect(path, SECONDS, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            wait_until(lambda: ask(port, "/healthz").status == 503, "it is still well")
            assert "the last round could not be made or kept: database is locked" in ask(port, "/healthz").text
            assert "the last round could not be made or kept" in ask(port).text
            assert metric(port, "watch_healthy") == 0
            other.execute("ROLLBACK")
        monitor.wait_for("it is tried again in")


def test_with_a_token_nobody_else_reads_it(lab: EmbeddedLab, port: int) -> None:
    with listening(lab, port, POST_MAINTE_WATCH_TOKEN=TOKEN) as monitor:
        monitor.wait_for("status page: ")
        assert ask(port).status == 401
        assert ask(port, f"/?token={TOKEN[:-1]}").status == 401
        assert "2 hosts" in ask(port, f"/?token={TOKEN}").text
        assert ask(port, "/metrics", Authorization=f"Bearer {TOKEN}").status == 200
    assert TOKEN not in monitor.said()


def test_elsewhere_than_here_it_is_not_served_without_a_token(lab: EmbeddedLab, port: int) -> None:
    assert "a token has to be in $POST_MAINTE_WATCH_TOKEN" in refused(lab, "--listen", f"0.0.0.0:{port}")
    assert ask(port).status == 0


def test_what_can_not_be_listened_at_is_told(lab: EmbeddedLab, port: int) -> None:
    assert "--listen takes ADDRESS:PORT" in refused(lab, "--listen", "127.0.0.1:70000")
    assert "--listen takes ADDRESS:PORT" in refused(lab, "--listen", "8137")
    assert "leave --listen out" in refused(lab, "--once", "--listen", f"127.0.0.1:{port}")
    with socket.create_server(("127.0.0.1", port)):
        assert "another program listens there" in refused(lab, "--listen", f"127.0.0.1:{port}")


def test_what_hosts_yaml_says_is_data(lab: EmbeddedLab, port: int) -> None:
    text, url = lab.hosts_yaml.read_text(), 'http://127.0.0.1:1/<b>"x\\'
    lab.hosts_yaml.write_text(text.replace("  web1: {", f"  web1: {{sites: {{url: '{url}'}}, ", 1))
    with listening(lab, port) as monitor:
        monitor.wait_for("status page: ")
        wait_until(lambda: metric(port, "site_up", host="web1", url=url) == 0, "the site is not told of")
        assert "http://127.0.0.1:1/&lt;b&gt;&#34;x" in ask(port).text
