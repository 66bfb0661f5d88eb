"""A fleet whose outages are known, watched by the real rounds on a clock of its own; the process is killed at will."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from remedy.inventory import Host
from remedy.mail import MailError
from remedy.notify import NotifyError
from remedy.report.mail import Letter
from remedy.watch.judge import GRACE
from remedy.watch.model import LOGIN, Event, Kind, Reading, Seen, Subject, Window
from remedy.watch.post import Channel, Post
from remedy.watch.round import Rounds
from remedy.watch.store import MAIL, Queued, Store, Told

BEGIN = 1_500_000_000.0
INTERVAL = 60.0
CHAT = "$CHAT"
Span = tuple[float, float]


class KilledError(Exception):
    """kill -9."""


def within(moment: float, spans: Sequence[Span]) -> bool:
    return any(begin <= moment < end for begin, end in spans)


@dataclass
class Life:
    """What is true of a host: when it is down, from when on its clock is how wrong, and whether it is the monitor's."""

    down: list[Span] = field(default_factory=list)
    jumps: list[tuple[float, float]] = field(default_factory=list)
    offset: float = 0.0
    is_here: bool = False

    def offset_at(self, moment: float) -> float:
        while self.jumps and self.jumps[0][0] <= moment:
            self.offset = self.jumps.pop(0)[1]
        return self.offset


@dataclass
class Round:
    """What the rounds saw at one moment, and kept."""

    at: float
    is_offline: bool
    looks: dict[str, bool] = field(default_factory=dict)
    offsets: dict[str, float] = field(default_factory=dict)


