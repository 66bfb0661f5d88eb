"""A guest as a test sees it from outside: through the lab's own login and its judge, never through the toolkit."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from remedy.lab.guests.errors import LabError
from remedy.lab.guests.lab import Lab

SNAPSHOT = Path(__file__).with_name("snapshot.sh").read_text()
SOON = 10.0  # seconds that a service may take to show as running
RIGHT = 0.05  # seconds: what a time service makes of a clock that was stepped
STEPPED = 0.3  # seconds: what a step is good for where a busy machine delays packets and processes
SETTLED = 60.0  # seconds that a time service may take to go from one to the other


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
    """One guest of a lab, and its time service."""

    lab: Lab
    name: str

    @property
    def service(self) -> str:
        """The time service's name; "" for none."""
        return self.lab.guest(self.name).machine.flavour.service

    @property
    def offset(self) -> float:
        """How far its clock is ahead of the truth, in seconds within half a day, as its kernel says."""
        return self.lab.offset(self.name)

    @property
    def settled_offset(self) -> float:
        """The offset as soon as it is right, or what it is still after a while."""
        deadline = time.monotonic() + SETTLED
        while abs(offset := self.offset) > RIGHT and time.monotonic() < deadline:
            time.sleep(1)
        return offset

    @property
    def date(self) -> float:
        """Its clock in Unix seconds, within a second or two."""
        return float(self.run("date +%s"))

    @property
    def running(self) -> bool:
        """Whether its time service runs, or does so soon."""
        return self.runs_within(SOON)

    def runs_within(self, seconds: float) -> bool:
        """Whether its time service runs, or does so within that time."""
        deadline = time.monotonic() + seconds
        while not (runs := self._is(self._init.running)) and time.monotonic() < deadline:
            time.sleep(0.5)
        return runs

    @property
    def enabled(self) -> bool:
        """Whether its time service is started at boot."""
        return self._is(self._init.enabled)

    def run(self, command: str) -> str:
        """What a command prints; LabError if it fails."""
        return self.lab.ssh(self.name, command)

    def do(self, action: str) -> None:
        """Start, stop, enable or disable the time service."""
        self.run(getattr(self._init, action).format(self.service))

    def kill_service(self) -> None:
        """Let the time service die as of a bug: its pid file stays behind."""
        self.run("for name in ntpd chronyd systemd-timesyn; do pkill -9 -x $name; done; true")

    def lead(self, seconds: float) -> None:
        """Let its clock run ahead, unseen."""
        self.lab.guest(self.name).clock.advance(seconds)

    def snapshot(self) -> set[str]:
        """What a repair must not change, as lines."""
        return set(self.lab.ssh(self.name, "sh -s", SNAPSHOT).splitlines())

    def heal(self) -> None:
        """Put clock and time service right, by hand."""
        if self.service:
            self.do("enable")
            self.do("stop")
        self.run(f"date -u -s @{int(self.lab.time())} >/dev/null")
        self.lead(max(0.0, -self.offset))
        if self.service:
            self.do("start")

    @property
    def _init(self) -> Init:
        return INITS.get(self.lab.guest(self.name).machine.flavour_name, SYSTEMD)

    def _is(self, command: str) -> bool:
        try:
            self.run(command.format(self.service))
        except LabError:
            return False
        return True


def heal(hosts: Iterable[Host]) -> None:
    """Put clocks and time services right, by hand, on all of them at once."""
    with ThreadPoolExecutor() as pool:
        for healed in [pool.submit(host.heal) for host in hosts]:
            healed.result()
