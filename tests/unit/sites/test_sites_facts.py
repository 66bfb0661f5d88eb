"""What curl and wget of all ages say, and what is sent to a host's shell."""

import shlex
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.inventory import Host
from remedy.inventory.host import Site
from remedy.shell.answers import CONTROL, Answer, Answers
from remedy.sites.certificate import Doubt, doubt_of, from_chain, moment, plain
from remedy.sites.facts import Hop
from remedy.sites.fromhost import patience, values
from remedy.sites.heard import Heard
from remedy.sites.transcript import Transcript


@pytest.mark.parametrize(
    ("words", "doubt"),
    [
        ("", Doubt.NONE),
        ("certificate has expired", Doubt.TIME),
        ("SSL certificate problem: certificate is not yet valid", Doubt.TIME),
        ("Peer's Certificate has expired.", Doubt.TIME),  # NSS
        ("ERROR: The certificate of 'x' is not yet activated.", Doubt.TIME),  # GNU wget with GnuTLS
        ("Hostname mismatch, certificate is not valid for 'x'.", Doubt.NAME),
        ("IP address mismatch, certificate is not valid for '192.0.2.1'.", Doubt.NAME),
        ("SSL: no alternative certificate subject name matches target host name 'x'", Doubt.NAME),
        ("SSL: certificate subject name 'x' does not match target host name 'y'", Doubt.NAME),
        ("no certificate subject alternative name matches requested host name 'x'", Doubt.NAME),
        (
            "Unable to communicate securely with peer: requested domain name does not match the server's certificate.",
            Doubt.NAME,
        ),
        ("self-signed certificate", Doubt.SELF_SIGNED),
        ("self signed certificate", Doubt.SELF_SIGNED),
        ("self-signed certificate in certificate chain", Doubt.ISSUER),
        ("unable to get local issuer certificate", Doubt.ISSUER),
        ("unable to verify the first certificate", Doubt.ISSUER),
        ("Peer's Certificate issuer is not recognized.", Doubt.ISSUER),
        ("server certificate verification failed. CAfile: none CRLfile: none", Doubt.ISSUER),
        ("certificate revoked", Doubt.OTHER),
    ],
)
def test_the_words_of_every_program_are_understood(words: str, doubt: Doubt) -> None:
    assert doubt_of(words) is doubt


@pytest.mark.parametrize(
    "text",
    [
        "Aug 30 05:00:00 2017 GMT",
        "Aug  30 05:00:00 2017 GMT",
        "Wed, 30 Aug 2017 05:00:00 GMT",
        "Wed Aug 30 05:00:00 2017",
    ],
)
def test_dates_are_read_as_every_program_writes_them(text: str) -> None:
    assert moment(text) == 1504069200.0


def test_what_is_no_date_is_none() -> None:
    assert moment("yesterday") is None


def test_what_a_server_says_of_itself_is_bounded_and_can_do_no_harm() -> None:
    hostile = "\x1b[31mred\x00\n\r" + "x" * 10**6
    assert len(plain(hostile)) <= 200
    assert not CONTROL.search(plain(hostile))
    names = tuple(("DNS", f"\x1b[2J{n}.jp") for n in range(1000))
    shown = from_chain(
        [
            {
                "subject": ((("commonName", hostile),),),
                "subjectAltName": names,
                "notBefore": "Aug 30 05:00:00 2017 GMT",
                "notAfter": "soon",
            }
        ]
    )
    assert len(shown.names) == 20
    assert "\x1b" not in repr(shown)


def test_a_certificate_belongs_to_the_hop_at_which_it_was_shown() -> None:
    said = """\
* Connected to example.jp (203.0.113.10) port 443 (#0)
* 	subject: CN=example.jp,O=Example
* 	start date: Aug 29 05:00:00 2017 GMT
* 	expire date: Nov 29 05:00:00 2017 GMT
* 	issuer: CN=R3,O=Let's Encrypt,C=US
< HTTP/1.1 100 Continue
< HTTP/2 301
< location: /home
< content-type: text/html
< HTTP/2 200
< content-type: text/html; charset=EUC-JP
"""
    way = Transcript([Hop("https://example.jp/")])
    way.read(said)
    way.end()
    assert [(hop.url, hop.status) for hop in way.hops] == [
        ("https://example.jp/", 301),
        ("https://example.jp/home", 200),
    ]
    first, second = (hop.certificate for hop in way.hops)
    assert first
    assert second is None
    assert (first.names, first.issuer, first.chain[0].not_after) == (("example.jp",), "R3", 1511931600.0)
    assert way.charset == "EUC-JP"


LINES = st.sampled_from(
    [
        "< HTTP/1.1 302 Found",
        "  HTTP/1.1 200 OK",
        "< Location: ",
        "  location: http://[",
        "* \t start date: ",
        "* expire date: Aug 30 05:00:00 2017 GMT",
        "* subject: CN=",
        "curl: (60) certificate has expired",
        "* Connected to x (::1:",
        "\n",
    ]
)


@given(st.lists(LINES | st.text(max_size=30)), st.sampled_from(["curl", "wget", "busybox"]), st.integers(0, 255))
def test_whatever_a_program_says_is_understood_somehow(said: list[str], tool: str, status: int) -> None:
    name = "site/0/any"
    told = Answer(f"{name}/verified", "".join(said), 0, began=1.0, ended=2.0)
    answers = Answers((told, Answer(f"{name}/verified/status", str(status)), replace(told, name=f"{name}/unverified")))
    attempt = Heard(answers, name, Site("https://example.jp/", text="x", regex="y"), None, tool).attempt()
    assert attempt.trouble or attempt.status is not None
    assert len(attempt.hops) <= 12


def test_nothing_of_a_site_reaches_a_shell_unquoted() -> None:
    text = 'it\'s "$(reboot)" `reboot`\nreboot'
    site = Site("https://日本語.example/$(reboot)?a='b'#part", text=text, from_="host", resolve="2001:db8::1")
    words = shlex.split(values(Host("web1", "192.0.2.1", sites=(site,)))["SITES"])
    assigned = dict(word.split("=", 1) for word in words[:-2])
    assert words[-2:] == ["sites_site", "0"]
    assert assigned == {
        "sites_url": "https://xn--wgv71a119e.example/$(reboot)?a='b'",
        "sites_families": "any",
        "sites_text": text,
        "sites_follows": "yes",
        "sites_sends": "",
        "sites_resolve": "xn--wgv71a119e.example:443:2001:db8::1",
        "sites_at": "https://[2001:db8::1]/$(reboot)?a='b'",
        "sites_host": "xn--wgv71a119e.example",
    }


def test_sites_that_the_controller_asks_cost_the_host_nothing() -> None:
    host = Host("web1", "192.0.2.1", sites=(Site("https://example.jp/"),))
    assert values(host)["SITES"] == ""
    assert patience(host) == 0


def test_nothing_heavy_is_loaded_before_a_site_is_asked() -> None:
    heavy = ("httpx2", "asyncio", "ssl", "cryptography")
    program = f"import remedy.sites, sys; sys.exit(any(name in sys.modules for name in {heavy!r}))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
