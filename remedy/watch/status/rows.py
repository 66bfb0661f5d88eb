"""What the page tells of each host."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from remedy.inventory import Host
from remedy.watch.judge import CLOCK_EVERY, GRACE
from remedy.watch.letters import line
from remedy.watch.model import LOGIN, NETWORK, SSH, Kind, Standing, Subject, Window
from remedy.watch.status.known import POINTS, Happening, Known
from remedy.watch.status.moments import from_to, lasted, local, said
from remedy.watch.status.spark import Spark, spark
from remedy.watch.status.stand import Stand, stand
from remedy.watch.status.timeline import PAST, Axis, Bar, Mark, Span
from remedy.watch.windows import about
from remedy.words import Offset, duration

MOST = 20  # that is told of what happened to a host
NAMED = 4  # spans that a timeline names in words
WORDS = {Mark.OUTAGE: "down", Mark.SERVED: "a site or the login down", Mark.WINDOW: "announced"}
WORST_FIRST = {how: place for place, how in enumerate(Stand)}


@dataclass(frozen=True)
class Part:
    """What is watched of a host: its SSH port, the login, a site."""

    name: str
    stand: Stand
    words: str


@dataclass(frozen=True)
class Line:
    """Something that happened; `result` is how what was run then ended, in lines."""

    at: datetime
    words: str
    result: str


@dataclass(frozen=True)
class Clock:
    """A host's clock in words, when it was read, and as a picture."""

    words: str
    is_wrong: bool
    read: str
    picture: Spark | None


@dataclass(frozen=True)
class Row:
    """A host. `key` is its own, fit to be an id; `bars` is its timeline, and `timeline` that in words.

    `rest` counts what happened and is left out.
    """

    key: str
    name: str
    address: str
    stand: Stand
    since: str
    why: str
    bars: tuple[Bar, ...]
    timeline: str
    clock: Clock | None
    parts: tuple[Part, ...]
    happened: tuple[Line, ...]
    rest: int


def rows(known: Known, axis: Axis) -> tuple[Row, ...]:
    """The hosts, the worst first."""
    windows = about(known.announced, known.hosts.values())
    happened: dict[str, list[Happening]] = defaultdict(list)
    for each in known.happenings:
        happened[each.event.subject.host].append(each)
    blind = [Span(Mark.BLIND, each.event.since, each.event.at) for each in happened[NETWORK.host]]
    if known.state.offline_since is not None:
        blind.append(Span(Mark.BLIND, known.state.offline_since, known.now))
    its = (
        _It(host, known, [w for w in windows if name in w.hosts], happened[name]) for name, host in known.hosts.items()
    )
    return tuple(sorted((it.row(axis, blind) for it in its), key=lambda row: WORST_FIRST[row.stand]))


