"""News reach a real web hook by apprise; what can't be sent is told in time, and without the URL."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest
from web_hook import HANGS, Hook, hook

import remedy.notify
from remedy.errors import UsageError
from remedy.notify import NotifyError, notify, refuse_unusable

SECRET = "T0P5ECRET"


@pytest.fixture
def chat() -> Iterator[Hook]:
    with hook(f"/{SECRET}") as chat:
        yield chat


def tell(chat: Hook, seconds: float = 60.0) -> None:
    notify("$CHAT", "web1 is DOWN", "since <now> & *then*", seconds, {"CHAT": chat.url})


def test_it_is_told_as_it_is(chat: Hook) -> None:
    tell(chat)
    assert [(one["title"], one["message"]) for one in chat.taken] == [("web1 is DOWN", "since <now> & *then*")]


def test_what_is_too_long_for_a_service_comes_in_parts(chat: Hook) -> None:
    lines = [f"web{number} is DOWN" for number in range(4000)]
    notify("$CHAT", "", "\n".join(lines), environment={"CHAT": chat.url})
    assert len(chat.taken) > 1
    assert [line for one in chat.taken for line in one["message"].splitlines()] == lines


def test_a_refusal_is_told_with_its_status_and_without_the_url(chat: Hook) -> None:
    chat.answers = [500]
    with pytest.raises(NotifyError) as refused:
        tell(chat)
    assert str(refused.value) == "nothing was sent to $CHAT: it answers 500"
    tell(chat)
    assert chat.titles == ["web1 is DOWN"]


def test_a_server_that_hangs_is_left_in_time(chat: Hook) -> None:
    chat.answers = [HANGS]
    chat.url += "?rto=999"
    with pytest.raises(NotifyError, match=r"^nothing was sent to \$CHAT: it was not taken within 5 s$"):
        tell(chat, seconds=5)


def test_a_server_that_is_away_is_told_of_without_the_url() -> None:
    with pytest.raises(NotifyError) as refused:
        notify("$CHAT", "", "web1 is DOWN", environment={"CHAT": f"json://127.0.0.1:1/{SECRET}"})
    assert str(refused.value) == "nothing was sent to $CHAT: apprise could not do it"


def test_who_sends_ends_with_who_asked_for_it(chat: Hook) -> None:
    chat.answers = [HANGS]
    program = "import remedy.notify; remedy.notify.notify('$CHAT', '', 'web1 is DOWN')"
    environment = {**os.environ, "CHAT": f"{chat.url}?rto=999"}
    with subprocess.Popen([sys.executable, "-c", program], env=environment) as asking:
        chat.wait_until_asked()
        asking.send_signal(signal.SIGKILL)
    chat.wait_until_left()


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, r"names \$CHAT, \$PAGER, which the environment does not have"),
        ({"CHAT": "json://127.0.0.1/", "PAGER": ""}, r"names \$PAGER, which the environment does not have"),
        ({"CHAT": "json://127.0.0.1/", "PAGER": f"no-such-service://{SECRET}"}, r"names \$PAGER: that is no URL which"),
    ],
)
def test_what_can_not_be_used_is_told_at_once(environment: Mapping[str, str], why: str) -> None:
    with pytest.raises(UsageError, match=why) as refused:
        refuse_unusable(["$CHAT", "$PAGER"], environment)
    assert SECRET not in str(refused.value)


def test_what_can_be_used_is_taken_and_nothing_is_sent(chat: Hook) -> None:
    refuse_unusable(["$CHAT"], {"CHAT": chat.url})
    assert chat.taken == []


def test_where_apprise_is_not_installed_it_is_told_how_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remedy.notify, "find_spec", lambda _: None)
    refuse_unusable([])
    with pytest.raises(UsageError, match=r"needs apprise: .*\.venv/bin/pip install -e '\.\[notify\]'"):
        refuse_unusable(["$CHAT"], {"CHAT": "json://127.0.0.1/"})


def test_apprise_is_loaded_only_to_send() -> None:
    program = (
        "import remedy.watch.watch, sys; sys.exit(any(m in sys.modules for m in ('apprise', 'jinja2', 'requests')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
