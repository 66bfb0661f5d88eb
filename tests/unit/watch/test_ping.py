"""Whoever watches the monitor is asked within a deadline, and the URL, which is a secret, stays out of the log."""

import pytest
from web_server import Page, drips, drips_body, hangs, page, redirect, serving

from remedy.watch import ping as pings
from remedy.watch.ping import ping


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (page("OK"), ""),
        (page("", "404 Not Found"), "it answers 404"),
        (redirect("/"), "it answers 302"),
        (drips_body, ""),
    ],
)
def test_it_tells_what_did_not_go_well(answer: Page, told: str) -> None:
    with serving({"/5f2a": answer}) as server:
        assert ping(server.url("/5f2a")) == told


@pytest.mark.parametrize("answer", [drips, hangs])
def test_it_tells_that_no_answer_came(answer: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pings, "PING_SECONDS", 0.5)
    with serving({"/5f2a": answer}) as server:
        assert ping(server.url("/5f2a")) == "no answer within 0.5 s"


def test_nobody_there() -> None:
    assert ping("http://127.0.0.1:1/5f2a") == "ConnectError"
