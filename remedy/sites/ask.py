"""Asks the sites of a host from here, all at once: each of its addresses, along its redirects, within a deadline.

Proxies of the environment are not used: what counts is that the site itself answers, by IPv4 and by IPv6. Where only a
proxy leads outside, `from: host` asks from the other side. Cookies are not kept, as curl does it.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx2

from remedy.inventory.host import Host, Site
from remedy.sites import names, tls, troubles
from remedy.sites.certificate import Certificate, doubt_of, plain
from remedy.sites.facts import (
    BODY_LIMIT,
    REDIRECTS,
    SITE_SECONDS,
    SITES_AT_ONCE,
    Attempt,
    Family,
    Hop,
    SiteFacts,
    holds,
    missing,
    wants_redirect,
)

HEADERS = {"User-Agent": "post-mainte", "Accept": "*/*", "Accept-Encoding": "identity"}
STEPS = {  # what is still to come when one of these begins (httpx2's "trace" extension)
    "connection.connect_tcp.started": "no connection",
    "connection.start_tls.started": "no TLS handshake",
    "http11.send_request_headers.started": "no answer",
    "http11.receive_response_body.started": "no whole answer",
}
META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w\-]{1,40})", re.IGNORECASE)


def ask(host: Host, seconds: float = SITE_SECONDS) -> tuple[SiteFacts, ...]:
    """What the sites that are asked from here answer, each within so many seconds, in their order; raises nothing."""
    sites = [site for site in host.sites if site.from_ == "controller"]
    if not sites:
        return ()
    try:
        return asyncio.run(_ask_all(sites, seconds))
    except Exception as error:  # it is this machine's, whatever it is, and no host's
        return tuple(_unasked(site, str(error)) for site in sites)


async def ask_site(site: Site, seconds: float = SITE_SECONDS) -> SiteFacts:
    """What one site answers within so many seconds; raises nothing."""
    began = asyncio.get_running_loop().time()
    try:
        tls.verifying()
    except Exception as error:  # here as well
        return _unasked(site, str(error))
    try:
        url = httpx2.URL(site.url)
        async with asyncio.timeout_at(began + seconds):
            addresses = await names.addresses(site.resolve or url.raw_host.decode())
    except TimeoutError:
        return SiteFacts(site, trouble=f"its name is not looked up within {seconds:g} s")
    except Exception as error:  # whatever it is, it is the trouble of this one site
        why = plain(troubles.words(error))
        return _unasked(site, why) if troubles.is_unasked(error) else SiteFacts(site, trouble=why)
    askings = [_Asking(site, began, seconds, *address) for address in sorted(addresses.items())]
    attempts = await asyncio.gather(*(asking.attempt() for asking in askings))
    unasked = [attempt for asking, attempt in zip(askings, attempts, strict=True) if asking.is_unasked]
    if unasked and all(attempt.trouble for attempt in attempts):
        return _unasked(site, unasked[0].trouble)
    reached = [attempt for asking, attempt in zip(askings, attempts, strict=True) if not asking.is_our_trouble]
    return SiteFacts(site, tuple(reached or attempts))


async def _ask_all(sites: Sequence[Site], seconds: float) -> tuple[SiteFacts, ...]:
    gate = asyncio.Semaphore(SITES_AT_ONCE)

    async def in_turn(site: Site) -> SiteFacts:
        async with gate:
            return await ask_site(site, seconds)

    return tuple(await asyncio.gather(*map(in_turn, sites)))


def _unasked(site: Site, why: str) -> SiteFacts:
    return SiteFacts(site, trouble=plain(f"this machine can ask no site: {why}"), is_unasked=True)


class _Asking:
    """One address of a site, being asked. What was reached stays, whatever ends it."""

    def __init__(self, site: Site, began: float, seconds: float, family: Family, address: str) -> None:
        self.site, self._began, self._seconds = site, began, seconds
        self._family, self._addresses = family, {httpx2.URL(site.url).host: address}
        self._hops: list[Hop] = []
        self._seen = Attempt(family, address)
        self._lacks = "no connection"
        self.is_our_trouble = self.is_unasked = False

    async def attempt(self) -> Attempt:
        """Follow the site to its last answer; raises nothing."""
        trouble = ""
        try:
            async with asyncio.timeout_at(self._began + self._seconds):
                await self._follow()
        except TimeoutError:
            trouble = f"{self._lacks} within {self._seconds:g} s"
        except Exception as error:  # and of this one address
            trouble = troubles.words(error)
            self.is_our_trouble, self.is_unasked = troubles.is_ours(error), troubles.is_unasked(error)
        seconds = round(asyncio.get_running_loop().time() - self._began, 3)
        return replace(self._seen, hops=tuple(self._hops), seconds=seconds, trouble=plain(trouble))

    async def _follow(self) -> None:
        url = httpx2.URL(self.site.url)
        for _ in range(REDIRECTS + 1):
            self._hops.append(Hop(plain(str(url))))
            target = await self._get(url)
            if target is None:
                return
            url = target
        raise troubles.SiteError(f"it redirects more than {REDIRECTS} times")

    async def _get(self, url: httpx2.URL) -> httpx2.URL | None:
        """Ask one URL; the next one, where it redirects."""
        try:
            return await self._send(url, "")
        except httpx2.ConnectError as error:
            said = troubles.refusal(error)
            if not said:
                raise
        self._note(certificate=Certificate(doubt=doubt_of(said), said=plain(said)))
        return await self._send(url, said)

    async def _send(self, url: httpx2.URL, said: str) -> httpx2.URL | None:
        """The same, with a certificate verified, or refused already for what is `said` of it."""
        context = tls.trusting() if said else tls.verifying()
        async with httpx2.AsyncClient(verify=context, trust_env=False, timeout=None) as client:
            request = client.build_request(
                "GET",
                url.copy_with(host=await self._address(url)),
                headers={**HEADERS, "Host": url.netloc.decode()},
                extensions={"sni_hostname": url.raw_host.decode(), "trace": self._trace},
            )
            response = await client.send(request, stream=True)
            stream = response.extensions["network_stream"]
            shown = tls.certificate(stream.get_extra_info("ssl_object"), said)
            self._note(status=response.status_code, certificate=shown)
            if response.has_redirect_location and not wants_redirect(self.site):
                return _target(url, response)
            await self._read(response)
        return None

    async def _read(self, response: httpx2.Response) -> None:
        """Read the last answer, as far as it is looked at, and look for what it should hold."""
        content = bytearray()
        async for piece in response.aiter_bytes():
            content += piece
            if len(content) > BODY_LIMIT:
                break
        charset = response.charset_encoding or ""
        text = _decoded(bytes(content[:BODY_LIMIT]), charset)
        self._seen = replace(
            self._seen,
            missing=missing(self.site, (self.site.text or "") in text, holds(text, self.site.regex)),
            truncated=len(content) > BODY_LIMIT,
            charset=plain(charset),
        )

    async def _address(self, url: httpx2.URL) -> str:
        """Where to ask for that URL: of the family that is tried, if its name has an address there."""
        if url.host not in self._addresses:
            found = await names.addresses(url.raw_host.decode())
            self._addresses[url.host] = found.get(self._family) or next(iter(found.values()))
        return self._addresses[url.host]

    async def _trace(self, event: str, _info: Mapping[str, Any]) -> None:
        self._lacks = STEPS.get(event, self._lacks)

    def _note(self, **known: Any) -> None:
        self._hops[-1] = replace(self._hops[-1], **known)


def _target(url: httpx2.URL, response: httpx2.Response) -> httpx2.URL:
    location = response.headers["location"]
    try:
        target = url.join(location)
    except (httpx2.InvalidURL, ValueError):
        raise troubles.SiteError(f"it redirects to what is no URL: {location}") from None
    if target.scheme not in ("http", "https") or not target.host:
        raise troubles.SiteError(f"it redirects to {location}")
    return target


def _decoded(content: bytes, charset: str) -> str:
    """The text of an answer, by what it says of its charset, else as UTF-8; nothing in it is an error."""
    declared = META_CHARSET.search(content[:4096])
    for name in (charset, declared[1].decode() if declared else ""):
        try:
            return content.decode(name, "replace")
        except (LookupError, ValueError, UnicodeError):
            continue
    return content.decode("utf-8", "replace")
