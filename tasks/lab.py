"""A lab of guests with clocks of their own, to try things on: fab lab.up. It needs root and some Debian packages."""

import shlex
import sys
from typing import TYPE_CHECKING

from invoke.collection import Collection
from invoke.context import Context
from invoke.exceptions import Exit

from tasks.command import local_command, number, words

if TYPE_CHECKING:
    from remedy.lab.guests.lab import Lab

LAB = "lab"  # the lab's name; one is enough for a person


def _open() -> "Lab":
    from remedy.lab.guests.lab import Lab

    return Lab.open(LAB)


@local_command(help={"guests": "which, separated by commas (default: all)"})
def up(_: Context, guests: str = "") -> None:
    """Build the images that are missing, and start the guests."""
    from remedy.lab.guests.errors import LabError
    from remedy.lab.guests.images import default_cache
    from remedy.lab.guests.lab import Lab
    from remedy.lab.guests.needs import missing

    if reason := missing():
        raise LabError(reason)
    lab = Lab(LAB, default_cache())
    print("images are built where they are missing, then the guests boot; see", lab.cache, file=sys.stderr)
    lab.up(words(guests))
    print(f"{', '.join(lab.guests)} are up. Try, in their network and by their world's clock:")
    print(f"  fab lab.run 'fab check-time'\n  fab lab.pause {next(iter(lab.guests))}")


@local_command()
def down(_: Context) -> None:
    """End the lab, whatever state it is in."""
    from remedy.lab.guests.images import default_cache
    from remedy.lab.guests.lab import Lab

    Lab(LAB, default_cache()).down()


@local_command(name="list")
def list_(_: Context) -> None:
    """Tell of each guest its state, its address and its offset as the kernel tells it."""
    lab = _open()
    for name, guest in lab.guests.items():
        answers = guest.lives and guest.answers()
        offset = f"{lab.offset(name):+.3f} s" if answers else "no answer" if guest.running else "off"
        print(f"{name:10} {guest.machine.address:12} {guest.machine.flavour_name:10} {offset}")


@local_command(positional=["guest"])
def offset(_: Context, guest: str) -> None:
    """Tell how far a guest's clock is ahead of the world's, in seconds within half a day."""
    print(f"{_open().offset(guest):+.3f}")


@local_command(positional=["guests"], help={"hours": "how long (default: 3)"})
def pause(_: Context, guests: str, hours: str = "") -> None:
    """Let guests stand still while hours pass for the world: what a provider's maintenance does to them."""
    seconds = _seconds(hours)
    _open().pause(words(guests), seconds)


@local_command(help={"hours": "how many (default: 3)"})
def advance(_: Context, hours: str = "") -> None:
    """Let hours pass for the world and every guest that isn't frozen."""
    seconds = _seconds(hours)
    _open().advance(seconds)


@local_command(positional=["guest"])
def cut(_: Context, guest: str) -> None:
    """Take a guest's link away."""
    _open().guest(guest).cut()


@local_command(positional=["guest"])
def restore(_: Context, guest: str) -> None:
    """Give a guest its link back."""
    _open().guest(guest).restore()


@local_command(positional=["guest"])
def crash(_: Context, guest: str) -> None:
    """Strike a guest dead, as a power cut does."""
    _open().crash(guest)


@local_command(positional=["guests"])
def boot(_: Context, guests: str) -> None:
    """Switch guests on, and off before if they are on."""
    _open().reboot(words(guests))


@local_command(positional=["guest"])
def ssh(context: Context, guest: str) -> None:
    """Open a root shell on a guest."""
    lab = _open()
    context.run(shlex.join(lab.ssh_command(guest)), pty=True)


@local_command(positional=["command"])
def run(_: Context, command: str) -> None:
    """Run a command in the world: in the lab's network, by its clock, with its hosts.yaml."""
    with _open().start("sh", "-c", command) as process:
        status = process.wait()
    if status:
        raise Exit(code=status)


def _seconds(hours: str) -> float:
    return number("hours", hours, default=3) * 3600


lab = Collection("lab", up, down, list_, offset, pause, advance, cut, restore, crash, boot, ssh, run)
