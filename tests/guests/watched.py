"""A night of guests under watch: `fab watch` in a lab's world, a mail server, and what befalls the guests."""

import json
import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from socket import AF_INET, SOCK_STREAM, socket
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

import yaml
from typed import PROJECT

from remedy.lab.guests.lab import Lab
from remedy.lab.guests.machines import WORLD
from remedy.lab.mailserver import Arrived, MailServer

from .host import Host, snapshot, wrongs
from .troubles import ACT, Act, Kind, Trouble, Window, Word, act, to_notice

# Those whose clocks are to jump for a moment are those that ask for the true time three times an hour at most.
HOSTS = ("sysv", "chrony", "ntpsec", "busybox", "admin", "openrc", "dropbear", "inner")
JUMP_HOST = "none"  # inner's
SEED = 830
SMTP = 25
SAID = re.compile(rf"(?:the clock of )?(?P<host>[\w-]+) (?P<word>{'|'.join(word.value for word in Word)})\b")
ENDED = re.compile(r" +post-mainte: (?P<verdict>\w+):")
CHATTER = re.compile(r"watching 8 hosts;|hosts.yaml was changed, and read anew$")
QUIET = "(nobody is told)"
SMALL = 0.5  # seconds that a clock may be off without being stepped: not each host is put right here
SECONDS = 60.0  # that a command may take, and the monitor to end

RETURNS = "/var/tmp/returns"  # on each host: a line for each run that put it right
JUST_NOW = f"[ $(($(date +%s) - $(stat -c %Y {RETURNS} 2>/dev/null || echo 0))) -lt 30 ]"
NOTED = {"name": "noted", "command": JUST_NOW, "repair": f"date >>{RETURNS}"}


@dataclass(frozen=True)
class Length:
    """How long the night is: so many acts, of ten intervals each."""

    acts: int
    interval: float


SHORT, LONG = Length(1, 25.0), Length(3, 60.0)  # each but for the boot: five minutes, and half an hour


@dataclass(frozen=True)
class Said:
    """A line of the monitor, and when it was said; or of a mail, and when that arrived."""

    at: float
    line: str

    @property
    def about(self) -> tuple[str, Word]:
        """The host and what is said of it; AssertionError for a line that says something else."""
        found = SAID.match(self.line)
        assert found, f"nothing else was to be said: {self.line}"
        return found["host"], Word(found["word"])

    @property
    def is_told(self) -> bool:
        """Whether somebody is told, too."""
        return not self.line.endswith(QUIET)


@dataclass(frozen=True)
class Night:
    """What befell the hosts, when it really did, and what came of it.

    `runs` are the hosts of each run that the history has. `returns` is how often each host itself was put right.
    """

    length: Length
    acts: Sequence[Act]
    said: Sequence[Said]
    mails: Sequence[Arrived]
    runs: Sequence[Sequence[str]]
    returns: Mapping[str, int]
    wrongs: Mapping[str, Sequence[str]]

    @property
    def told(self) -> Sequence[Said]:
        """What the mails say of hosts, in their order."""
        return _told(self.mails)

    @property
    def verdicts(self) -> Sequence[str]:
        """How the mails say that post-mainte ended, host by host."""
        ends = (ENDED.match(line) for mail in self.mails for line in mail.lines)
        return [end["verdict"] for end in ends if end]


class OverError(Exception):
    """Nobody waits for the end of the night any more."""


def play(lab: Lab, length: Length, over: Event) -> Night:
    """Bring a lab up and play the night in it; raises OverError soon after `over` is set."""
    lab.up([*HOSTS, JUMP_HOST])
    with ThreadPoolExecutor() as pool:
        snapshots = pool.map(partial(snapshot, lab), HOSTS)
    hosts = [Host(lab, name, before) for name, before in zip(HOSTS, snapshots, strict=True)]
    with MailServer(_port_of(lab)) as mail_server, Watch(lab, length, mail_server.address, over) as watch:
        acts = [watch.play(number) for number in range(length.acts)]
        to_tell = sum(notice.is_told for notices in to_notice(acts, length.interval).values() for notice in notices)
        watch.wait_until(lambda: len(_told(mail_server.mails)) >= to_tell)
    return Night(
        length=length,
        acts=acts,
        said=watch.said,
        mails=mail_server.mails,
        runs=[run["selection"] for run in json.loads(watch.fab("history", "--json"))["runs"]],
        returns={host.name: int(host.run(f"cat {RETURNS} 2>/dev/null | wc -l")) for host in hosts},
        wrongs=wrongs(hosts, SMALL),
    )


