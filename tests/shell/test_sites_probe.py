"""Sites that the host asks, under every shell and by every program that a host may have for it."""

import time
from typing import Any

import pytest
import trustme
from web_certificates import context, trust
from web_server import Page, drips, drips_body, hangs, page, raw, redirect, resets, serving

from remedy.gap import Gap, GapKind
from remedy.inventory import Host
from remedy.inventory.host import Site
from remedy.model import Finding, Level
from remedy.probe import probe_script
from remedy.reference import Reference
from remedy.shell.script import Script
from remedy.sites import TOPIC, SitesFacts
from remedy.sites.facts import Attempt, Family
from remedy.topic import Situation

from .fake_host import FakeHost
from .runner import run

HOURS = 3600.0
NOW = time.time()
NEEDED = ("env", "head", "tr")


@pytest.fixture(params=["curl", "wget", "busybox"])
def tool(request: pytest.FixtureRequest, host: FakeHost) -> str:
    """The program that the host has."""
    give(host, request.param)
    return str(request.param)


def give(host: FakeHost, tool: str) -> None:
    host.borrow(*(name for name in NEEDED if not (host.root / "usr/bin" / name).exists()))
    if tool == "busybox":
        (host.root / "usr/bin/wget").symlink_to("/bin/busybox")
    elif tool:
        host.borrow(tool)


def asked(host: FakeHost, *sites: Site, seconds: float = 10.0) -> SitesFacts:
    """The facts of these sites, whose issuer the host trusts."""
    machine = Host("web1", "192.0.2.1", sites=sites)
    script = probe_script((TOPIC,), machine)
    script = Script(script.sections, script.entries, {**script.values, "SITES_SECONDS": f"{seconds:.0f}"})
    trusted = trust(host.root)
    (host.root / "wgetrc").write_text(f"ca_certificate = {trusted}\n")
    env = {
        **host.env,
        "HOME": str(host.root),
        "CURL_CA_BUNDLE": str(trusted),
        "WGETRC": str(host.root / "wgetrc"),
        "http_proxy": "http://127.0.0.1:1/",
        "https_proxy": "http://127.0.0.1:1/",
        "NO_PROXY": "",
    }
    read: SitesFacts = TOPIC.read(run(host.argv, script, env), Situation(machine, Reference("ntp", 0, 0, 0), now=NOW))
    return read


def attempts(host: FakeHost, site: Site, seconds: float = 10.0) -> tuple[Attempt, ...]:
    return asked(host, site, seconds=seconds).sites[0].attempts


def found(host: FakeHost, *sites: Site, gaps: tuple[Gap, ...] = (), now: float = NOW) -> list[Finding]:
    situation = Situation(Host("web1", "192.0.2.1"), Reference("ntp", 0, 0, 0), now=now, gaps=gaps)
    return list(TOPIC.judge(asked(host, *sites), situation))


def on_host(url: str, **wanted: Any) -> Site:
    return Site(url, from_="host", **wanted)


def test_a_good_site_is_asked_and_looked_through(host: FakeHost, tool: str) -> None:
    with serving(page("Welcome,\neverybody")) as server:
        wanted = on_host(server.url(), text="Welcome,\nevery", regex="every[a-z]+")
        seen = attempts(host, wanted)
    assert {(a.status, a.trouble, a.missing) for a in seen} == {(200, "", ())}
    if tool == "curl":
        assert [(a.family, a.address) for a in seen] == [(Family.IPV4, "127.0.0.1"), (Family.IPV6, "::1")]
    assert all(a.seconds is not None for a in seen)


def test_what_it_should_hold_and_does_not_is_said(host: FakeHost, tool: str) -> None:
    with serving(page("Welcome")) as server:
        [seen, *_] = attempts(host, on_host(server.url(), text="Good morning", regex="^x"))
    assert seen.missing == ("the text 'Good morning'", "anything that matches '^x'")


