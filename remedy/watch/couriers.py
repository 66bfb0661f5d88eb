"""Who carries the news: a thread for each destination, so that one that hangs or refuses holds up no other."""

import time
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal
from threading import Thread

from remedy.warning import warn
from remedy.watch.post import Channel, Post
from remedy.watch.store import Store

IDLE = 60.0  # seconds between two looks into the outbox, at most


class Couriers:
    """They carry news by the channels that they were given last, each of which is named by its destination."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._channels: Mapping[str, Channel] = {}
        self._posts: dict[str, Post] = {}
        self._threads: dict[str, Thread] = {}
        self._wakes: dict[str, Signal] = {}
        self._is_at_work = False

    @property
    def destinations(self) -> Collection[str]:
        """Those that are to be told what happens."""
        return self._channels.keys()

    def take(self, channels: Mapping[str, Channel]) -> None:
        """Carry by these from now on."""
        for name in channels:
            self._posts.setdefault(name, Post(self._store, time.time))
            self._wakes.setdefault(name, Signal())
        self._channels = channels
        if self._is_at_work:
            self.begin()

    def begin(self) -> None:
        """Carry whenever there is something, in threads."""
        self._is_at_work = True
        for name in self._channels.keys() - self._threads.keys():
            self._threads[name] = Thread(target=self._carry_always, args=(name,), name=f"news to {name}", daemon=True)
            self._threads[name].start()

    def wake(self) -> None:
        """Something has happened."""
        for wake in tuple(self._wakes.values()):
            wake.set()

    def carry(self) -> bool:
        """Carry all that is to be told now; whether all that happened is told, and nothing waits for another try."""
        channels = self._channels

        def carry_to(name: str) -> bool:
            post = self._posts[name]
            return post.deliver(name, channels[name]) and post.next_at(name) is None

        with ThreadPoolExecutor(max(len(channels), 1), "news") as pool:
            return all(list(pool.map(carry_to, channels)))

    def are_well(self) -> bool:
        """Whether all destinations are told what happens."""
        return all(self._is_well(name, channel) for name, channel in self._channels.items())

    def _is_well(self, name: str, channel: Channel) -> bool:
        is_at_work = not self._is_at_work or self._threads[name].is_alive()
        return is_at_work and not channel.lacking() and not self._store.is_stuck(name)

    def _carry_always(self, name: str) -> None:
        """A destination that is none any more may become one again: then this goes on."""
        post, wake = self._posts[name], self._wakes[name]
        while True:
            wake.clear()
            next_at = None
            try:
                if channel := self._channels.get(name):
                    post.deliver(name, channel)
                    next_at = post.next_at(name)
            except Exception as error:  # it goes on, whatever it is
                warn(f"{name} could not be sent: {type(error).__name__}: {error}")
            left = IDLE if next_at is None else next_at - time.time()
            wake.wait(min(max(left, 0.1), IDLE))
