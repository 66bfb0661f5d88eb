"""What the page tells, as data for its template: of what is known at a moment, and nothing else."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from remedy.history import UNFINISHED, PastRun
from remedy.maintenance import Announced, windows
from remedy.pages.shares import shares
from remedy.report import runs
from remedy.report.glance import ORDER
from remedy.spans import both_spans
from remedy.watch.status.known import EVENTS, Known
from remedy.watch.status.moments import lasted, local, said
from remedy.watch.status.rows import Row, rows
from remedy.watch.status.stand import Stand
from remedy.watch.status.timeline import PAST, Axis, Tick

URL = ":/?#[]@!$&'()*+,;=%"  # characters that are none of its data


@dataclass(frozen=True)
class Share:
    """How many hosts stand so; where its part of a bar begins and how wide it is, in percent."""

    stand: Stand
    start: float
    width: float


@dataclass(frozen=True)
class Notice:
    """A window that was announced; `href` is its URL as an attribute can have it (RFC 3986, section 2)."""

    state: str
    about: str
    when: str
    id: str
    url: str
    href: str


@dataclass(frozen=True)
class Ran:
    """A run of the history. `worst` is the worst that a host came to in it."""

    at: datetime
    command: str
    worst: str
    hosts: str
    took: str
    run: str


@dataclass(frozen=True)
class Page:
    """All that is told."""

    measured: datetime
    tally: str
    round: str
    warnings: tuple[str, ...]
    shares: tuple[Share, ...]
    ticks: tuple[Tick, ...]
    now: float
    rows: tuple[Row, ...]
    notices: tuple[Notice, ...]
    runs: tuple[Ran, ...]


def page(known: Known) -> Page:
    """The page of what is known."""
    axis = Axis(known.now)
    hosts = rows(known, axis)
    counts = Counter(row.stand for row in hosts)
    return Page(
        measured=local(known.now),
        tally=_tally(counts),
        round="no round is over yet" if known.round_age is None else f"last round {lasted(known.round_age)} ago",
        warnings=tuple(_warnings(known)),
        shares=tuple(_shares(counts)),
        ticks=axis.ticks(),
        now=axis.now,
        rows=hosts,
        notices=tuple(_notices(known)),
        runs=tuple(map(_ran, known.runs)),
    )


def _tally(counts: Mapping[Stand, int]) -> str:
    """As "3 hosts: 1 down, 2 up"."""
    whole = sum(counts.values())
    told = ", ".join(f"{counts[stand]} {stand}" for stand in Stand if counts[stand])
    return f"{whole} host{'s' * (whole != 1)}" + (f": {told}" if told else "")


def _shares(counts: Mapping[Stand, int]) -> Iterator[Share]:
    for each, start, width in shares({each: counts[each] for each in Stand}):
        yield Share(each, start, width)


def _warnings(known: Known) -> Iterator[str]:
    """Why what stands on the page may not be so, or may not be told to anybody."""
    if known.ailment:
        yield known.ailment
    if (since := known.state.offline_since) is not None:
        yield (
            f"this machine reaches nobody since {said(since, known.now)} ({lasted(known.now - since)}): "
            "how hosts stand is how they stood before"
        )
    yield from known.outbox.troubles
    if known.outbox.troubles and (waiting := known.outbox.waiting):
        yield f"{waiting} letter{'s' * (waiting != 1)} and events wait to be told"
    if len(known.happenings) == EVENTS:
        yield f"so much has happened that only the last {EVENTS} events are shown"


def _notices(known: Known) -> Iterator[Notice]:
    """The windows that run, that come, and that were lately."""
    told = [each for each in known.announced if not each.cancelled and each.end > known.now - PAST]
    for each in sorted(told, key=lambda each: windows.ORDER.index(each.state(known.now))):
        yield _notice(each, known.now)


def _notice(each: Announced, now: float) -> Notice:
    window = each.window
    when = both_spans(window.from_, window.to)
    url = window.notice or ""
    return Notice(each.state(now), windows.about(window.hosts), when, each.id, url, quote(url, URL, errors="replace"))


def _ran(run: PastRun) -> Ran:
    worst = next((state for state in (UNFINISHED, *ORDER) if run.states[state]), "")
    return Ran(run.started.astimezone(), runs.command(run), worst, runs.states(run), runs.took(run), run.run)
