"""What the monitor's mails say."""

import time

import pytest

from remedy.watch.letters import write
from remedy.watch.model import NETWORK, Event, Kind, Subject
from remedy.watch.store import Told

NOW = 1_504_123_860.0  # 2017-08-30 20:11 UTC: 05:11 in Tokyo
WEB = Subject("web1")


@pytest.fixture(autouse=True)
def _in_tokyo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()


def event(kind: Kind, subject: Subject = WEB, **more: object) -> Event:
    fields = {"kind": kind, "subject": subject, "at": NOW, "since": NOW - 120, **more}
    return Event(**fields)  # type: ignore[arg-type]  # the fields are those of Event


def mail(*events: Event) -> tuple[str, str]:
    subject, text = write([Told(one) for one in events], "watcher")
    assert text.endswith("\n\n`fab watch` on watcher has seen this. `fab history` lists what it ran.\n")
    return subject, text.rpartition("\n\n")[0]


def test_an_outage() -> None:
    assert mail(event(Kind.DOWN, trouble="port 22: connection refused")) == (
        "post-mainte: web1 is DOWN",
        "web1 is DOWN since 2017-08-31 05:09:00+09:00: port 22: connection refused",
    )


def test_an_outage_that_outlasts_its_window() -> None:
    _, text = mail(event(Kind.DOWN, trouble="no route to the host", since=NOW - 9000, until=NOW - 660))
    assert text.endswith("no route to the host (announced until 2017-08-31 05:00:00+09:00, which is over)")


def test_a_return_with_what_was_run() -> None:
    back = event(Kind.BACK, before=NOW - 9180, since=NOW - 120, until=NOW + 2940)
    subject, text = write([Told(back, is_run=True, result="post-mainte: repaired\n`fab report x`")], "watcher")
    assert subject == "post-mainte: web1 is back after 2 h 31 min"
    assert text.splitlines()[:3] == [
        "web1 is back since 2017-08-31 05:09:00+09:00, after 2 h 31 min (announced until 2017-08-31 06:00:00+09:00)",
        "  post-mainte: repaired",
        "  `fab report x`",
    ]


def test_a_return_whose_run_goes_on() -> None:
    _, text = write([Told(event(Kind.BACK, before=NOW - 240), is_run=True)], "watcher")
    assert "\n  what on_return says is being done" in text


def test_a_site_and_a_login() -> None:
    subject, text = mail(
        event(Kind.DOWN, Subject("web1", "https://www.example.jp/"), trouble="answers 500"),
        event(Kind.DOWN, Subject("db1", "login"), trouble="root was not let in"),
    )
    assert subject == "post-mainte: 2 DOWN: db1, web1"
    assert text.startswith("https://www.example.jp/ of web1 is DOWN since ")
    assert "\n\nthe login at db1 is DOWN since " in text


def test_many_at_once_are_folded_and_what_is_down_comes_first() -> None:
    downs = [event(Kind.DOWN, Subject(f"web{number}")) for number in range(1, 51)]
    back = event(Kind.BACK, Subject("db1"), before=NOW - 900)
    subject, text = mail(back, *downs)
    assert subject == "post-mainte: 50 DOWN, 1 back: db1, web[1-50]"
    assert text.startswith("web1 is DOWN")
    assert text.splitlines()[-1].startswith("db1 is back")


@pytest.mark.parametrize(
    ("told", "subject", "text"),
    [
        (
            event(Kind.FLAPPING, trouble="no banner"),
            "web1 FLAPS",
            "web1 FLAPS: it comes and goes since 2017-08-31 05:09:00+09:00 (no banner); no more is told of it until it "
            "is steady",
        ),
        (event(Kind.SETTLED), "web1 steady again", "web1 is steady again: it is up"),
        (
            event(Kind.SETTLED, is_down=True, trouble="no banner"),
            "web1 steadily DOWN",
            "web1 is steady again: DOWN since 2017-08-31 05:09:00+09:00: no banner",
        ),
        (
            event(Kind.CLOCK, offset=-10812.4, error=0.004),
            "the clock of web1 has jumped",
            "the clock of web1 has jumped: it is 3 h 12 s behind",
        ),
        (
            event(Kind.ONLINE, NETWORK),
            "this machine reaches the network again, after 2 min",
            "this machine reached nobody from 2017-08-31 05:09:00+09:00 to 2017-08-31 05:11:00+09:00: what the hosts "
            "did then is not known",
        ),
    ],
)
def test_the_other_news(told: Event, subject: str, text: str) -> None:
    assert mail(told) == (f"post-mainte: {subject}", text)
