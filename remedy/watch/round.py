"""One round of the monitor: look at whom it is time for, judge, keep."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Protocol

from remedy.inventory import Host
from remedy.inventory.host import Site
from remedy.watch.judge import is_clock_due, judge, judge_clocks, judge_witness, next_look
from remedy.watch.model import LOGIN, SSH, Event, Reading, Rule, Seen, State, Subject, Window
from remedy.watch.store import PATIENCE, Store

DIGEST = 20.0  # seconds in which what happens is told by one mail


class Looker(Protocol):
    """Who looks at hosts and their sites in order, within deadlines of its own, and may leave some; raises nothing."""

    def knock(self, hosts: Sequence[Host]) -> Sequence[Seen]:
        """The SSH ports and sites of these hosts."""

    def read_clocks(self, hosts: Sequence[Host]) -> tuple[Sequence[Seen], Sequence[Reading]]:
        """Whether these hosts let us in, and what their clocks say."""

    def has_witness(self) -> bool:
        """Whether anybody outside of the fleet answers this machine."""


class Rounds:
    """The rounds over hosts, from the state on that was kept last; of others than these it is forgotten."""

    def __init__(
        self, store: Store, looker: Looker, hosts: Iterable[Host], clock: Callable[[], float] = time.time
    ) -> None:
        self._store, self._looker, self._clock = store, looker, clock
        self.state = _of_these(hosts, store.load())

    def make(
        self, hosts: Mapping[str, Host], windows: Sequence[Window], told: Collection[str], is_whole: bool = False
    ) -> tuple[Event, ...]:
        """Look at the hosts whose time it is, or with `is_whole` at all of them; what happened.

        When this returns, all of it is kept, with who is to be told of it: these destinations.
        """
        rules = {name: _rule(host) for name, host in hosts.items()}
        events = self._knock(hosts, rules, windows, told, is_whole)
        if self.state.offline_since is None:
            events += self._read_clocks(hosts, rules, windows, told)
        return events

    def forget_clocks(self, hosts: Set[str]) -> None:
        """What these hosts' clocks say next is news: what was run on their return told nothing of them."""
        left = {name: clock for name, clock in self.state.clocks.items() if name not in hosts}
        self.state = replace(self.state, clocks=left)

    def seconds_to_next(self, hosts: Mapping[str, Host]) -> float:
        """Until it is time for a host."""
        now = self._clock()
        return max(0.0, min((self._next_look(host, now) for host in hosts.values()), default=now) - now)

    def _knock(
        self,
        hosts: Mapping[str, Host],
        rules: Mapping[str, Rule],
        windows: Sequence[Window],
        told: Collection[str],
        is_whole: bool,
    ) -> tuple[Event, ...]:
        now = self._clock()
        chosen = {name: host for name, host in hosts.items() if is_whole or self._next_look(host, now) <= now}
        seen = list(self._looker.knock(self._in_order(chosen.values()))) if chosen else []
        if not seen:
            return ()  # which is no sign that we are online
        is_online = True
        if not _is_anybody_there(seen) and self._is_cut_off():
            others = [host for name, host in hosts.items() if name not in chosen]
            seen += self._looker.knock(self._in_order(others))
            is_online = _is_anybody_there(seen)
        state, events = judge(self.state, seen, self._clock(), rules, windows, is_online)
        self._store.keep(state, events, due=_due(rules), destinations=told)
        self.state = state
        return events

    def _next_look(self, host: Host, now: float) -> float:
        return next_look(self.state, host.name, _asked_from_here(host), now, _rule(host))

    def _in_order(self, hosts: Iterable[Host]) -> list[Host]:
        """Whoever was left out in the last round is the first one in this, and so it is among the sites of a host."""
        ordered = sorted(hosts, key=lambda host: self._looked(Subject(host.name)))
        return [replace(host, sites=self._sites_in_order(host)) for host in ordered]

    def _sites_in_order(self, host: Host) -> tuple[Site, ...]:
        return tuple(sorted(host.sites, key=lambda site: self._looked(Subject(host.name, site.url))))

    def _looked(self, subject: Subject) -> float:
        """When it was looked at last; 0.0: never."""
        standing = self.state.standings.get(subject)
        return standing.looked if standing else 0.0

    def _is_cut_off(self) -> bool:
        """Whether nobody answers who did so a moment ago: where nobody ever does, silence says nothing."""
        return self.state.has_witness and not self._looker.has_witness()

    def _read_clocks(
        self, hosts: Mapping[str, Host], rules: Mapping[str, Rule], windows: Sequence[Window], told: Collection[str]
    ) -> tuple[Event, ...]:
        now = self._clock()
        chosen = [host for name, host in hosts.items() if is_clock_due(self.state, name, now, rules[name])]
        if not chosen:
            return ()
        chosen.sort(key=lambda host: self._looked(Subject(host.name, LOGIN)))
        seen, readings = self._looker.read_clocks(chosen)
        state, events = judge(self.state, seen, self._clock(), rules, windows)
        state, more = judge_clocks(state, readings, rules, windows)
        state = judge_witness(state, self._looker.has_witness())
        self._store.keep(state, events + more, readings, _due(rules), told)
        self.state = state
        return events + more


def _is_anybody_there(seen: Iterable[Seen]) -> bool:
    """Whether another machine has answered."""
    return any(not look.trouble and not look.is_here for look in seen)


def _of_these(hosts: Iterable[Host], state: State) -> State:
    """What a state says of these hosts, and of the sites that they have now."""
    whats = {host.name: {SSH, LOGIN, *_asked_from_here(host)} for host in hosts}
    return replace(
        state,
        standings={s: standing for s, standing in state.standings.items() if s.what in whats.get(s.host, ())},
        clocks={name: clock for name, clock in state.clocks.items() if name in whats},
    )


def _asked_from_here(host: Host) -> Iterator[str]:
    return (site.url for site in host.sites if site.from_ == "controller")


def _rule(host: Host) -> Rule:
    return Rule(host.interval, host.step_threshold)


def _due(rules: Mapping[str, Rule]) -> Callable[[Event], float | None]:
    """When an event is to be told at the latest; what happens within an interval is one mail, if that is short."""

    def due(event: Event) -> float | None:
        if event.is_quiet:
            return None
        rule = rules.get(event.subject.host, Rule())
        return event.at + (PATIENCE if event.is_return else min(DIGEST, rule.interval))

    return due
