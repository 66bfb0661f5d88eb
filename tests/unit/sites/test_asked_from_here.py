"""Sites that the controller asks: real servers, of every kind that a morning after brings."""

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from web_certificates import context, trust
from web_server import drips, drips_body, hangs, page, raw, redirect, resets, serving

from remedy.inventory import Host
from remedy.inventory.host import Site
from remedy.model import Level
from remedy.reference import Reference
from remedy.shell.answers import Answers
from remedy.sites import TOPIC, SitesFacts, tls
from remedy.sites.ask import ask
from remedy.sites.facts import Attempt, Family
from remedy.topic import Situation

SHORT = 1.0  # seconds for what would never end
NAME = "www.example.test"
Judge = Callable[..., list[tuple[Level, str]]]


@pytest.fixture(autouse=True)
def _names_and_trust(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """www.example.test is at both loopback addresses, v4.example.test at one; our own issuer is trusted."""
    known = {NAME: ["127.0.0.1", "::1"], "v4.example.test": ["127.0.0.1"], "other.example.test": ["127.0.0.1", "::1"]}
    real = socket.getaddrinfo

    def look_up(name: str, port: int, **options: Any) -> list[Any]:
        if name == "silence.example.test":
            time.sleep(3)
        if name not in known:
            return real("no.such.invalid", port, **options)
        return [found for address in known[name] for found in real(address, port, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setenv("SSL_CERT_FILE", str(trust(tmp_path)))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1/")
    tls.verifying.cache_clear()


def asked(site: Site, seconds: float = 10.0) -> SitesFacts:
    host = Host("web1", "192.0.2.1", sites=(site,))
    situation = Situation(host, Reference("ntp", 0, 0, 0), now=time.time(), outside={"sites": ask(host, seconds)})
    facts: SitesFacts = TOPIC.read(Answers(), situation)
    return facts


def attempts(site: Site, seconds: float = 10.0) -> tuple[Attempt, ...]:
    return asked(site, seconds).sites[0].attempts


def found(site: Site, seconds: float = 10.0, now: float | None = None) -> list[tuple[Level, str, str]]:
    facts = asked(site, seconds)
    situation = Situation(Host("web1", "192.0.2.1"), Reference("ntp", 0, 0, 0), now=now or time.time())
    return [(finding.level, finding.summary, finding.detail) for finding in TOPIC.judge(facts, situation)]


def troubles(site: Site, seconds: float = SHORT) -> set[str]:
    return {attempt.trouble for attempt in attempts(site, seconds)}


def test_a_good_site_is_asked_by_both_families() -> None:
    with serving(page("Welcome, everybody")) as server:
        site = Site(server.url(name=NAME), text="Welcome", regex="every[a-z]+")
        seen = attempts(site)
        assert [(a.family, a.address, a.status, a.trouble, a.missing) for a in seen] == [
            (Family.IPV4, "127.0.0.1", 200, "", ()),
            (Family.IPV6, "::1", 200, "", ()),
        ]
        [(level, summary, _)] = found(site)
    assert level is Level.OK
    assert summary.startswith(f"{site.url} answers 200 in ")
    assert summary.endswith(" over IPv4 and IPv6")
    assert set(server.hosts) == {f"{NAME}:{server.port}"}


def test_a_site_that_answers_by_one_family_only_is_told_apart() -> None:
    with serving(page(), families="4") as server:
        [(level, summary, detail)] = found(Site(server.url(name=NAME)))
    assert (level, summary) == (Level.WARN, f"http://{NAME}:{server.port}/ answers over IPv4 only")
    assert detail == "over IPv6 at ::1: connection refused"


def test_a_name_with_one_address_is_nothing_to_warn_of() -> None:
    with serving(page(), families="4") as server:
        assert [level for level, *_ in found(Site(server.url(name="v4.example.test")))] == [Level.OK]


def test_what_both_families_answer_wrongly_is_said_once() -> None:
    with serving(page("sorry", "503 Service Unavailable")) as server:
        [(level, summary, _)] = found(Site(server.url(name=NAME)))
    assert (level, summary) == (Level.BAD, f"http://{NAME}:{server.port}/ answers 503, not 200")


def test_resolve_asks_that_address_for_that_name(tmp_path: Path) -> None:
    with serving(page(), context("site.invalid"), families="4") as server:
        site = Site(server.url(name="site.invalid"), resolve="127.0.0.1")
        [(level, *_)] = found(site)
        assert level is Level.OK
    assert (server.names, server.hosts) == (["site.invalid"], [f"site.invalid:{server.port}"])


def test_resolve_holds_for_a_redirect_to_the_same_name() -> None:
    with serving({"/": redirect("/home"), "/home": page()}, families="4") as server:
        [seen] = attempts(Site(server.url(name="site.invalid"), resolve="127.0.0.1"))
    assert (seen.status, seen.redirects) == (200, (f"http://site.invalid:{server.port}/home",))


def test_an_address_for_a_name_needs_no_looking_up() -> None:
    with serving(page(), context("::1"), families="6") as server:
        [seen] = attempts(Site(server.url(name="[::1]")))
    assert (seen.family, seen.status, seen.trouble) == (Family.IPV6, 200, "")
    assert seen.certificates[0][1].doubt == ""


def test_redirects_are_followed_and_shown() -> None:
    with serving({"/": redirect("/a"), "/a": redirect("b", "301 Moved"), "/b": page()}) as server:
        [seen, _] = attempts(Site(server.url(name=NAME)))
    assert [(hop.url.rpartition("/")[2], hop.status) for hop in seen.hops] == [("", 302), ("a", 301), ("b", 200)]


def test_a_redirect_that_is_wanted_is_not_followed() -> None:
    with serving({"/": redirect("https://nowhere.invalid/", "301 Moved")}) as server:
        assert [level for level, *_ in found(Site(server.url(name=NAME), status=301))] == [Level.OK]


def test_a_text_that_is_missing_because_of_a_redirect_says_so() -> None:
    with serving({"/": redirect("http://other.example.test:PORT/parked")}) as server:
        pages = {"/": redirect(f"http://other.example.test:{server.port}/parked"), "/parked": page("For sale")}
        server.pages = pages
        [(level, summary, detail)] = found(Site(server.url(name=NAME), text="Welcome"))
    assert (level, summary) == (Level.BAD, f"http://{NAME}:{server.port}/ answers 200 without the text 'Welcome'")
    assert detail == f"it redirects to http://other.example.test:{server.port}/parked"


@pytest.mark.parametrize(
    ("target", "trouble"),
    [
        ("/", "it redirects more than 10 times"),
        ("ftp://example.test/x", "it redirects to ftp://example.test/x"),
        ("file:///etc/passwd", "it redirects to file:///etc/passwd"),
        ("http://[::1", "it redirects to what is no URL: http://[::1"),
        ("http://no.such.invalid/", "no address for its name"),
    ],
)
def test_redirects_that_lead_nowhere_are_a_trouble(target: str, trouble: str) -> None:
    with serving(redirect(target)) as server:
        assert troubles(Site(server.url(name=NAME)), 10.0) == {trouble}


@pytest.mark.parametrize(
    ("behaviour", "trouble"),
    [
        (hangs, "no answer within 1 s"),
        (drips, "no answer within 1 s"),
        (drips_body, "no whole answer within 1 s"),
        (resets, "connection reset by peer"),
        (raw(b""), "no whole answer: Server disconnected without sending a response."),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "no whole answer: illegal status line"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), "no whole answer: peer closed connection"),
    ],
)
def test_what_is_no_whole_answer_is_a_trouble_in_plain_words(behaviour: Any, trouble: str) -> None:
    with serving(behaviour) as server:
        [told] = troubles(Site(server.url(name=NAME)))
    assert told.startswith(trouble)


def test_a_server_that_hangs_in_the_handshake_is_given_up() -> None:
    with serving({"handshake": hangs}, context()) as server:
        assert troubles(Site(server.url(name=NAME))) == {"no TLS handshake within 1 s"}


def test_a_refused_connection_is_told_as_such() -> None:
    with serving(page()) as server:
        url = server.url(name=NAME)
    [(level, summary, detail)] = found(Site(url))
    assert (level, summary) == (Level.BAD, f"{url} does not answer: connection refused")
    assert detail == "asked at 127.0.0.1 and ::1"


def test_a_server_that_speaks_no_tls_is_told_as_such() -> None:
    with serving({"handshake": raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")}) as server:
        [told] = troubles(Site(server.url(name=NAME).replace("http:", "https:")))
    assert told.startswith("TLS fails: ")


def test_a_name_that_nobody_knows_is_told_as_such() -> None:
    url = "https://no.such.invalid/"
    assert found(Site(url)) == [(Level.BAD, f"{url} could not be asked: no address for its name", "")]


def test_a_name_server_that_says_nothing_holds_up_nobody() -> None:
    url = "https://silence.example.test/"
    assert asked(Site(url), 0.5).sites[0].trouble == "its name is not looked up within 0.5 s"


def test_megabytes_are_read_only_so_far() -> None:
    with serving(page(b"x" * (3 << 20) + b"Welcome")) as server:
        [(_, summary, detail)] = found(Site(server.url(name=NAME), text="Welcome"))
    assert "without the text 'Welcome'" in summary
    assert detail == "it is longer than what was looked at"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("ようこそ".encode("euc-jp"), {"Content_Type": "text/html; charset=EUC-JP"}),
        (
            b'<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">' + "ようこそ".encode("shift_jis"),
            {},
        ),
        (b"\xff\xfe\x00" + "ようこそ".encode() + b"\x80", {}),
        ("ようこそ".encode(), {"Content_Type": "text/html; charset=no-such-thing"}),
    ],
)
def test_the_text_is_found_in_any_charset_and_among_any_bytes(body: bytes, headers: dict[str, str]) -> None:
    with serving(page(body, **headers)) as server:
        assert [level for level, *_ in found(Site(server.url(name=NAME), text="ようこそ"))] == [Level.OK]


def test_several_sites_are_asked_at_once() -> None:
    with serving(hangs) as silent, serving(page()) as good:
        sites = (*(Site(silent.url(f"/{n}", NAME)) for n in range(6)), Site(good.url(name=NAME)))
        silent.pages = {f"/{n}": hangs for n in range(6)}
        began = time.monotonic()
        seen = ask(Host("web1", "192.0.2.1", sites=sites), SHORT)
        assert time.monotonic() - began < 6 * SHORT
    assert [site.site for site in seen] == list(sites)
    assert [site.attempts[0].status for site in seen] == [None] * 6 + [200]


def test_sites_that_the_host_asks_are_not_asked_from_here() -> None:
    with serving(page()) as server:
        assert ask(Host("web1", "192.0.2.1", sites=(Site(server.url(), from_="host"),))) == ()
    assert server.asked == []


def test_a_store_of_certificates_that_can_t_be_read_is_no_site_s_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    [(level, summary, _)] = found(Site(f"https://{NAME}/"))
    assert level is Level.WARN
    assert "was not asked: this machine can ask no site: " in summary


# --- Certificates


@pytest.mark.parametrize(
    ("days", "level", "words"),
    [
        ((-10, 60), Level.OK, "certificate good for 59 d"),
        ((-80, 10), Level.WARN, "expires in "),
        ((-90, -3.5), Level.BAD, "expired 3 d 12 h ago"),
        ((1.5, 90), Level.BAD, "is not valid before "),
    ],
)
def test_the_dates_of_a_certificate_are_judged(days: tuple[float, float], level: Level, words: str) -> None:
    with serving(page(), context(NAME, days=days)) as server:
        [(told, summary, _)] = found(Site(server.url(name=NAME)))
    assert told is level
    assert words in summary


def test_dates_are_judged_by_the_true_time_not_by_the_clock_of_this_machine() -> None:
    with serving(page(), context(NAME, days=(-90, -3))) as server:
        true_time = time.time() - 30 * 86400
        assert [level for level, *_ in found(Site(server.url(name=NAME)), now=true_time)] == [Level.OK]


def test_a_site_with_a_bad_certificate_still_tells_its_status() -> None:
    with serving(page("down", "503 Unavailable"), context(NAME, days=(-90, -3))) as server:
        told = found(Site(server.url(name=NAME)))
    assert [summary.partition(str(server.port))[2][:17] for _, summary, _ in told] == [
        "/ answers 503, no",
        "/ expired 3 d ago",
    ]


def test_a_certificate_for_other_names_names_them() -> None:
    with serving(page(), context("a.example.test", "b.example.test")) as server:
        [(level, summary, detail)] = found(Site(server.url(name=NAME)))
    assert level is Level.BAD
    assert summary.endswith("/ is for a.example.test, b.example.test")
    assert "Hostname mismatch" in detail


def test_a_certificate_of_an_unknown_issuer_is_told_as_such() -> None:
    issuer = trustme.CA(organization_name="The Garage")
    with serving(page(), context(NAME, issuer=issuer)) as server:
        [(level, summary, detail)] = found(Site(server.url(name=NAME)))
    assert level is Level.BAD
    assert summary.endswith("/ is from an unknown issuer, by The Garage")
    assert "unable to get local issuer certificate" in detail


def test_the_json_document_shows_the_site() -> None:
    with serving({"/": redirect("/home"), "/home": page()}, context(NAME)) as server:
        [shown] = TOPIC.section(asked(Site(server.url(name=NAME))), None)
    certificate = shown.pop("certificate")
    assert shown.pop("seconds") > 0
    assert shown == {
        "url": server.url(name=NAME),
        "from": "controller",
        "status": 200,
        "family": "IPv4",
        "address": "127.0.0.1",
        "redirects": [server.url("/home", NAME)],
        "missing": [],
        "trouble": None,
        "unanswered": {},
    }
    assert (certificate["names"], certificate["days_left"], certificate["trusted"]) == ([NAME], 59, True)
    assert certificate["chain"][0] == "the site"
