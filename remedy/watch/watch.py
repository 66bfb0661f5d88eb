"""`fab watch`: round after round until it is stopped, or one of them."""

import fcntl
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path

from remedy.errors import PostMainteError, UsageError
from remedy.history.database import HistoryError, default_path
from remedy.inventory import Fleet, Host, load, open_fleet
from remedy.mail import lacking
from remedy.notify import refuse_unusable
from remedy.request import Request
from remedy.warning import warn
from remedy.watch.channels import channels
from remedy.watch.couriers import Couriers
from remedy.watch.letters import line
from remedy.watch.look import Looks
from remedy.watch.ping import ping
from remedy.watch.returns import Returns
from remedy.watch.round import Rounds
from remedy.watch.selected import selected
from remedy.watch.store import DAY, Store
from remedy.watch.watched import Pulse, Watched
from remedy.watch.windows import announced

BREATH = 0.25  # seconds to the next round at least: whoever could not be looked at is due at once
PAUSE = 30.0  # seconds until it is tried again where a round could not be made or kept


def watch(request: Request, listen: str = "") -> int:
    """Watch until SIGINT or SIGTERM. Nothing has to be finished then: a kill at any moment does no harm.

    `listen` is where the status page is served; empty: nowhere.
    """
    with _watcher(request) as watcher, suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with watcher.served(listen) if listen else nullcontext():
            watcher.greet()
            watcher.begin_telling()
            while True:
                time.sleep(watcher.round_and_wait())
    os._exit(0)  # Python would wait for visits to hosts, which end by themselves there, and are looked at again


def watch_once(request: Request) -> int:
    """One round, what is to be run for hosts that are back by then, and the mail; 1 if anything is down."""
    with _watcher(request) as watcher:
        return watcher.once()