class _It:
    """One host, with what was announced for it, and what happened to it."""

    def __init__(self, host: Host, known: Known, windows: Sequence[Window], happened: Sequence[Happening]) -> None:
        self._host, self._known, self._windows, self._happened = host, known, windows, happened
        self._now, self._standings = known.now, known.state.standings
        self._stands = {each: stand(self._standings.get(each), known.now, windows) for each in self._subjects()}

    def row(self, axis: Axis, blind: Sequence[Span]) -> Row:
        """What is told of it; it stands as the worst of what is watched of it."""
        worst = min(self._stands, key=lambda subject: WORST_FIRST[self._stands[subject]])
        spans = [Span(Mark.WINDOW, window.begin, window.end) for window in self._windows] + list(self._outages())
        return Row(
            key=f"host-{sha256(self._host.name.encode(errors='replace')).hexdigest()[:12]}",
            name=self._host.name,
            address=self._host.address,
            stand=self._stand(worst),
            since=self._since(worst),
            why=self._why(worst),
            bars=axis.bars([*spans, *blind]),
            timeline=_in_words(axis.seen(spans), self._now),
            clock=self._clock(),
            parts=tuple(map(self._part, self._stands)),
            happened=tuple(map(_line, self._happened[:MOST])),
            rest=max(len(self._happened) - MOST, 0),
        )

    def _stand(self, worst: Subject) -> Stand:
        worsts = self._stands[worst]
        if worsts is Stand.DOWN and worst.what != SSH:
            return Stand.PARTLY
        clock = self._known.state.clocks.get(self._host.name)
        return Stand.CLOCK_WRONG if worsts is Stand.UP and clock is not None and clock.is_wrong else worsts

    def _subjects(self) -> Iterator[Subject]:
        """What is watched of it, and can be seen: while it is silent, nothing is known of what it serves."""
        yield Subject(self._host.name)
        ssh = self._standings.get(Subject(self._host.name))
        if ssh is not None and ssh.is_steadily_up:
            login = Subject(self._host.name, LOGIN)
            if login in self._standings:
                yield login
            yield from (Subject(self._host.name, site.url) for site in self._host.sites if site.from_ == "controller")

    def _since(self, subject: Subject) -> str:
        """As "down since Fri 02:10, 3 h 12 min, announced until Fri 05:00"."""
        standing = self._standings.get(subject)
        if standing is None:
            return ""
        name = "" if subject.what == SSH else f"{_named(subject)} "
        since, ago = said(standing.since, self._now), lasted(self._now - standing.since)
        words = f"{name}{'down' if standing.is_down else 'up'} since {since}, {ago}"
        grace = GRACE if standing.is_down else 0.0
        ends = [window.end for window in self._windows if window.begin <= self._now < window.end + grace]
        return words + (f", announced until {said(max(ends), self._now)}" if ends else "")

    def _why(self, subject: Subject) -> str:
        """What was wrong with it when it was looked at last."""
        standing = self._standings.get(subject)
        if standing is None or not (_is_bad(standing) or standing.is_flapping):
            return ""
        return standing.trouble

    def _part(self, subject: Subject) -> Part:
        standing = self._standings.get(subject)
        if standing is None:
            return Part(_named(subject), self._stands[subject], "")
        words = [f"since {said(standing.since, self._now)}"]
        if _is_bad(standing):
            words.append(standing.trouble)
        elif standing.seconds is not None:
            words.append(f"answered within {duration(round(standing.seconds, 3))}")
        words.append(f"looked at {lasted(self._now - standing.looked)} ago")
        return Part(_named(subject), self._stands[subject], "; ".join(filter(None, words)))

    def _outages(self) -> Iterator[Span]:
        """When it was down, and when something that it serves was."""
        for each in self._happened:
            event = each.event
            if event.kind is Kind.BACK and event.before is not None:
                yield Span(_mark(event.subject), event.before, event.since)
        for subject in self._stands:
            standing = self._standings.get(subject)
            if standing is not None and standing.is_down:
                yield Span(_mark(subject), standing.since, self._now)

    def _clock(self) -> Clock | None:
        clock = self._known.state.clocks.get(self._host.name)
        if clock is None or not clock.at:
            return None
        gap = max(3 * CLOCK_EVERY * self._host.interval, 2 * PAST / POINTS)
        readings = self._known.readings.get(self._host.name, ())
        return Clock(
            words=Offset(clock.offset, clock.error).words,
            is_wrong=clock.is_wrong,
            read=f"read {lasted(self._now - clock.at)} ago",
            picture=spark(readings, self._now - PAST, self._now, gap),
        )


def _is_bad(standing: Standing) -> bool:
    return standing.is_down or standing.was_bad


def _named(subject: Subject) -> str:
    return {SSH: "SSH port", LOGIN: "login"}.get(subject.what, subject.what)


def _mark(subject: Subject) -> Mark:
    return Mark.OUTAGE if subject.what == SSH else Mark.SERVED


def _in_words(spans: Sequence[Span], now: float) -> str:
    """Spans in words, the newest first."""
    newest = sorted(spans, key=lambda span: span.begin, reverse=True)
    told = [f"{WORDS[span.mark]} {_span(span, now)}" for span in newest[:NAMED]]
    rest = [f"and {len(spans) - NAMED} more"] if len(spans) > NAMED else []
    return "; ".join([*told, *rest]) or "nothing happened, and nothing is announced"


def _span(span: Span, now: float) -> str:
    if span.end == now:
        return f"since {said(span.begin, now)}"
    return f"{from_to(span.begin, span.end, now)} ({lasted(span.end - span.begin)})"


def _line(happening: Happening) -> Line:
    event = happening.event
    words = line(event) + (" (nobody is told)" if event.is_quiet else "")
    return Line(local(event.at), words, happening.result or "")
