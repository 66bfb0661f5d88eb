"""The sites that a host asks itself: what its probe is to ask, and what came of it (probe.sh)."""

import shlex
import string
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, urlsplit

from remedy.inventory.address import is_ip
from remedy.inventory.host import Host, Site
from remedy.shell.answers import Answers
from remedy.sites.facts import SITE_SECONDS, Family, SiteFacts, wants_redirect
from remedy.sites.heard import Heard

FAMILIES = {"4": Family.IPV4, "6": Family.IPV6, "any": None}  # as curl and wget name them
PORTS = {"http": 80, "https": 443}
NO_HTTPS = "not an http or ftp url"  # says busybox wget without TLS


def values(host: Host) -> dict[str, str]:
    """What the probe is to ask (probe.sh)."""
    programs = [_program(number, site) for number, site in enumerate(_asked_by_host(host))]
    return {"SITES": "\n".join(programs), "SITES_SECONDS": f"{SITE_SECONDS:.0f}"}


def patience(host: Host) -> float:
    """The seconds that it may take: each family twice, if a certificate is bad."""
    return sum(4 * (SITE_SECONDS + 4) for _ in _asked_by_host(host))


def _asked_by_host(host: Host) -> Iterator[Site]:
    return (site for site in host.sites if site.from_ == "host")


def _program(number: int, site: Site) -> str:
    """The shell that asks one site."""
    url = _ascii(site.url)
    parts = urlsplit(url)
    name, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    assigned = {
        "url": url,
        "families": "any" if site.resolve or is_ip(name) else "4 6",
        "text": site.text or "",
        "follows": "" if wants_redirect(site) else "yes",
        "sends": "yes" if site.regex else "",
        "resolve": f"{name}:{port}:{site.resolve}" if site.resolve else "",
        "at": parts._replace(netloc=_netloc(site.resolve, parts.port)).geturl() if site.resolve else "",
        "host": parts.netloc.rpartition("@")[2],
    }
    return "\n".join([*(f"sites_{key}={shlex.quote(text)}" for key, text in assigned.items()), f"sites_site {number}"])


def _ascii(url: str) -> str:
    """A URL as it is sent: without its fragment, and for programs that know ASCII only."""
    parts = urlsplit(url)
    user, at, server = parts.netloc.rpartition("@")
    with suppress(UnicodeError):  # what no name server could know, the program refuses in its own words
        server = server.encode("idna").decode()
    whole = parts._replace(netloc=user + at + server, fragment="").geturl()
    return quote(whole, safe=string.printable)


def _netloc(address: str, port: int | None) -> str:
    shown = f"[{address}]" if ":" in address else address
    return f"{shown}:{port}" if port else shown


def read(answers: Answers, host: Host) -> tuple[SiteFacts, ...]:
    """What the host's own sites answered, in their order."""
    return tuple(_site(answers, number, site) for number, site in enumerate(_asked_by_host(host)))


def _site(answers: Answers, number: int, site: Site) -> SiteFacts:
    tool = answers.text("sites/tool")
    if tool in ("", "none"):
        return SiteFacts(site, trouble="the host has neither curl nor wget", is_unasked=True)
    tried = [Heard(answers, f"site/{number}/{digit}", site, family, tool) for digit, family in FAMILIES.items()]
    heard = [one for one in tried if one.was_asked]
    if not heard:
        why = "the host has no curl" if site.resolve and tool != "curl" else "the host did not say"
        return SiteFacts(site, trouble=why, is_unasked=True)
    if any(NO_HTTPS in one.said for one in heard):
        return SiteFacts(site, trouble="the host has no program that speaks HTTPS", is_unasked=True)
    named = [one for one in heard if not one.lacks_name] or heard[:1]
    reachable = [one for one in named if not one.lacks_way] or named
    return SiteFacts(site, tuple(one.attempt() for one in reachable))