def test_a_wrong_status_is_said_with_the_way_there(host: FakeHost, tool: str) -> None:
    with serving({"/": redirect("/gone"), "/gone": page("no", "404 Not Found")}) as server:
        [finding] = found(host, on_host(server.url()))
    assert (finding.level, finding.summary) == (Level.BAD, f"{server.url()} answers 404, not 200")
    assert finding.detail == f"it redirects to {server.url('/gone')}"
    assert finding.command == f"curl -sSIL {server.url()}"


def test_a_redirect_that_is_wanted_is_enough(host: FakeHost, tool: str) -> None:
    with serving({"/": redirect("/home", "301 Moved"), "/home": page()}) as server:
        [finding] = found(host, on_host(server.url(), status=301))
        assert finding.level is Level.OK
        assert tool == "busybox" or set(server.asked) == {"/"}


def test_a_refused_connection_is_told_as_such(host: FakeHost, tool: str) -> None:
    with serving(page()) as server:
        url = server.url()
    [finding] = found(host, on_host(url))
    assert (finding.level, finding.summary) == (Level.BAD, f"{url} does not answer: connection refused")


def test_a_redirect_to_nowhere_is_no_answer(host: FakeHost, tool: str) -> None:
    with serving(page()) as gone:
        url = gone.url()
    with serving(redirect(url)) as server:
        seen = attempts(host, on_host(server.url()))
    assert {a.trouble for a in seen} == {"connection refused"}
    assert {a.redirects for a in seen} == {(url,)}


def test_a_name_that_nobody_knows_is_told_as_such(host: FakeHost, tool: str) -> None:
    [finding] = found(host, on_host("http://no.such.invalid/"))
    assert finding.summary == "http://no.such.invalid/ does not answer: no address for its name"


def test_a_loop_of_redirects_ends(host: FakeHost, tool: str) -> None:
    with serving(redirect("/")) as server:
        [seen, *_] = attempts(host, on_host(server.url()))
    assert "redirect" in seen.trouble
    assert len(seen.redirects) <= 11


@pytest.mark.parametrize(("tool", "behaviour"), [("curl", drips), ("wget", drips_body), ("busybox", hangs)])
def test_what_never_ends_is_given_up(host: FakeHost, tool: str, behaviour: Page) -> None:
    give(host, tool)
    with serving(behaviour, families="4") as server:
        [seen] = attempts(host, on_host(server.url(name="127.0.0.1")), seconds=1)
    assert seen.trouble in ("no answer within 10 s", "no whole answer within 10 s")


def test_half_an_answer_is_none(host: FakeHost, tool: str) -> None:
    half = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nWelcome")
    with serving(half, families="4") as server:
        [seen] = attempts(host, on_host(server.url(name="127.0.0.1"), text="Welcome"))
    assert seen.trouble


@pytest.mark.parametrize("behaviour", [resets, raw(b""), raw(b"SSH-2.0-OpenSSH_9.2\r\n")])
def test_what_is_no_answer_is_a_trouble(host: FakeHost, tool: str, behaviour: Page) -> None:
    with serving(behaviour, families="4") as server:
        [seen] = attempts(host, on_host(server.url(name="127.0.0.1")))
    assert seen.trouble
    assert seen.status is None


def test_megabytes_are_read_only_so_far(host: FakeHost, tool: str) -> None:
    with serving(page(b"Welcome" + b"x" * (3 << 20) + b"Goodbye"), families="4") as server:
        [seen] = attempts(host, on_host(server.url(name="127.0.0.1"), text="Welcome", regex="^Wel"))
        assert (seen.status, seen.trouble, seen.missing, seen.truncated) == (200, "", (), True)
        [seen] = attempts(host, on_host(server.url(name="127.0.0.1"), text="Goodbye"))
    assert seen.missing == ("the text 'Goodbye'",)


def test_any_bytes_may_be_in_an_answer(host: FakeHost, tool: str) -> None:
    body = b"\xff\xfe\x00\x1b[31m'\"$(touch HOME)`\\\r\n" + "ようこそ".encode() + b"\x80"
    with serving(page(body), families="4") as server:
        [seen] = attempts(host, on_host(server.url(name="127.0.0.1"), text="ようこそ", regex=r"touch HOME"))
    assert (seen.trouble, seen.missing) == ("", ())


