"""The file tree of a host: its commands, its state, and the files by which scripts recognise it."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from remedy.lab.embedded.spec import (
    BOOT,
    DAEMON_COMMANDS,
    INIT_COMMANDS,
    NAMES,
    PROCESSES,
    Daemon,
    HostSpec,
    Init,
    Names,
    Service,
)
from remedy.lab.embedded.state import HostState
from remedy.lab.harmless import CAP_SYS_TIME

HERE = Path(__file__).parent
STAND_INS = HERE / "bin"
ALWAYS = ("date", "hwclock", "id", "last", "sh", "stat", "sudo", "touch")
WRAPPED = ("date", "stat", "touch")  # what the stand-ins need of the real ones

# Real commands that can do this machine no harm: what changes a clock, a service or another process is not among them.
REAL = """
    awk basename cat chmod cp cut dd df dirname egrep env expr false find flock grep gzip head ln ls mkdir mkfifo mktemp
    mv nice nohup od printf pwd readlink realpath rm rmdir sed seq setsid sleep sort tail tee test timeout tr true
    tty uname uniq wc xargs [
"""

ALL_CAPABILITIES = (1 << 41) - 1
FIRST_PROCESS = 4_190_001  # no process of this machine has such a number, as Linux counts them by default
FOLDERS = (
    *("dev", "etc/init.d", "home", "proc/1", "proc/self", "root", "run", "tmp", "usr/bin", "usr/sbin"),
    *("var/lib", "var/lock", "var/log", "var/run"),
)
RUNLEVEL = {Init.DEBIAN: "2"}


class LabError(Exception):
    """The machine lacks what the lab needs."""


def check_date() -> None:
    """Raise LabError where date(1) is not GNU's, by which the stand-ins read the true time."""
    said = subprocess.run([_found("date"), "+%N"], capture_output=True, text=True, check=False).stdout.strip()
    if not said.isdigit():
        raise LabError("the embedded lab needs GNU date (coreutils)")


def make_root(root: Path, spec: HostSpec) -> HostState:
    """Make a host's file tree in `root`, which must not be there yet, and its commands beside it; return its state."""
    for name in FOLDERS:
        (root / name).mkdir(parents=True)
    _make_lab(root, spec)
    (root / "bin").symlink_to(_commands(root.parent / "bin", spec))
    _make_proc(root / "proc", spec)
    _make_init(root, spec)
    state = HostState(root)
    for number, service in enumerate(spec.services):
        _make_service(root, spec.init, service, FIRST_PROCESS + number, state)
    for command, text in spec.hooks.items():
        state.hook(command, text)
    if spec.rtc is not None:
        (root / "dev/rtc0").touch()
    _make_contents(root, spec)
    return state


def _make_lab(root: Path, spec: HostSpec) -> None:
    lab = root / "lab"
    for name in ("hooks", "real", "services"):
        (lab / name).mkdir(parents=True)
    (lab / "standin.sh").symlink_to(HERE / "standin.sh")
    for name in WRAPPED:
        (lab / "real" / name).symlink_to(_found(name))
    (lab / "real/sh").symlink_to(_found(spec.shell))
    (lab / "calls").touch()
    state = {
        "clock": _micros(spec.offset),
        "rtc": "none" if spec.rtc is None else _micros(spec.rtc),
        "capable": _word(spec.capable),
        "ntp": _word(spec.ntp),
        "kernel": "yes",
        "known": _micros(spec.believed),
        "burst": "0",
        "container": spec.container,
        "sudo": spec.sudo_password,
        "all": " ".join(_names(spec.init, service).name for service in spec.services),
        "runlevel": RUNLEVEL.get(spec.init, "3"),
        "zone": "" if spec.zone is None else f"<{spec.zone:+03d}>{-spec.zone}",
        "replayed": "\n".join(spec.replayed),
    }
    for name, text in state.items():
        (lab / name).write_text(f"{text}\n")


def _commands(shelf: Path, spec: HostSpec) -> Path:
    """A folder of links, and nothing but links: to what is harmless, and to the stand-ins.

    Hosts that have the same commands share it.
    """
    daemons = [command for service in spec.services for command in DAEMON_COMMANDS.get(service.daemon, ())]
    commands = dict(command.partition(":")[::2] for command in (*ALWAYS, *INIT_COMMANDS[spec.init], *daemons))
    folder = shelf / "+".join([spec.init, *sorted({service.daemon for service in spec.services})])
    if folder.exists():
        return folder
    folder.mkdir(parents=True)
    for name in REAL.split():
        if path := shutil.which(name):
            (folder / name).symlink_to(path)
    for name, stand_in in commands.items():
        (folder / name).symlink_to(STAND_INS / (stand_in or name))
    return folder


def _make_proc(proc: Path, spec: HostSpec) -> None:
    (proc / "uptime").symlink_to("/proc/uptime")
    (proc / "1/environ").write_bytes(b"HOME=/\0TERM=linux\0")
    capabilities = ALL_CAPABILITIES if spec.capable else ALL_CAPABILITIES & ~(1 << CAP_SYS_TIME)
    (proc / "self/status").write_text(f"Name:\tsh\nUid:\t0\t0\t0\t0\nCapEff:\t{capabilities:016x}\n")
    (proc / "self/comm").write_text("sh\n")
    (proc / "self/uid_map").write_text("         0          0 4294967295\n")


def _make_init(root: Path, spec: HostSpec) -> None:
    if spec.init is Init.SYSTEMD:
        (root / "run/systemd/system").mkdir(parents=True)
        if spec.container != "none":
            (root / "run/systemd/container").write_text(f"{spec.container}\n")
    elif spec.init is Init.OPENRC:
        (root / "run/openrc").mkdir()
        (root / "etc/runlevels/default").mkdir(parents=True)
    else:
        for level in range(7):
            (root / f"etc/rc{level}.d").mkdir()


def _make_service(root: Path, init: Init, service: Service, process: int, state: HostState) -> None:
    names = _names(init, service)
    boot = BOOT[init].format(names.name)
    folder = root / "lab/services" / names.name
    folder.mkdir()
    values = {
        "daemon": service.daemon,
        "running": service.running,
        "tried": _word(service.running != "no"),
        "synced": _word(service.synced and service.running == "yes"),
        "process": f"{process} {PROCESSES.get(service.daemon) or f'{names.name} /usr/sbin/{names.name}'}",
        "boot": boot,
        "aliases": " ".join(names.aliases),
    }
    for name, text in values.items():
        (folder / name).write_text(f"{text}\n")
    if init is not Init.SYSTEMD:
        (root / "etc/init.d" / names.name).symlink_to(STAND_INS / "init-script")
        if not service.enabled and init is not Init.OPENRC:
            (root / "etc/rc2.d" / f"K01{names.name}").symlink_to(f"../init.d/{names.name}")
    if service.daemon is Daemon.CRON:
        _make_cron(root, init, names.name)
    if service.running == "yes":
        state.appear(names.name)
    if service.enabled:
        (root / boot).parent.mkdir(parents=True, exist_ok=True)
        (root / boot).touch()


def _names(init: Init, service: Service) -> Names:
    return NAMES.get((init, service.daemon), Names(service.daemon))


def _make_cron(root: Path, init: Init, name: str) -> None:
    """The daemon's program, by which one tells whose it is."""
    program = root / "usr/sbin" / name
    if init is Init.OPENRC:
        program.symlink_to("../../bin/busybox")
    else:
        program.write_text("#!/bin/sh\n" + "# CRON_TZ: cronie\n" * (init is Init.REDHAT))
        program.chmod(0o755)


def _make_contents(root: Path, spec: HostSpec) -> None:
    """What the spec itself says that the host has."""
    for name, script in spec.programs.items():
        (root / "usr/bin" / name).symlink_to(script)
    for file in spec.files:
        path = root / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)
        path.chmod(0o644)
        made = time.time() - file.age
        os.utime(path, (made, made))
    if spec.zone is not None:
        (root / "etc/localtime").symlink_to(f"/usr/share/zoneinfo/Etc/GMT{-spec.zone:+d}")


def _found(command: str) -> str:
    path = shutil.which(command)
    if path is None:
        raise LabError(f"the embedded lab needs the command {command}")
    return path


def _micros(seconds: float) -> str:
    return str(round(seconds * 1_000_000))


def _word(is_so: bool) -> str:
    return "yes" if is_so else "no"
