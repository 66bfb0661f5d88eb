"""The commands about windows, from the request to the exit status."""

import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from remedy.errors import PostMainteError, UsageError
from remedy.inventory import Fleet, Window, open_fleet
from remedy.inventory.address import is_ip
from remedy.inventory.fleet import LONGEST
from remedy.inventory.kinds import URL
from remedy.maintenance import Announced, announced, kept, overlapping
from remedy.maintenance.notice import Reading, read_notice
from remedy.maintenance.notice.zones import known_zone
from remedy.maintenance.windows import about, print_windows
from remedy.report.paper import Paper
from remedy.report.question import can_answer, confirmed
from remedy.request import Request
from remedy.spans import both_spans
from remedy.words import duration

MOST_BYTES = 64 << 10  # of a notice
MOST_DOUBTS = 20  # that are shown
INPUT = "-"  # the name of a file that means the standard input


@dataclass(frozen=True)
class Notice:
    """A provider's notice: the file that it is in, the zone that holds where it names none, and whether to ask."""

    file: str
    zone: str = ""
    yes: bool = False


def add_window(request: Request, start: datetime, end: datetime, notice: str) -> int:
    """Add a window that is told by its moments."""
    fleet, now = _fleet(request), datetime.now(UTC)
    names = _names(fleet, request.selection)
    _refuse_odd(start, end, now)
    _add(request, fleet, [_window(start, end, names, notice)], now)
    return 0


def add_from_notice(request: Request, notice: Notice, url: str) -> int:
    """Add the windows that a notice announces, if the user says yes."""
    fleet, now = _fleet(request), datetime.now(UTC)
    names = _names(fleet, request.selection)
    _refuse_unknown(notice.zone)
    reading = read_notice(_text(notice.file), now.astimezone(), _zone_here(), notice.zone)
    windows = [_window(each.start, each.end, names, url) for each in reading.windows]
    _show(reading, names)
    if (notice.yes and not reading.doubts) or (windows and _is_agreed(windows)):
        _add(request, fleet, windows, now)
        return 0
    raise PostMainteError(_how_to_add(request, windows, url))


def list_windows(request: Request) -> int:
    """List all windows, or those that are about the hosts that -H names."""
    fleet = _fleet(request)
    windows, hosts = announced(fleet), fleet.select(_names(fleet, request.selection))
    chosen = [each for each in windows if not request.selection or any(map(each.is_about, hosts))]
    print_windows(chosen, datetime.now(UTC), request.as_json)
    return 0


def cancel_window(name: str) -> int:
    """Cancel a window that was added."""
    before = kept.cancel(name, datetime.now(UTC))
    done = "was cancelled before" if before.cancelled else "is cancelled"
    print(f"{before.id} {done}: {about(before.window.hosts)}, {both_spans(before.window.from_, before.window.to)}")
    return 0


def _fleet(request: Request) -> Fleet:
    return open_fleet(request.inventory, request.folder, request.selection)


def _names(fleet: Fleet, selection: Sequence[str]) -> tuple[str, ...]:
    """The hosts, groups and IP addresses that -H names. Raises UsageError for a name that hosts.yaml does not have."""
    names: list[str] = []
    for name in dict.fromkeys(selection):
        (host, *_) = fleet.select([name])
        if name in fleet.groups or name in fleet.hosts:
            names.append(name)
        elif is_ip(host.address):
            names.append(host.address)
        else:
            why = host.hint or "not in hosts.yaml."
            raise UsageError(f"{name} is {why} A window is for hosts that are in it, or for an IP address")
    return tuple(names)


def _window(start: datetime, end: datetime, hosts: tuple[str, ...], url: str) -> Window:
    try:
        return Window(from_=start, to=end, hosts=hosts, notice=URL(url) if url else None)
    except ValueError as error:
        raise UsageError(f"--notice: {error}") from None


def _refuse_odd(start: datetime, end: datetime, now: datetime) -> None:
    seconds = end.timestamp() - start.timestamp()
    if seconds <= 0:
        raise UsageError(f"that window ends before it begins: {both_spans(start, end)}")
    if end.timestamp() <= now.timestamp():
        raise UsageError(f"that window is over: {both_spans(start, end)}")
    if seconds > LONGEST:
        raise UsageError(
            f"that window is {duration(seconds)} long, from {both_spans(start, end)}; what is longer than "
            f"{duration(LONGEST)} is no maintenance: is a date mistyped? Several windows are added one by one"
        )


