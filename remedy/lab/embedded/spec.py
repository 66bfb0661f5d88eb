"""What a host of the lab is to be: a scenario as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any


class Init(StrEnum):
    """What starts services on a host, and whose tools go with it."""

    SYSTEMD = "systemd"
    REDHAT = "redhat"  # SysV init of RHEL 6: service, chkconfig
    DEBIAN = "debian"  # SysV init of Debian: service, update-rc.d
    OPENRC = "openrc"


class Daemon(StrEnum):
    """A daemon with ways of its own: all of them keep the time, but for cron."""

    NTPD = "ntpd"  # ISC's
    NTPSEC = "ntpsec"
    CHRONYD = "chronyd"
    TIMESYNCD = "timesyncd"
    OPENNTPD = "openntpd"
    BUSYBOX = "busybox"
    CRON = "cron"  # the one of the host's kind: vixie cron, cronie or busybox crond


class Running(StrEnum):
    """How a service does. Dead: it ended without being told to."""

    YES = "yes"
    NO = "no"
    DEAD = "dead"


@dataclass(frozen=True)
class Service:
    """A service of a host: of a daemon, or any other one by its name.

    `synced` is a time service's own word when the host is made, which proves nothing.
    """

    daemon: Daemon | str
    running: Running = Running.YES
    enabled: bool = True
    synced: bool = True


@dataclass(frozen=True)
class File:
    """A text file of a host, `age` seconds old. `path` has no slash at its beginning."""

    path: str
    text: str
    age: float = 0.0


NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class HostSpec:
    """A host. Seconds: `offset` is clock minus truth; `rtc` that of the hardware clock, None: there is none.

    `ntp`: NTP servers answer it. `capable`: root may set the clock. `container` as systemd-detect-virt has it.
    `shell` is the program that is its sh. `user` logs in; another one than root may sudo. `believed` is how much
    chronyd knows that the clock is behind. `hooks` maps a stand-in's name to sh that it runs first, and which may exit;
    "login" runs before every command, as a .bashrc does. `silent`: it takes connections and says nothing. `up`:
    somebody listens on its port.

    `programs` are scripts that the host has in /usr/bin, by their names there; `files` are in its tree. `zone` is how
    many hours its local time is ahead of UTC. `replayed` are the commands that its cron makes good for when the clock
    is set forward by less than three hours. `keys` is what hosts.yaml says of the host besides how to log in. `site` is
    the service that serves its web site, for which the lab gives hosts.yaml an entry.
    """

    name: str
    init: Init = Init.SYSTEMD
    services: tuple[Service, ...] = ()
    offset: float = 0.0
    rtc: float | None = None
    ntp: bool = True
    capable: bool = True
    container: str = "none"
    shell: str = "sh"
    user: str = "root"
    sudo_password: str = ""
    believed: float = 0.0
    hooks: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    silent: bool = False
    up: bool = True
    programs: Mapping[str, Path] = field(default_factory=lambda: NOTHING)
    files: tuple[File, ...] = ()
    zone: int | None = None
    replayed: tuple[str, ...] = ()
    keys: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    site: str = ""


@dataclass(frozen=True)
class Names:
    """What a daemon's service is called: its own name, and the aliases that it has while enabled (FIELD.md A1)."""

    name: str
    aliases: tuple[str, ...] = ()


NAMES: dict[tuple[Init, str], Names] = {
    (Init.REDHAT, Daemon.NTPD): Names("ntpd"),
    (Init.DEBIAN, Daemon.NTPD): Names("ntp"),
    (Init.SYSTEMD, Daemon.NTPD): Names("ntpd"),
    (Init.SYSTEMD, Daemon.NTPSEC): Names("ntpsec", ("ntp", "ntpd")),
    (Init.DEBIAN, Daemon.NTPSEC): Names("ntpsec"),
    (Init.SYSTEMD, Daemon.CHRONYD): Names("chrony", ("chronyd",)),
    (Init.DEBIAN, Daemon.CHRONYD): Names("chrony"),
    (Init.REDHAT, Daemon.CHRONYD): Names("chronyd"),
    (Init.OPENRC, Daemon.CHRONYD): Names("chronyd"),
    (Init.SYSTEMD, Daemon.TIMESYNCD): Names("systemd-timesyncd", ("dbus-org.freedesktop.timesync1",)),
    (Init.SYSTEMD, Daemon.OPENNTPD): Names("openntpd"),
    (Init.DEBIAN, Daemon.OPENNTPD): Names("openntpd"),
    (Init.OPENRC, Daemon.OPENNTPD): Names("openntpd"),
    (Init.OPENRC, Daemon.BUSYBOX): Names("ntpd"),
    (Init.REDHAT, Daemon.CRON): Names("crond"),
    (Init.OPENRC, Daemon.CRON): Names("crond"),
}

PROCESSES: dict[str, str] = {  # the name in /proc, and the command line; others are what their service is called
    Daemon.NTPD: "ntpd /usr/sbin/ntpd -p /var/run/ntpd.pid -g",
    Daemon.NTPSEC: "ntpd /usr/sbin/ntpd -p /run/ntpd.pid -c /etc/ntpsec/ntp.conf -g -N -u ntpsec:ntpsec",
    Daemon.CHRONYD: "chronyd /usr/sbin/chronyd -F 1",
    Daemon.TIMESYNCD: "systemd-timesyn /lib/systemd/systemd-timesyncd",
    Daemon.OPENNTPD: "ntpd /usr/sbin/ntpd -f /etc/openntpd/ntpd.conf",
    Daemon.BUSYBOX: "ntpd ntpd -N -p pool.ntp.org",
}

BOOT = {  # the link that starts a service at boot, from the host's root
    Init.SYSTEMD: "etc/systemd/system/multi-user.target.wants/{}.service",
    Init.REDHAT: "etc/rc3.d/S58{}",
    Init.DEBIAN: "etc/rc2.d/S01{}",
    Init.OPENRC: "etc/runlevels/default/{}",
}

INIT_COMMANDS = {  # command -> the stand-in that it is
    Init.SYSTEMD: ("systemctl", "timedatectl", "systemd-detect-virt"),
    Init.REDHAT: ("service:service.redhat", "chkconfig", "runlevel"),
    Init.DEBIAN: ("service:service.debian", "update-rc.d", "runlevel"),
    Init.OPENRC: ("rc-service", "rc-status", "rc-update"),
}

DAEMON_COMMANDS: dict[str, tuple[str, ...]] = {
    Daemon.NTPD: ("ntpd", "ntpdate", "ntpq", "sntp"),
    Daemon.NTPSEC: ("ntpd", "ntpdate:ntpdate.ntpsec", "ntpdig", "ntpq"),
    Daemon.CHRONYD: ("chronyd", "chronyc"),
    Daemon.TIMESYNCD: (),
    Daemon.OPENNTPD: ("ntpctl",),
    Daemon.BUSYBOX: ("busybox", "adjtimex", "date:date.busybox", "ntpd:ntpd.busybox"),
}
