"""What the monitor's mails say: one line of what happened for each event, what is still down first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from remedy.report.fold import fold_names
from remedy.report.mail import Letter
from remedy.watch.model import LOGIN, SSH, Event, Kind, Subject
from remedy.watch.store import Told
from remedy.words import Offset, duration

ORDER = tuple(Kind)
CLOSING = "`fab watch` on {host} has seen this. `fab history` lists what it ran."
RUNNING = "what on_return says is being done; how it ends is told in another mail"
TYPED = "    "  # what a line begins with that is to be typed


@dataclass(frozen=True)
class Sentence:
    """What happened, as "web1", "is DOWN", " since ...: why"."""

    name: str
    state: str
    rest: str

    def __str__(self) -> str:
        return f"{self.name} {self.state}{self.rest}"


@dataclass(frozen=True)
class Item:
    """An event to tell; `is_over`: its end is told beside it."""

    told: Told
    is_over: bool

    @property
    def event(self) -> Event:
        """What happened."""
        return self.told.event

    @property
    def is_bad(self) -> bool:
        """Whether it is still the matter."""
        return _is_bad(self.event) and not self.is_over


@dataclass(frozen=True)
class News:
    """An event as a page shows it: how what was run has ended, and what is to be typed then, with why."""

    tone: str  # of pages/letter_parts.html
    sentence: Sentence
    result: Sequence[tuple[bool, str]]  # lines, and whether they are to be typed


def write(told: Sequence[Told], host: str) -> Letter:
    """The mail that tells these events, as text and as a page; `host` is the machine that watches."""
    from remedy.pages.render import render  # loads jinja2

    ordered = _ordered(told)
    subject, news = _subject(ordered), [_news(one) for one in ordered]
    bad, other = ([one for one in news if (one.tone == "bad") is is_bad] for is_bad in (True, False))
    page = render("watch/letter.html", subject=subject, bad=bad, other=other, host=host)
    return replace(write_text(told, host), html=page)


def write_text(told: Sequence[Told], host: str) -> Letter:
    """The same as text alone."""
    ordered = _ordered(told)
    text = "\n\n".join((*map(_paragraph, ordered), CLOSING.format(host=host))) + "\n"
    return Letter(f"post-mainte: {_subject(ordered)}", text)


def line(event: Event) -> str:
    """What happened, in one line."""
    return str(sentence(event))


def sentence(event: Event, is_over: bool = False) -> Sentence:
    """What happened; `is_over`: its end is told, too."""
    name, since = _name(event.subject), clock(event.since)
    match event.kind:
        case Kind.DOWN:
            state, begin = ("was DOWN", "from") if is_over else ("is DOWN", "since")
            parts = name, state, f" {begin} {since}{' on' if is_over else ''}: {event.trouble}"
        case Kind.BACK:
            parts = name, "is back", f" since {since}, after {_took(event.before or event.since, event.since)}"
        case Kind.FLAPPING if is_over:
            parts = name, "FLAPPED", f": it came and went from {since} on ({event.trouble})"
        case Kind.FLAPPING:
            rest = f": it comes and goes since {since} ({event.trouble}); no more is told of it until it is steady"
            parts = name, "FLAPS", rest
        case Kind.SETTLED:
            is_down = f"DOWN since {since}: {event.trouble}"
            parts = name, "is steady again", f": {is_down if event.is_down else 'it is up'}"
        case Kind.CLOCK:
            offset = Offset(event.offset or 0.0, event.error or 0.0)
            parts = f"the clock of {name}", "has jumped", f": it is {offset.words}"
        case Kind.ONLINE:
            rest = f" from {since} to {clock(event.at)}: what the hosts did then is not known"
            parts = "this machine", "reached nobody", rest
    name, state, rest = parts
    return Sentence(name, state, rest + _announced(event))


def clock(moment: float) -> str:
    """A moment by this machine's zone, as 2017-08-31 04:31:10+09:00."""
    return datetime.fromtimestamp(moment).astimezone().isoformat(" ", "seconds")


def _ordered(told: Sequence[Told]) -> list[Item]:
    ends = dict(sorted((each.event.subject, each.event.at) for each in told if _is_end(each.event)))
    items = [Item(each, _is_bad(each.event) and each.event.at < ends.get(each.event.subject, 0.0)) for each in told]
    return sorted(items, key=lambda one: (not one.is_bad, ORDER.index(one.event.kind), one.event.at))


def _paragraph(one: Item) -> str:
    return "\n".join([str(sentence(one.event, one.is_over)), *(f"  {words}" for words in _result(one.told))])


def _news(one: Item) -> News:
    lines = [(words.startswith(TYPED), words.strip()) for words in _result(one.told)]
    tone = "bad" if one.is_bad else "good" if _is_end(one.event) else "warn"
    return News(tone, sentence(one.event, one.is_over), lines)


def _result(one: Told) -> list[str]:
    """How what was run has ended; lines that begin with TYPED are to be typed."""
    return (one.result if one.result is not None else RUNNING if one.is_run else "").splitlines()


def _subject(items: Sequence[Item]) -> str:
    """As "web1 is DOWN", or "2 DOWN, 1 back: db1, web[1-2]"; of what is over its end alone is said."""
    events = [one.event for one in items if not one.is_over]
    if len(events) == 1:
        return _head(events[0])
    counts = Counter(map(_state, events))
    parts = [f"{count} {state}" for state, count in counts.items()]
    names = [event.subject.host for event in events if event.subject.host]
    return ", ".join(parts) + (f": {fold_names(list(dict.fromkeys(names)))}" if names else "")


def _head(event: Event) -> str:
    name = _name(event.subject)
    match event.kind:
        case Kind.BACK:
            return f"{name} is back after {_took(event.before or event.since, event.since)}"
        case Kind.CLOCK:
            return f"the clock of {name} has jumped"
        case Kind.ONLINE:
            return f"this machine reaches the network again, after {_took(event.since, event.at)}"
    return f"{name} {'is ' if event.kind is Kind.DOWN else ''}{_state(event)}"


def _state(event: Event) -> str:
    match event.kind:
        case Kind.DOWN:
            return "DOWN"
        case Kind.FLAPPING:
            return "FLAPS"
        case Kind.SETTLED:
            return "steadily DOWN" if event.is_down else "steady again"
        case Kind.CLOCK:
            return "clock jumped"
        case Kind.ONLINE:
            return "online again"
    return "back"


def _is_bad(event: Event) -> bool:
    return event.kind in (Kind.DOWN, Kind.FLAPPING) or event.is_down


def _is_end(event: Event) -> bool:
    return event.kind in (Kind.BACK, Kind.SETTLED) and not event.is_down


def _announced(event: Event) -> str:
    if event.until is None:
        return ""
    is_over = event.at >= event.until and _is_bad(event)
    here = clock(event.until)
    until = here if event.announced.startswith(here) or not event.announced else f"{event.announced}, here {here}"
    return f" (announced until {until}{', which is over' if is_over else ''})"


def _name(subject: Subject) -> str:
    if subject.what == SSH:
        return subject.host
    return f"the login at {subject.host}" if subject.what == LOGIN else f"{subject.what} of {subject.host}"


def _took(begin: float, end: float) -> str:
    return duration(round(max(end - begin, 0.0)))
