"""A lab: guests, their network and the world around them, whose time can be moved."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from socket import AF_INET, IPPROTO_ICMP, SOCK_RAW
from textwrap import shorten
from typing import Any

from remedy.lab.guests import fleet, judge
from remedy.lab.guests.clock import Clock, build_shim
from remedy.lab.guests.errors import LabError
from remedy.lab.guests.flavours import SERVERS
from remedy.lab.guests.guest import Guest
from remedy.lab.guests.images import Images
from remedy.lab.guests.leap import Leap
from remedy.lab.guests.machines import MACHINES, WORLD, machine
from remedy.lab.guests.network import Network
from remedy.lab.guests.timeserver import NOTICED

LABS = Path("/run/post-mainte-lab")
BOOT_SECONDS = 240
SILENCE = "silence"  # a file; while it is there, the time servers don't answer


class Lab:
    """The lab of that name, whether it is up or not; what is known of it lies below LABS, so any process can open it.

    Its world has a clock, three time servers, and the toolkit; all live in the lab's network and by the world's clock.
    """

    def __init__(self, name: str, cache: Path) -> None:
        self.name = name
        self.state = LABS / name
        self.home = self.state / "home"  # of whoever works in the world
        self.network = Network(f"lab-{name}")
        self.clock = Clock(self.state / "clock")
        self.cache = cache
        self._images = Images(cache)
        self._shim = self.state / "clockshim.so"
        self._disks = cache / "disks" / name
        self.guests: dict[str, Guest] = {}

    @classmethod
    def open(cls, name: str) -> "Lab":
        """The lab of that name that some process brought up; raises LabError if there is none."""
        try:
            told = json.loads((LABS / name / "lab.json").read_text())
        except FileNotFoundError:
            raise LabError(f"no lab {name!r} is up; fab lab.up starts one") from None
        lab = cls(name, Path(told["cache"]))
        lab._know({machine: Path(disk) for machine, disk in told["machines"].items()})
        return lab

    def up(self, names: Sequence[str] = (), off: Sequence[str] = (), seconds: float = BOOT_SECONDS) -> None:
        """Start the machines of those names (none: all) and return when every one answers.

        `off` are machines that are there, but switched off: `reboot` switches them on.

        What a crashed lab of this name left is removed first. Raises LabError if the lab is up already, or if a guest
        doesn't answer in time.
        """
        if self.network.processes():
            raise LabError(f"the lab {self.name!r} is up already; fab lab.down ends it")
        self.down()
        machines = [machine(name) for name in (*(names or MACHINES), *off)]
        images = self._images.of(each.flavour for each in machines)
        disks = {each.name: images[each.flavour_name].disk for each in machines}
        self.state.mkdir(parents=True)
        self._disks.mkdir(parents=True)
        told = {"cache": str(self.cache), "machines": {name: str(disk) for name, disk in disks.items()}}
        (self.state / "lab.json").write_text(json.dumps(told))
        fleet.write(self.home, machines, images, self._images.login)
        self._know(disks)
        self._start_world()
        for guest in self.guests.values():
            guest.plug_in()
        on = [name for name in self.guests if name not in off]
        for name in on:
            self.guests[name].boot(self._shim)
        self._greet(on, seconds)

    def down(self) -> None:
        """End it all and leave nothing behind, whatever state it is in."""
        self.network.end_processes()
        self.network.delete()
        for folder in (self._disks, self.state):
            shutil.rmtree(folder, ignore_errors=True)
        self.guests = {}

    def _greet(self, names: Iterable[str], seconds: float = BOOT_SECONDS) -> None:
        """Wait for guests that boot, and give them what a busy machine lets their clocks lose by that: some tenths."""
        names = list(names)
        self.wait(names, seconds)
        for name in names:
            self.guests[name].clock.advance(max(0.0, -self.offset(name)))

    def wait(self, names: Iterable[str], seconds: float = BOOT_SECONDS) -> None:
        """Return when every one of these guests answers; raise LabError if one doesn't in time."""
        deadline = time.monotonic() + seconds
        for guest in [self.guest(name) for name in names]:
            while not guest.answers():
                if time.monotonic() > deadline:
                    raise LabError(f"{guest.machine.name} doesn't answer; its console ends with:\n{guest.last_words()}")
                time.sleep(0.2)

    def guest(self, name: str) -> Guest:
        """The guest of that name; raises LabError if it isn't in this lab."""
        if name not in self.guests:
            raise LabError(f"no guest {name!r} in the lab; there are {', '.join(self.guests)}")
        return self.guests[name]

    def pause(self, names: Sequence[str], seconds: float) -> None:
        """Let these guests stand still while so many seconds pass for the world and all others, unseen by any daemon.

        It takes a moment only. What runs in the world sees its clocks jump, so nothing should be running there. Raises
        LabError if one of them is off; then no time has passed, and all go on.
        """
        frozen: list[Guest] = []
        with self._leap(seconds, besides=names):
            try:
                for guest in map(self.guest, names):
                    guest.freeze()
                    frozen.append(guest)
                self.clock.advance(seconds)
            finally:
                for guest in frozen:
                    guest.thaw()

    def advance(self, seconds: float) -> None:
        """Let time pass for the world and for every guest that isn't frozen; what they are off by stays as it is."""
        with self._leap(seconds):
            self.clock.advance(seconds)

    @contextmanager
    def _leap(self, seconds: float, besides: Sequence[str] = ()) -> Iterator[None]:
        """Let the others live through the time that passes for the world within this block."""
        living = {name: guest for name, guest in self.guests.items() if name not in besides and guest.lives}
        reached = {name: guest.clock for name, guest in living.items() if guest.answers()}
        leap = Leap(reached, self.offset)
        yield
        for name in living.keys() - reached.keys():  # as right as its time service keeps it
            living[name].clock.advance(seconds)
        leap.live_through(seconds, self._silence())

    @contextmanager
    def _silence(self) -> Iterator[None]:
        """Let the time servers be silent within this block."""
        silence = self.state / SILENCE
        silence.touch()
        time.sleep(NOTICED)
        try:
            yield
        finally:
            silence.unlink()

    def crash(self, name: str) -> None:
        """Strike a guest dead, as a power cut does; its disk stays as it is."""
        self.guest(name).crash()
        subprocess.run(self.ssh_command(name, "-O", "exit"), capture_output=True, check=False)

    def reboot(self, names: Sequence[str]) -> None:
        """Switch these guests off, hard, and on again; return when they answer.

        They come up with the true time, as from a hardware clock, which no pause of theirs has stopped.
        """
        for name in names:
            self.crash(name)
            guest = self.guest(name)
            guest.clock.advance(self.clock.offset - guest.clock.offset)
            guest.boot(self._shim)
        self._greet(names)

    def time(self) -> float:
        """The true time of the lab's world, as Unix time."""
        return time.time() + self.clock.offset

    def offset(self, name: str) -> float:
        """How far that guest's clock is ahead of the world's, as the judge sees it: in seconds within half a day."""
        with self.network.open_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) as icmp:
            return judge.offset(icmp, self.guest(name).machine.address, self.time)

    def ssh(self, name: str, command: str, words: str = "") -> str:
        """What a command prints that the lab runs on a guest as root; raises LabError if it fails."""
        line = [*self.ssh_command(name), command]
        done = subprocess.run(line, input=words, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(
                f"{name}: {shorten(command, 200)!r} ended with {done.returncode}: {done.stdout}{done.stderr}"
            )
        return done.stdout

    def ssh_command(self, name: str, *options: str) -> list[str]:
        """The start of a command line that reaches that guest as root, by one connection for all such commands."""
        shared = ["-o", "ControlMaster=auto", "-o", "ControlPersist=yes", "-o", f"ControlPath={self.state}/%n.ssh"]
        shared += ["-o", "ConnectTimeout=20", "-o", "ServerAliveInterval=10"]  # a link may be cut: never wait for ever
        config = str(self.home / ".ssh" / "config")
        return self.network.inside("ssh", "-F", config, *shared, *options, f"root@{self.guest(name).machine.name}")

    def start(self, *command: str | Path, **options: Any) -> "subprocess.Popen[str]":
        """Start a command in the world: in its network, by its clock, with the lab's hosts.yaml."""
        environment = {
            **self.clock.environment(self._shim),
            "HOME": str(self.home),
            "POST_MAINTE_INVENTORY": str(self.home / "hosts.yaml"),
            "FABRIC_SUDO_PASSWORD": "lab",
        }
        return subprocess.Popen(self.network.inside(*command), env=environment, text=True, **options)

    def _know(self, disks: Mapping[str, Path]) -> None:
        self.guests = {
            name: Guest(machine(name), self.network, self.state / name, self._disks / name, disk)
            for name, disk in disks.items()
        }

    def _start_world(self) -> None:
        self.clock.create()
        build_shim(self._shim)
        self.network.create([f"{address}/24" for address in (WORLD, *SERVERS)])
        server = [sys.executable, "-m", "remedy.lab.guests.timeserver", str(self.state / SILENCE), *SERVERS]
        files = self.state / "timeserver.pid", self.state / "timeserver.log"
        self.network.spawn(server, *files, self.clock.environment(self._shim))
