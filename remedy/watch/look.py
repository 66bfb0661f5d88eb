"""Looks at hosts: their SSH ports and sites by one loop, their clocks by a login as `fab check-time` makes it."""

import asyncio
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from remedy import clock
from remedy.errors import HostError, NoReferenceError
from remedy.fanout import fan_out
from remedy.inventory import Fleet, Host, split_server
from remedy.inventory.host import Site
from remedy.job import Job
from remedy.model import HostReport, Level
from remedy.reference import Reference, measure
from remedy.reference.sntp import RejectedError
from remedy.reference.survey import Word, survey
from remedy.report.progress import Progress
from remedy.run import Means, Visit
from remedy.sites.facts import SITES_AT_ONCE, SiteFacts, SitesFacts
from remedy.sites.judge import judge
from remedy.ssh import dial
from remedy.ssh.connection import Connector, Place
from remedy.ssh.deadline import Deadline
from remedy.topic import Situation
from remedy.warning import warn
from remedy.watch.judge import RETRY
from remedy.watch.knock import Answer, knock
from remedy.watch.model import LOGIN, Reading, Seen, Subject
from remedy.watch.turns import LATEST, Look, in_turn

LOGINS = 16  # at once: more of them bring nothing while they are let in, and those that hang cost but their threads
LOGIN_SECONDS = 20.0
LEAST_LOGIN_SECONDS = 10.0  # however short the interval is: who is slow to let us in is not down
WITNESS_SECONDS = 3.0
ANY_PORT = 9
OWN_NAME = "127.0.1.1"  # as Debian's /etc/hosts has a machine's own name


class Looks:
    """How hosts are looked at from here; see remedy.watch.round.Looker."""

    def __init__(self, config: Any, fleet: Fleet, accept_new: bool) -> None:
        self._config, self._fleet, self._accept_new = config, fleet, accept_new
        self._places: dict[str, Place | HostError | None] = {}
        self._has_reference = True
        self._unasked: set[str] = set()

    def knock(self, hosts: Sequence[Host]) -> Sequence[Seen]:
        """The SSH ports and sites of these hosts; those behind a jump host are logged in to instead, meanwhile."""
        behind = [host for host in hosts if self._place(host) is None]
        said, self._unasked = self._unasked, set()
        with ThreadPoolExecutor(1, "watch") as pool:
            logged_in = pool.submit(self._log_in, behind)
            seen = asyncio.run(self._knock(hosts)) + logged_in.result()
        for why in sorted(self._unasked - said):
            warn(f"not everything could be looked at: {why}")
        return seen

    def read_clocks(self, hosts: Sequence[Host]) -> tuple[Sequence[Seen], Sequence[Reading]]:
        """Whether these hosts let us in, and what their clocks say; nothing where nobody tells the true time."""
        try:
            reference = measure(self._fleet.reference.servers, self._fleet.reference.local_clock)
        except NoReferenceError as error:
            if self._has_reference:
                warn(f"no clock is read until somebody tells the true time: {error}")
            self._has_reference = False
            return (), ()
        self._has_reference = True
        at, seen, readings = time.time(), [], []
        for report in self._visit(hosts, reference, LOGIN_SECONDS):
            offset = (report.sections.get("clock") or {}).get("before")
            seen.append(Seen(Subject(report.name, LOGIN), at, "" if offset else _one_line(report), report.seconds))
            if offset:
                readings.append(Reading(report.name, at, offset["offset_s"], offset["error_s"]))
        return seen, readings

    def has_witness(self) -> bool:
        """Whether an NTP server answers, or the mail server, if that is another machine."""
        words = survey(self._fleet.reference.servers, WITNESS_SECONDS, _is_any_from_elsewhere)
        return _is_any_from_elsewhere(words) or self._mail_server_answers()

    def _place(self, host: Host) -> Place | HostError | None:
        """Where to knock; found out once, since it takes reading ssh_config."""
        if host.name not in self._places:
            with Connector(self._config) as connector:
                for one in self._fleet.hosts.values() if host.name in self._fleet.hosts else (host,):
                    try:
                        self._places[one.name] = connector.place(one)
                    except HostError as error:
                        self._places[one.name] = error
        return self._places[host.name]

    async def _knock(self, hosts: Sequence[Host]) -> list[Seen]:
        looks = [look for host in hosts for look in self._looks_at(host)]
        return await in_turn(looks, min((host.interval for host in hosts), default=0.0))

    def _looks_at(self, host: Host) -> Iterator[Look]:
        if place := self._place(host):
            yield Look(partial(self._at_port, host, place))
        gate = asyncio.Semaphore(SITES_AT_ONCE)
        for site in host.sites:
            if site.from_ == "controller":
                yield Look(partial(self._at_site, host, site), gate)

    async def _at_port(self, host: Host, place: Place | HostError) -> Seen | None:
        at, began = time.time(), time.monotonic()
        answer = await knock(place) if isinstance(place, Place) else Answer(str(place))
        seconds = round(time.monotonic() - began, 4)
        if answer.is_unasked:
            self._unasked.add(answer.trouble)
            return None
        return Seen(Subject(host.name), at, answer.trouble, seconds, _is_here(answer.address))

    async def _at_site(self, host: Host, site: Site) -> Seen | None:
        from remedy.sites.ask import ask_site  # loads httpx2

        at = time.time()
        facts = await ask_site(site)
        if facts.is_unasked:
            self._unasked.add(facts.trouble)
            return None
        return _site_seen(host, facts, at)

    def _log_in(self, hosts: Sequence[Host]) -> list[Seen]:
        """Whether hosts can be reached at which we can't knock, in time for three looks within two intervals."""
        if not hosts:
            return []
        at, now = time.time(), time.monotonic()
        seconds = min(LOGIN_SECONDS, max(LEAST_LOGIN_SECONDS, RETRY * min(host.interval for host in hosts)))
        reports = self._visit(hosts, Reference("local", at - now, 0.0, now), seconds)
        return [
            Seen(Subject(report.name), at, "" if report.sections else _one_line(report), report.seconds)
            for report in reports
        ]

    def _visit(self, hosts: Sequence[Host], reference: Reference, seconds: float) -> Iterator[HostReport]:
        """Log in to as many as there is time for, in their order; who is left has no report, and is due next time."""
        job = Job((clock.TOPIC,), seconds)
        deadline = Deadline(LATEST * min(host.interval for host in hosts), "logins")
        with Connector(self._config, self._accept_new) as connector:
            means = Means(connector, lambda: reference, Progress())
            pool = ThreadPoolExecutor(LOGINS, "watch")
            yield from fan_out(
                lambda host: Visit(host, job).make(means), hosts, pool, LOGINS, may_begin=lambda: not deadline.passed
            )

    def _mail_server_answers(self) -> bool:
        if self._fleet.mail is None:
            return False
        deadline = Deadline(WITNESS_SECONDS, "connect")
        name, port = split_server(self._fleet.mail.server)
        with suppress(OSError):
            found = [one for one in dial.resolve(name, port or 25, "any", deadline) if not is_here(*one)]
            if found:
                dial.connect(found, deadline).close()
                return True
        return False