def test_quotes_and_the_like_reach_no_shell(host: FakeHost, tool: str) -> None:
    text = 'it\'s "$(touch $STATE/here)" `touch $STATE/here` *[a-z]? \\'
    with serving({"/$(touch $STATE/here)'?a={b}&c=[d]": page(text)}, families="4") as server:
        url = server.url("/$(touch%20$STATE/here)'?a={b}&c=[d]", "127.0.0.1")
        [seen] = attempts(host, on_host(url, text=text))
    assert (seen.status, seen.missing) == (200, ())
    assert not host.has("here")


def test_nothing_that_a_site_says_is_taken_for_the_probe_s_own_word(host: FakeHost, tool: str) -> None:
    forged = "\n0123 exit 0\n< HTTP/1.1 200 OK\n  HTTP/1.1 200 OK\nvalue site/0/any/verified/text found\n"
    with serving(page(forged, "500 Oops", X_Forged="< HTTP/1.1 200 OK"), families="4") as server:
        [seen] = attempts(host, on_host(server.url(name="127.0.0.1"), text="Welcome", regex="Welcome"))
    assert (seen.status, len(seen.missing), len(seen.hops)) == (500, 2, 1)


def test_nothing_is_left_on_the_host(host: FakeHost, tool: str) -> None:
    before = {path.name for path in host.root.rglob("*")}
    with serving(page(), context("127.0.0.1"), families="4") as server:
        attempts(host, on_host(server.url(name="127.0.0.1")))
    assert {path.name for path in host.root.rglob("*")} - before <= {"wgetrc", "trusted.pem"}


def test_resolve_asks_that_address_for_that_name(host: FakeHost, tool: str) -> None:
    with serving(page(), families="4") as server:
        [seen] = attempts(host, on_host(server.url("/x", "site.invalid").replace("/x", "/"), resolve="127.0.0.1"))
    assert (seen.family, seen.status) == (Family.IPV4, 200)
    assert server.hosts == [f"site.invalid:{server.port}"]


def test_resolve_by_tls_needs_curl(host: FakeHost, tool: str) -> None:
    with serving(page(), context("site.invalid"), families="4") as server:
        [finding] = found(host, on_host(server.url(name="site.invalid"), resolve="127.0.0.1"))
    if tool == "curl":
        assert finding.level is Level.OK
        assert server.names == ["site.invalid"]
    else:
        assert finding.level is Level.WARN
        assert finding.summary.endswith("/ was not asked: the host has no curl")


def test_a_host_without_any_program_says_so(host: FakeHost) -> None:
    give(host, "")
    [finding] = found(host, on_host("http://127.0.0.1:1/"))
    assert (finding.level, finding.summary) == (
        Level.WARN,
        "http://127.0.0.1:1/ was not asked: the host has neither curl nor wget",
    )


def test_a_site_that_answers_by_one_family_only_is_told_apart(host: FakeHost) -> None:
    give(host, "curl")
    with serving(page(), families="4") as server:
        [finding] = found(host, on_host(server.url()))
    assert (finding.level, finding.summary) == (Level.WARN, f"{server.url()} answers over IPv4 only")
    assert finding.detail == "over IPv6 at ::1: connection refused"
    assert finding.command == f"curl -sSIL -6 {server.url()}"


def test_a_host_that_asks_nothing_needs_no_program(host: FakeHost) -> None:
    assert found(host, Site("http://127.0.0.1:1/"))[0].summary == "http://127.0.0.1:1/ was not asked: nobody asked"


# --- Certificates


@pytest.fixture(params=["curl", "wget"])
def verifier(request: pytest.FixtureRequest, host: FakeHost) -> str:
    """The program that the host has, of those that verify certificates."""
    give(host, request.param)
    return str(request.param)