@dataclass
class Fleet:
    """The truth, and who is asked for it by the rounds."""

    lives: dict[str, Life]
    windows: tuple[Window, ...] = ()
    offline: list[Span] = field(default_factory=list)
    no_mail: list[Span] = field(default_factory=list)
    no_chat: list[Span] = field(default_factory=list)
    kills: Random | None = None
    now: float = BEGIN
    is_witnessed: bool = False
    rounds: list[Round] = field(default_factory=list)
    seen: dict[str, bool] = field(default_factory=dict)
    offsets: dict[str, float] = field(default_factory=dict)
    mails: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    chats: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    runs: list[tuple[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hosts = {name: Host(name=name, address=name, interval=INTERVAL) for name in self.lives}

    # --- As a Looker.

    def knock(self, hosts: Sequence[Host]) -> list[Seen]:
        return [self._look(host.name) for host in hosts]

    def _look(self, name: str) -> Seen:
        self.may_be_killed()
        life = self.lives[name]
        is_reached = life.is_here or self.has_witness()
        self.seen[name] = is_bad = not is_reached or within(self.now, life.down)
        return Seen(Subject(name), self.now, "no banner" if is_bad else "", is_here=life.is_here)

    def read_clocks(self, hosts: Sequence[Host]) -> tuple[list[Seen], list[Reading]]:
        self.may_be_killed()
        readings = []
        for host in hosts:
            self.offsets[host.name] = offset = self.lives[host.name].offset_at(self.now)
            readings.append(Reading(host.name, self.now, offset, 0.01))
        return [Seen(Subject(host.name, LOGIN), self.now) for host in hosts], readings

    def has_witness(self) -> bool:
        return not within(self.now, self.offline)

    # --- Its day.

    def watch(self, path: Path, seconds: float) -> list[Event]:
        """Watch it for so long, from a new process on after each kill; all events that were told by mail."""
        ends = self.now + seconds
        while self.now < ends:
            store = KillableStore(path, self)
            try:
                self._live(store, ends)
            except KilledError:
                self.seen, self.offsets = {}, {}
            finally:
                store.close()
        return [event_of(text) for told in self.mails.values() for text in told]

    @property
    def chatted(self) -> list[Event]:
        """All events that were told in the chat."""
        return [event_of(text) for told in self.chats.values() for text in told]

    def _live(self, store: "KillableStore", ends: float) -> None:
        post = Post(store, lambda: self.now)
        rounds = Rounds(store, self, self.hosts.values(), lambda: self.now)
        while self.now < ends:
            rounds.make(self.hosts, self.windows, [MAIL, CHAT])
            self._handle_returns(store)
            post.deliver(MAIL, Channel(write, self._send, "example.jp"))
            post.deliver(CHAT, Channel(write, self._chat))
            news_at = min(post.next_at(to) or ends for to in (MAIL, CHAT))
            wait = min(rounds.seconds_to_next(self.hosts), news_at - self.now)
            self.now += max(wait, 1.0)

    def _handle_returns(self, store: "KillableStore") -> None:
        for back in store.returns():
            self.may_be_killed()
            if not back.run:
                self.runs.append((back.host, self.now))
                store.begin_run([back], f"run-{len(self.runs)}")
            self.may_be_killed()
            self.lives[back.host].offset_at(self.now)
            self.lives[back.host].offset = 0.0
            store.end_run({back: "put right"}, self.now)

    def _send(self, mail: Queued, _: str) -> None:
        self.may_be_killed()
        if within(self.now, self.no_mail):
            raise MailError("nobody is there")
        told = json.loads(mail.letter.text)
        assert self.mails.setdefault(mail.message_id, told) == told
        self.may_be_killed()

    def _chat(self, mail: Queued, _: str) -> None:
        self.may_be_killed()
        if within(self.now, self.no_chat):
            raise NotifyError("it answers 500")
        told = json.loads(mail.letter.text)
        assert self.chats.setdefault(mail.number, told) == told
        self.may_be_killed()

    def may_be_killed(self) -> None:
        if self.kills and self.kills.random() < 0.002:
            raise KilledError

    # --- What is known of it afterwards.

    def quiet(self, name: str) -> list[Span]:
        return [(w.begin, w.end + GRACE) for w in self.windows if name in w.hosts]

    def kept(self) -> None:
        """What was looked at is kept: it counts."""
        if not self.rounds or self.rounds[-1].at != self.now:
            self.rounds.append(Round(self.now, self.is_witnessed and not self.has_witness() and bool(self.seen)))
        self.rounds[-1].looks |= self.seen
        self.rounds[-1].offsets |= self.offsets
        self.is_witnessed |= bool(self.offsets)
        self.seen, self.offsets = {}, {}


class KillableStore(Store):
    """A store whose process may be killed before or after anything is kept."""

    def __init__(self, path: Path, fleet: Fleet) -> None:
        super().__init__(path)
        self._fleet = fleet

    def keep(self, *what: Any, **how: Any) -> None:
        self._fleet.may_be_killed()
        super().keep(*what, **how)
        self._fleet.kept()
        self._fleet.may_be_killed()


def write(told: Sequence[Told]) -> Letter:
    """A mail that a test can read."""
    return Letter("told", json.dumps([vars(one.event) | {"result": one.result} for one in told]))


def event_of(document: dict[str, Any]) -> Event:
    fields = {name: value for name, value in document.items() if name != "result"}
    return Event(**fields | {"kind": Kind(fields["kind"]), "subject": Subject(*fields["subject"])})


def expected(fleet: Fleet) -> Iterator[tuple[str, str, float]]:
    """By a plain reading of what was seen, host by host: (host, kind, since when) of all that is to be told."""
    offline: list[float] = []
    for one in fleet.rounds:
        if not one.is_offline and len(offline) >= 3:
            yield "", "online", offline[0]
        offline = [*offline, one.at] if one.is_offline else []
    for name in fleet.hosts:
        story = _Story(fleet.quiet(name))
        for one in fleet.rounds:
            yield from ((name, kind, since) for kind, since in story.goes_on(one, name))


class _Story:
    """What is told of one host."""

    def __init__(self, quiet: Sequence[Span]) -> None:
        self._quiet = quiet
        self._looks: list[tuple[float, bool]] = []  # since the last change
        self._turns: list[float] = []
        self._down_since: float | None = None
        self._up_since: float | None = None
        self._told_for: float | None = None
        self._was_bad = self._is_flapping = self._has_returned = False
        self._offset = 0.0

    def goes_on(self, one: Round, name: str) -> Iterator[tuple[str, float]]:
        if one.is_offline:
            if self._down_since is None:
                self._looks, self._was_bad = [], False
            return
        if name in one.looks:
            yield from self._flaps(one.at, one.looks[name])
            yield from self._changes(one.at, one.looks[name])
        if self._looks or self._is_flapping or self._down_since:
            yield from self._is_told(one.at)
        if name in one.offsets:
            yield from self._leaps(one.at, one.offsets[name])

    def _flaps(self, at: float, bad: bool) -> Iterator[tuple[str, float]]:
        if bad != self._was_bad and not within(at, self._quiet):
            self._turns.append(at)
        self._was_bad = bad
        self._turns = [turn for turn in self._turns if turn > at - 30 * INTERVAL][-6:]
        if len(self._turns) == 6 and not self._is_flapping:
            self._is_flapping = True
            yield "flapping", self._turns[0]

    def _changes(self, at: float, bad: bool) -> Iterator[tuple[str, float]]:
        self._up_since = self._up_since or at
        self._looks.append((at, bad))
        last = [bad for _, bad in self._looks]
        if self._down_since is None and last[-3:] == [True] * 3:
            self._down_since, self._looks = self._looks[-3][0], []
        elif self._down_since is not None and last[-2:] == [False] * 2:
            self._down_since, self._up_since, self._looks = None, self._looks[-2][0], []
            if not self._is_flapping:
                self._has_returned = True
                yield "back", self._up_since

    def _is_told(self, at: float) -> Iterator[tuple[str, float]]:
        is_pending = self._was_bad != (self._down_since is not None)
        is_hushed = self._down_since is not None and within(at, self._quiet)
        is_calm = at - max(self._turns, default=0) >= 10 * INTERVAL and not is_pending
        if self._is_flapping and is_calm and not is_hushed:
            self._is_flapping, self._turns, self._told_for = False, [], self._down_since
            self._has_returned |= self._down_since is None
            yield "settled", self._down_since or self._up_since or at
        elif self._down_since and self._told_for != self._down_since and not self._is_flapping and not is_hushed:
            self._told_for = self._down_since
            yield "down", self._down_since

    def _leaps(self, at: float, offset: float) -> Iterator[tuple[str, float]]:
        """It is wrong as it was not before, and that is not what its return tells already."""
        is_other = abs(self._offset) < 0.5 or abs(offset - self._offset) > 0.52
        if abs(offset) > 0.51 and is_other and not self._has_returned:
            yield "clock", at
        self._offset, self._has_returned = offset, False