def _refuse_unknown(zone: str) -> None:
    try:
        if zone:
            known_zone(zone)
    except ValueError as error:
        raise UsageError(f"--zone: {error}") from None


def _add(request: Request, fleet: Fleet, windows: Sequence[Window], now: datetime) -> None:
    """Keep those windows that are not there yet, and say what they overlap."""
    kept_before = [each for each in announced(fleet) if not each.cancelled]
    same = {_likeness(each.window): each for each in kept_before}
    new = [window for window in windows if _likeness(window) not in same]
    for window in windows:
        if old := same.get(_likeness(window)):
            _say(f"it is there already: {old.id}, {both_spans(window.from_, window.to)}")
    for window in new:
        hosts = fleet.select(window.hosts)
        for other in overlapping(kept_before, hosts, window.from_.timestamp(), window.to.timestamp()):
            there = both_spans(other.window.from_, other.window.to)
            _say(f"it overlaps {other.id}: {about(other.window.hosts)}, {there}")
    added = kept.add(new, now)
    if request.as_json:
        print_windows(added, now, as_json=True)
    else:
        _print_added(added)


def _print_added(added: Iterable[Announced]) -> None:
    for each in added:
        notice = f"; {each.window.notice}" if each.window.notice else ""
        Paper(sys.stdout).line(
            f"{each.id}  {about(each.window.hosts)}: {both_spans(each.window.from_, each.window.to)}{notice}"
        )


def _likeness(window: Window) -> tuple[float, float, frozenset[str]]:
    return window.from_.timestamp(), window.to.timestamp(), frozenset(window.hosts)


def _say(words: str) -> None:
    paper = Paper(sys.stderr)
    paper.prose(paper.text(words), hang=2)


def _text(file: str) -> str:
    """The text of a notice. Raises UsageError if it can't be read."""
    try:
        if file == INPUT:
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(file).open("rb") as stream:
                content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"--notice-text: {error.strerror}: {file}") from None
    if len(content) > MOST_BYTES:
        raise UsageError(f"--notice-text: {file} is longer than {MOST_BYTES >> 10} KiB, which no notice is")
    if not content.strip():
        raise UsageError(f"--notice-text: {file} is empty")
    try:
        return content.decode("utf-8-sig")
    except ValueError:
        raise UsageError(f"--notice-text: {file} is not UTF-8; save it so") from None


def _zone_here() -> str:
    """The name of this machine's zone; empty where nobody knows it."""
    from tzlocal import get_localzone_name

    try:
        return str(get_localzone_name() or "")
    except (OSError, KeyError, ValueError):  # TZ or /etc/localtime are of no zone that has a name
        return ""


def _show(reading: Reading, names: tuple[str, ...]) -> None:
    """Say what was read from a notice, and what could not be."""
    for proposed in reading.windows:
        _say(f"{about(names)}: {both_spans(proposed.start, proposed.end)}")
        for words in (f'from "{proposed.words}"', *proposed.remarks):
            _detail(words)
    for doubt in reading.doubts[:MOST_DOUBTS]:
        _say(f'not understood: "{doubt.words}"')
        _detail(doubt.why)
    if len(reading.doubts) > MOST_DOUBTS:
        _say(f"and {len(reading.doubts) - MOST_DOUBTS} more that is not understood")


def _detail(words: str) -> None:
    paper = Paper(sys.stderr)
    paper.prose(paper.text(words, "dim"), 2, hang=2)


def _is_agreed(windows: Sequence[Window]) -> bool:
    return can_answer() and confirmed("Add it?" if len(windows) == 1 else f"Add these {len(windows)} windows?")


def _how_to_add(request: Request, windows: Sequence[Window], url: str) -> str:
    """That nothing was added, and what to type for it."""
    commands = [_command(request, kept.written(each.from_), kept.written(each.to), url) for each in windows]
    commands = commands or [_command(request, "MOMENT", "MOMENT", url)]
    return "\n  ".join(("nothing was added; to add it, type:", *commands))


def _command(request: Request, start: str, end: str, url: str) -> str:
    words = ["fab", "maintenance.add", "--from", start, "--to", end]
    words += ["-H", ",".join(request.selection)] if request.selection else []
    words += ["--notice", url] if url else []
    words += ["--inventory", request.inventory] if request.inventory else []
    return shlex.join(words)