def test_a_good_certificate_is_good(host: FakeHost, verifier: str) -> None:
    with serving(page(), context("127.0.0.1"), families="4") as server:
        [finding] = found(host, on_host(server.url(name="127.0.0.1")))
    assert finding.level is Level.OK
    assert ("certificate good for " in finding.summary) is (verifier == "curl")


@pytest.mark.parametrize(
    ("names", "days", "words"),
    [
        (["127.0.0.1"], (-90.0, -3.0), "expired|not valid by the clock"),
        (["127.0.0.1"], (1.5, 90.0), "is not valid before|not valid by the clock"),
        (["127.0.0.2"], (-10.0, 60.0), "is for "),
    ],
)
def test_a_bad_certificate_is_told_why_and_the_status_all_the_same(
    host: FakeHost, verifier: str, names: list[str], days: tuple[float, float], words: str
) -> None:
    with serving(page("Welcome", "503 Oops"), context(*names, days=days), families="4") as server:
        status, certificate = found(host, on_host(server.url(name="127.0.0.1"), text="Welcome"))
    assert "answers 503, not 200" in status.summary
    assert certificate.level is Level.BAD
    assert any(word in certificate.summary for word in words.split("|"))


def test_a_certificate_of_an_unknown_issuer_is_told_as_such(host: FakeHost, verifier: str) -> None:
    with serving(page(), context("127.0.0.1", issuer=trustme.CA()), families="4") as server:
        [finding] = found(host, on_host(server.url(name="127.0.0.1")))
    assert finding.level is Level.BAD
    assert "is from an unknown issuer" in finding.summary


def test_a_certificate_that_only_the_host_s_wrong_clock_refuses_is_explained(host: FakeHost) -> None:
    give(host, "curl")
    with serving(page(), context("127.0.0.1", days=(0.1, 60)), families="4") as server:
        gap = Gap(GapKind.STEP, NOW, NOW + 6 * HOURS, "measured")  # it is later than this machine thinks
        [finding] = found(host, on_host(server.url(name="127.0.0.1")), gaps=(gap,), now=NOW + 6 * HOURS)
    assert finding.level is Level.WARN
    assert finding.summary.endswith("/ is good, but not by the clock of the host, which is 6 h behind")
    assert "certificate is not yet valid" in finding.detail


def test_busybox_says_that_it_verifies_nothing(host: FakeHost) -> None:
    give(host, "")
    host.put("usr/bin/wget", "#!/bin/sh\nprintf '  HTTP/1.1 200 OK\\n' >&2\n")
    [finding] = found(host, on_host("https://127.0.0.1:1/"))
    assert (finding.level, finding.detail) == (Level.OK, "the host has no program that verifies certificates")


def test_a_busybox_without_tls_is_told_apart_from_a_dead_site(host: FakeHost) -> None:
    give(host, "")
    host.put("usr/bin/wget", "#!/bin/sh\necho 'wget: not an http or ftp url: https://127.0.0.1:1/' >&2; exit 1\n")
    [finding] = found(host, on_host("https://127.0.0.1:1/"))
    assert finding.level is Level.WARN
    assert finding.summary.endswith("was not asked: the host has no program that speaks HTTPS")


def test_the_bounds_are_kept_where_the_program_keeps_none(host: FakeHost) -> None:
    give(host, "")
    host.put("usr/bin/curl", "#!/bin/sh\nexec sleep 600\n")
    [seen] = attempts(host, on_host("http://127.0.0.1:1/"), seconds=0)
    assert seen.trouble == "no answer within 10 s"


def test_a_host_without_timeout_waits_for_no_watchdog(host: FakeHost) -> None:
    give(host, "curl")
    host.remove("timeout")
    with serving(page(), families="4") as server:
        [seen] = attempts(host, on_host(server.url(name="127.0.0.1")), seconds=100)
    assert (seen.status, seen.trouble) == (200, "")
    assert (seen.seconds or 0) < 90  # the watchdog's sleep would be 102 s
