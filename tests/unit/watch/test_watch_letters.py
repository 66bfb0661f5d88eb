"""What the monitor's mails say."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from hostile import EVIL
from markup import complaints

from remedy.harmless import HARMFUL
from remedy.watch.letters import write
from remedy.watch.model import NETWORK, Event, Kind, Subject
from remedy.watch.store import Told

NOW = 1_504_123_860.0  # 2017-08-30 20:11 UTC: 05:11 in Tokyo
WEB = Subject("web1")


@pytest.fixture(autouse=True)
def _in_tokyo(in_zone: Callable[[str], None]) -> None:
    in_zone("Asia/Tokyo")


def event(kind: Kind, subject: Subject = WEB, **more: object) -> Event:
    fields = {"kind": kind, "subject": subject, "at": NOW, "since": NOW - 120, **more}
    return Event(**fields)  # type: ignore[arg-type]  # the fields are those of Event


def mail(*events: Event) -> tuple[str, str]:
    letter = write([Told(one) for one in events], "watcher")
    assert letter.text.endswith("\n\n`fab watch` on watcher has seen this. `fab history` lists what it ran.\n")
    return letter.subject, letter.text.rpartition("\n\n")[0]


def page(*told: Told) -> str:
    """A mail's page without its markup."""
    html = write(told, "watcher").html
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.partition("<h1")[2].partition(">")[2])).split())


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
    letter = write([Told(back, is_run=True, result="post-mainte: repaired\nall of it:\n    fab report x")], "watcher")
    assert letter.subject == "post-mainte: web1 is back after 2 h 31 min"
    assert letter.text.splitlines()[:4] == [
        "web1 is back since 2017-08-31 05:09:00+09:00, after 2 h 31 min (announced until 2017-08-31 06:00:00+09:00)",
        "  post-mainte: repaired",
        "  all of it:",
        "      fab report x",
    ]
    assert re.search(r"<p[^>]*>all of it:</p>\s*<pre[^>]*>fab report x</pre>", letter.html)


def test_a_return_whose_run_goes_on() -> None:
    letter = write([Told(event(Kind.BACK, before=NOW - 240), is_run=True)], "watcher")
    assert "\n  what on_return says is being done" in letter.text
    assert "what on_return says is being done" in letter.html


def test_an_end_that_was_announced_in_another_zone_is_told_in_both() -> None:
    back = event(Kind.BACK, before=NOW - 9180, until=NOW - 660)
    _, text = mail(replace(back, announced="2017-08-30 22:00:00+02:00 (Europe/Berlin)"))
    assert text.endswith("(announced until 2017-08-30 22:00:00+02:00 (Europe/Berlin), here 2017-08-31 05:00:00+09:00)")
    _, text = mail(replace(back, announced="2017-08-31 05:00:00+09:00 (Asia/Tokyo)"))
    assert text.endswith("(announced until 2017-08-31 05:00:00+09:00)")


def test_the_page_says_the_same_with_what_is_not_right_first() -> None:
    back, down = event(Kind.BACK, Subject("db1"), before=NOW - 900), event(Kind.DOWN, trouble="no banner")
    said = page(Told(back, is_run=True, result="check: ok"), Told(down))
    assert said == (
        "1 DOWN, 1 back: db1, web1 Not right web1 is DOWN since 2017-08-31 05:09:00+09:00: no banner "
        "What else happened db1 is back since 2017-08-31 05:09:00+09:00, after 13 min check: ok "
        "fab watch on watcher has seen this. fab history lists what it ran."
    )


def test_nothing_that_a_host_says_is_more_than_text() -> None:
    told = Told(event(Kind.DOWN, Subject("db1", EVIL), trouble=EVIL), is_run=True, result=f"{EVIL}\n    {EVIL}")
    html = write([told], EVIL).html
    assert not HARMFUL.search(html)
    assert not any(word in html for word in ("<script", "<img", "<a ", "<link"))
    assert html.count("&lt;script&gt;") == 7


def test_the_page_is_valid_html(tmp_path: Path) -> None:
    told = Told(event(Kind.DOWN, trouble=EVIL), is_run=True, result=f"{EVIL}\n    {EVIL}")
    pages = {"one": [told], "two": [told, Told(event(Kind.CLOCK, offset=9.0, error=0.1))]}
    assert complaints({name: write(news, "watcher").html for name, news in pages.items()}, tmp_path) == []


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


def test_what_is_over_is_no_more_the_matter() -> None:
    down = event(Kind.DOWN, since=NOW - 120, trouble="port 22: connection refused")
    back = event(Kind.BACK, at=NOW + 16, before=NOW - 120, since=NOW)
    db1 = event(Kind.DOWN, Subject("db1"), at=NOW + 20, trouble="no route to the host")
    assert mail(down, back) == (
        "post-mainte: web1 is back after 2 min",
        "web1 was DOWN from 2017-08-31 05:09:00+09:00 on: port 22: connection refused\n\n"
        "web1 is back since 2017-08-31 05:11:00+09:00, after 2 min",
    )
    subject, text = mail(down, back, db1)
    assert subject == "post-mainte: 1 DOWN, 1 back: db1, web1"
    assert text.startswith("db1 is DOWN")
    assert mail(back, replace(down, at=NOW + 60))[0] == "post-mainte: 1 DOWN, 1 back: web1"


def test_what_came_and_went_and_is_steady_again_is_told_so() -> None:
    flaps = event(Kind.FLAPPING, since=NOW - 300, trouble="port 22: connection refused")
    steady = event(Kind.SETTLED, at=NOW + 900, since=NOW)
    subject, text = mail(flaps, steady)
    assert subject == "post-mainte: web1 steady again"
    assert text.startswith(
        "web1 FLAPPED: it came and went from 2017-08-31 05:06:00+09:00 on (port 22: connection refused)\n"
    )