class Watcher:
    """All that watching takes."""

    def __init__(self, request: Request, store: Store) -> None:
        self._request, self._store = request, store
        self._couriers = Couriers(store)
        self._returns = Returns(store, request, time.time, self._couriers.wake)
        self._pruned = 0.0
        self._pulse = Pulse()
        fleet = open_fleet(request.inventory, request.folder, request.selection)
        self._take(fleet, _changed(fleet.path))

    def greet(self) -> None:
        """Say what is watched."""
        told = ", ".join((*(self._fleet.mail.to if self._fleet.mail else ()), *self._fleet.notify))
        hosts = "1 host" if len(self._hosts) == 1 else f"{len(self._hosts)} hosts"
        nobody = "nobody: there is neither mail: nor notify: in hosts.yaml"
        self._say(f"watching {hosts}; who is told: {told or nobody}")
        if self._fleet.mail and (why := lacking(self._fleet.mail)):
            warn(f"nobody can be told by mail: {why}")

    @contextmanager
    def served(self, listen: str) -> Iterator[None]:
        """Serve how all this stands there. Raises UsageError where that can't be."""
        from remedy.watch.status.app import App  # loads what it is served and made with
        from remedy.watch.status.listen import bound, place, token
        from remedy.watch.status.server import serving

        where = place(listen)
        app = App(self.watched, token(where), where.is_here)
        with serving(bound(where), app):
            self._say(f"status page: {where.url}")
            yield

    def watched(self) -> Watched:
        """What is watched now, for other threads."""
        return Watched(self._fleet, self._hosts, self._pulse)

    def begin_telling(self) -> None:
        """Tell what happens from now on, in threads."""
        self._couriers.begin()

    def round_and_wait(self) -> float:
        """Make a round; the seconds until the next one."""
        try:
            self._reload()
            self._round()
        except (sqlite3.Error, OSError, HistoryError) as error:
            self._pulse = replace(self._pulse, trouble=str(error))
            warn(f"this round could not be made or kept: {error}; it is tried again in {PAUSE:g} s")
            return PAUSE
        self._pulse = Pulse(time.monotonic())
        return max(self._rounds.seconds_to_next(self._hosts), BREATH)

    def once(self) -> int:
        """One whole round, with its returns and its mail."""
        self._round(is_whole=True)
        self._returns.wait()
        self._store.hurry(time.time())
        is_told = self._couriers.carry()
        standings = self._rounds.state.standings
        is_up = not any(standing.is_down for subject, standing in standings.items() if subject.host in self._hosts)
        return 0 if is_up and is_told else 1

    def _round(self, is_whole: bool = False) -> None:
        windows = announced(self._fleet, self._hosts.values())
        self._rounds.forget_clocks(self._returns.unread())
        events = self._rounds.make(self._hosts, windows, self._couriers.destinations, is_whole)
        for event in events:
            self._say(line(event) + (" (nobody is told)" if event.is_quiet else ""))
        if events:
            self._couriers.wake()
        self._returns.begin(self._fleet, self._hosts)
        if time.time() - self._pruned > DAY:
            self._store.prune(time.time())
            self._pruned = time.time()
        if self._fleet.watch.ping and self._rounds.state.offline_since is None and self._couriers.are_well():
            self._ping(self._fleet.watch.ping)

    def _take(self, fleet: Fleet, changed: float | None) -> None:
        """Watch the hosts of this fleet from now on, whose file was changed then; all of it, or nothing of it."""
        refuse_unusable(fleet.notify)
        hosts = {host.name: host for host in selected(fleet, self._request.selection)}
        looks = Looks(self._request.config, fleet, self._request.accept_new)
        rounds = Rounds(self._store, looks, (*fleet.hosts.values(), *hosts.values()))
        ways = channels(fleet)
        if dropped := self._store.tell_only(ways):
            warn(f"{dropped} letters and events are told to nobody: hosts.yaml names no more whom they are for")
        self._fleet: Fleet = fleet
        self._hosts: Mapping[str, Host] = hosts
        self._rounds = rounds
        self._changed = changed
        self._couriers.take(ways)

    def _reload(self) -> None:
        """Read hosts.yaml anew where it was changed; one that is wrong is told of once, and the old one holds."""
        path = self._fleet.path
        changed = _changed(path)  # before it is read: who writes on meanwhile changes it once more
        if path and changed != self._changed:
            try:
                self._take(load(path), changed)
                self._say("hosts.yaml was changed, and read anew")
            except PostMainteError as error:
                self._changed = changed
                warn(f"hosts.yaml was changed and is wrong; what it said before holds:\n{error}")

    def _ping(self, url: str) -> None:
        if why := ping(url):
            warn(f"the ping: of watch: did not go well: {why}")

    def _say(self, words: str) -> None:
        """Where that can't be written it is said in vain: it is kept and told by other ways."""
        from remedy.report.paper import Paper

        if not self._request.quiet:
            with suppress(OSError, ValueError):
                Paper(sys.stdout).line(words)
                sys.stdout.flush()


@contextmanager
def _watcher(request: Request) -> Iterator[Watcher]:
    try:
        with _alone(_state_folder() / "watch.lock"), closing(_store()) as store:
            yield Watcher(request, store)
    except (sqlite3.Error, HistoryError) as error:
        raise HistoryError(f"the monitor can't keep what it sees: {error}") from error


def _store() -> Store:
    try:
        return Store()
    except OSError as error:
        raise HistoryError(str(error)) from error


def _state_folder() -> Path:
    try:
        folder = default_path().parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        raise HistoryError(str(error)) from error
    return folder


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """While no other `fab watch` of this user is at work; the kernel ends that with the process."""
    try:
        file = path.open("w")
    except OSError as error:
        raise HistoryError(str(error)) from error
    with file as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"another `fab watch` is at work ({path} is locked)") from None
        yield


def _changed(path: Path | None) -> float | None:
    with suppress(OSError):
        return path.stat().st_mtime if path else None
    return None