class Watch:
    """`fab watch` over the hosts of a lab, within its `with`, and what happens to them meanwhile."""

    def __init__(self, lab: Lab, length: Length, mail_server: str, over: Event) -> None:
        self.said: list[Said] = []
        self._lab, self._interval, self._over = lab, length.interval, over
        self._random = random.Random(SEED)
        self._fleet = _fleet(lab, length, mail_server)

    def __enter__(self) -> Self:
        self._write_fleet()
        self._begin = self._lab.time() + self._interval  # when it has looked at all of them
        self._monitor = self._start("watch")
        self._listener = Thread(target=self._listen, name="listener")
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._monitor.send_signal(signal.SIGTERM)
        self._monitor.wait(SECONDS)
        self._listener.join()

    def play(self, number: int) -> Act:
        """Play an act to its end; how it really was."""
        begin = self._begin + number * ACT * self._interval
        planned = act(number, begin, self._interval, HOSTS, self._random)
        self._sleep_until(begin)
        for window in planned.windows:
            self._announce(window)
        with ThreadPoolExecutor(len(HOSTS)) as pool:
            played = replace(planned, troubles=tuple(pool.map(self._befall, planned.troubles)))
        self._sleep_until(begin + ACT * self._interval)
        return played

    def wait_until(self, is_over: Callable[[], bool]) -> None:
        """Wait until that is so, but not for long."""
        latest = self._lab.time() + SECONDS
        while not is_over() and self._lab.time() < latest:
            self._sleep_until(self._lab.time() + 1)

    def fab(self, *arguments: str) -> str:
        """What a command prints that succeeds."""
        with self._start(*arguments) as command:
            printed, _ = command.communicate(timeout=SECONDS)
        assert command.returncode == 0, printed
        return printed

    def _befall(self, trouble: Trouble) -> Trouble:
        """Let it happen, from its begin to its end; when it really did."""
        guest, name = self._lab.guest(trouble.host), trouble.host
        blow, recovery = {
            Kind.CUT: (guest.cut, guest.restore),
            Kind.BLIP: (guest.cut, guest.restore),
            Kind.CRASH: (lambda: self._lab.crash(name), lambda: self._lab.reboot([name])),
        }.get(trouble.kind, (guest.freeze, guest.thaw))
        if trouble.kind is Kind.NOTHING:
            return trouble
        self._sleep_until(trouble.begin)
        begin = self._lab.time()
        blow()
        self._sleep_until(trouble.end)
        recovery()
        return replace(trouble, begin=begin, end=self._lab.time())

    def _announce(self, window: Window) -> None:
        """By the command; in hosts.yaml where it is over already, which the command refuses."""
        begin, end = (datetime.fromtimestamp(at, UTC).isoformat() for at in (window.begin, window.end))
        if window.end > self._lab.time():
            self.fab("maintenance.add", "-H", window.host, "--from", begin, "--to", end)
        else:
            self._fleet["maintenance"].append({"hosts": window.host, "from": begin, "to": end})
            self._write_fleet()

    def _write_fleet(self) -> None:
        new = self._lab.home / "hosts.yaml.new"
        new.write_text(yaml.safe_dump(self._fleet))
        new.replace(self._lab.home / "hosts.yaml")

    def _start(self, *arguments: str) -> "subprocess.Popen[str]":
        """A command of the toolkit in the lab's world, with a history of its own."""
        own = f"XDG_STATE_HOME={self._lab.home}/state"
        line = ["env", own, sys.executable, "-m", "fabric", *arguments]
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return self._lab.start(*line, cwd=PROJECT, stdin=subprocess.DEVNULL, **output)

    def _listen(self) -> None:
        assert self._monitor.stdout
        for line in self._monitor.stdout:
            if not CHATTER.match(line):
                self.said.append(Said(self._lab.time(), line.rstrip()))

    def _sleep_until(self, moment: float) -> None:
        if self._over.wait(max(0.0, moment - self._lab.time())):
            raise OverError


def _fleet(lab: Lab, length: Length, mail_server: str) -> dict[str, Any]:
    """The lab's hosts.yaml for this night."""
    fleet: dict[str, Any] = yaml.safe_load((lab.home / "hosts.yaml").read_text())
    own = {"interval": f"{length.interval:g}s", "on_return": "post-mainte", "checks": [NOTED]}
    return {
        **fleet,
        "defaults": fleet["defaults"] | own,
        "hosts": {name: fleet["hosts"][name] for name in HOSTS},
        "mail": {"to": "ops@example.jp", "from": "post-mainte@example.jp", "server": mail_server},
        "maintenance": [],
    }


def _told(mails: Iterable[Arrived]) -> list[Said]:
    """What mails say of hosts."""
    lines = [(mail.at, line) for mail in mails for line in mail.lines]
    return [Said(at, line) for at, line in lines if SAID.match(line)]


def _port_of(lab: Lab) -> socket:
    """A socket for a mail server in the lab's world."""
    port = lab.network.open_socket(AF_INET, SOCK_STREAM)
    port.bind((WORLD, SMTP))
    return port
