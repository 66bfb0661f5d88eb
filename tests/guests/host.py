"""A guest as a test sees it from outside: through the lab's own login and its judge, never through the toolkit."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from remedy.lab.guests.errors import LabError
from remedy.lab.guests.lab import Lab

DAY = 86400
SNAPSHOT = Path(__file__).with_name("snapshot.sh").read_text()
SOON = 20.0  # seconds that a service may take to show as running
RIGHT = 0.05  # seconds: what a time service makes of a clock that was stepped
STEPPED = 0.3  # seconds: what a step is good for where a busy machine delays packets and processes
SETTLED = 120.0  # seconds that a time service may take to go from one to the other: some ask twice a minute at most

Result = TypeVar("Result")


@dataclass(frozen=True)
class Init:
    """How an init system's commands name what is done to a service."""

    start: str
    stop: str
    enable: str
    disable: str
    running: str
    enabled: str


SYSTEMD = Init(
    start="systemctl start {}",
    stop="systemctl stop {}",
    enable="systemctl -q enable {}",
    disable="systemctl -q disable {}",
    running="systemctl -q is-active {}",
    enabled="systemctl -q is-enabled {}",
)
SYSV = Init(
    start="service {} start",
    stop="service {} stop",
    enable="update-rc.d {} enable",
    disable="update-rc.d {} disable",
    running="service {} status",
    enabled="ls /etc/rc2.d/S??{}",
)
OPENRC = Init(
    start="rc-service {} start",
    stop="rc-service {} stop",
    enable="rc-update add {} default",
    disable="rc-update del {} default",
    running="rc-service {} status",
    enabled="test -e /etc/runlevels/default/{}",
)
INITS = {"sysv": SYSV, "openrc": OPENRC, "busybox": OPENRC}  # others have systemd


@dataclass(frozen=True)
class Host:
    """One guest of a lab, and its time service. `before` is its snapshot as it was when nothing had been done to it."""

    lab: Lab
    name: str
    before: frozenset[str] = field(repr=False)

    @property
    def service(self) -> str:
        """The time service's name; "" for none."""
        return self.lab.guest(self.name).machine.flavour.service

    @property
    def offset(self) -> float:
        """How far its clock is ahead of the truth, in seconds within half a day, as its kernel says."""
        return self.lab.offset(self.name)

    @property
    def date(self) -> float:
        """Its clock in Unix seconds, within a second or two."""
        return float(self.run("date +%s"))

    @property
    def running(self) -> bool:
        """Whether its time service runs, or does so soon."""
        return self.runs_within(SOON)

    @property
    def enabled(self) -> bool:
        """Whether its time service is started at boot."""
        return self._is(self._init.enabled)

    def runs_within(self, seconds: float) -> bool:
        """Whether its time service runs, or does so within that time."""
        return self._within(seconds, lambda: self._is(self._init.running))

    def is_at_rest_within(self, seconds: float) -> bool:
        """Whether no repair is at work on it, or ends within that time: the lock is its root folder."""
        return self._within(seconds, lambda: self._is("flock -n / true"))

    def dies_within(self, seconds: float) -> bool:
        """Whether its time service has stopped, or does so within that time."""
        return self._within(seconds, lambda: not self._is(self._init.running))

    def wrongs(self, right: float = RIGHT) -> list[str]:
        """What is not as it should be after a repair, in words; none if all is well.

        `right` is how far its clock may be off, in seconds.
        """
        wrongs = []
        if not self._within(SETTLED, lambda: abs(self.offset) <= right):
            wrongs.append(f"its clock is {self.offset:+.3f} s off")
        if abs(days := round((self.date - self.lab.time()) / DAY)):
            wrongs.append(f"its clock is {days:+d} days off")
        if self.service and not self.running:
            wrongs.append("its time service does not run")
        if self.service and not self.enabled:
            wrongs.append("its time service is not enabled")
        return wrongs + [f"changed: {line}" for line in sorted(self.before ^ snapshot(self.lab, self.name))]

    def run(self, command: str) -> str:
        """What a command prints; LabError if it fails."""
        return self.lab.ssh(self.name, command)

    @property
    def has_systemd(self) -> bool:
        """Whether its init system is systemd."""
        return self._init is SYSTEMD

    def do(self, action: str) -> None:
        """Start, stop, enable or disable the time service."""
        self.run(getattr(self._init, action).format(self.service))

    def restart(self, service: str) -> None:
        """Stop and start a service."""
        self.run(f"{self._init.stop.format(service)}\n{self._init.start.format(service)}")

    def kill_service(self) -> None:
        """Let the time service die as of a bug: its pid file stays behind."""
        self.run("for name in ntpd chronyd systemd-timesyn; do pkill -9 -x $name; done; true")

    def lead(self, seconds: float) -> None:
        """Let its clock run ahead, unseen."""
        self.lab.guest(self.name).clock.advance(seconds)

    @property
    def _init(self) -> Init:
        return INITS.get(self.lab.guest(self.name).machine.flavour_name, SYSTEMD)

    def _is(self, command: str) -> bool:
        try:
            self.run(command.format(self.service))
        except LabError:
            return False
        return True

    def _within(self, seconds: float, is_so: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + seconds
        while not (so := is_so()) and time.monotonic() < deadline:
            time.sleep(0.5)
        return so


def until(condition: str, looks: int, pause: float) -> str:
    """Lines of sh that wait for the condition, or exit after so many looks; `pause` is between them, in seconds."""
    return f"""
looks=0
until {condition}; do
    looks=$((looks + 1))
    [ "$looks" -lt {looks} ] || exit 1
    sleep {pause}
done
"""


def snapshot(lab: Lab, name: str) -> frozenset[str]:
    """What a repair must not change on a guest, as lines."""
    return frozenset(lab.ssh(name, "sh -s", SNAPSHOT).splitlines())


def at_once(work: Callable[[Host], Result], hosts: Iterable[Host]) -> dict[str, Result]:
    """What work(host) gives, by the hosts' names; all at once."""
    with ThreadPoolExecutor(len(listed := list(hosts))) as pool:
        return {host.name: result for host, result in zip(listed, pool.map(work, listed), strict=True)}


def wrongs(hosts: Iterable[Host], right: float = RIGHT) -> dict[str, list[str]]:
    """What is not as it should be on those hosts where something is not."""
    return {name: found for name, found in at_once(lambda host: host.wrongs(right), hosts).items() if found}