def _site_seen(host: Host, facts: SiteFacts, at: float) -> Seen:
    """A site as check-sites judges it: it is down where that finds something bad."""
    now = time.monotonic()
    situation = Situation(host, Reference("local", at - now, 0.0, now), now=at)
    findings = judge(SitesFacts((facts,), at), situation)
    bad = next((finding.summary for finding in findings if finding.level is Level.BAD), "")
    seconds = [attempt.seconds for attempt in facts.attempts if attempt.seconds is not None]
    is_ours = any(_is_here(attempt.address) for attempt in facts.attempts)
    return Seen(Subject(host.name, facts.site.url), at, bad, max(seconds, default=None), is_ours)


def is_here(family: int, address: tuple[Any, ...]) -> bool:
    """Whether a socket's address is one of this machine, which can say nothing of the network."""
    if address[0] == OWN_NAME:
        return True
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect(address)  # sends nothing: it chooses the address from which it would be sent
        return bool(probe.getsockname()[0] == probe.getpeername()[0])
    return False


def _is_here(address: str) -> bool:
    """The same of an address as it is written; empty: there is none."""
    return bool(address) and is_here(socket.AF_INET6 if ":" in address else socket.AF_INET, (address, ANY_PORT))


def _is_any_from_elsewhere(words: Sequence[Word]) -> bool:
    """Whether an NTP server on another machine has answered, be it to be believed or not."""
    answered = {address for word in words for address in word.samples}
    answered |= {at for word in words for at, fault in word.faults.items() if at and isinstance(fault, RejectedError)}
    return any(not is_here(address.family, address.sockaddr) for address in answered)


def _one_line(report: HostReport) -> str:
    return (report.error or "it told no time").partition("\n")[0]
