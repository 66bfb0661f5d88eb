"""What guests there can be: a flavour is a Debian root file system with an init system and a time service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

SERVERS = ("10.77.0.2", "10.77.0.3", "10.77.0.4")  # the world's time servers, as every guest knows them

_COMMON = ("iproute2", "kmod", "procps", "sudo")
_DEBIAN = ("openssh-server", "cron", *_COMMON)
_SYSTEMD = ("systemd-sysv", "dbus", *_DEBIAN)
_SYSV = ("sysvinit-core", "rsyslog", *_DEBIAN)


def _ntpd(poll: int) -> str:
    """Server lines of ntp.conf and chrony.conf, for looks at the true time every 2 ** poll seconds."""
    return "".join(f"server {server} iburst minpoll {poll} maxpoll {poll}\n" for server in SERVERS)


# ntpsec asks once in 17 minutes here, so that it does not put a clock right by itself while a test looks the other way.
# ISC ntpd asks as often as it can: it believes in a jump after eight looks, 64 s, and dies of it.
_NTPSEC = {"/etc/ntpsec/ntp.conf": f"driftfile /var/lib/ntpsec/ntp.drift\n{_ntpd(10)}"}
_TIMESYNCD = f"[Time]\nNTP={' '.join(SERVERS)}\nPollIntervalMinSec=1024\nPollIntervalMaxSec=2048\n"
_OPENNTPD = "".join(f"server {server}\n" for server in SERVERS)
_BUSYBOX = f'NTPD_OPTS="-N {" ".join(f"-p {server}" for server in SERVERS)}"\n'
_DROPBEAR = "NO_START=0\nDROPBEAR_PORT=22\n"


@dataclass(frozen=True)
class Flavour:
    """A root file system: Debian's `suite` with `packages` and, over that, `files` by their paths.

    `service` is the time service's name as its init system has it, "" for none. `parts` is a folder of parts/ with what
    the flavour needs beside packages: build.sh PROGRAM builds a program, prepare.sh ROOT PROGRAM changes the root.
    """

    name: str
    packages: tuple[str, ...]
    service: str
    suite: str = "bookworm"
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    parts: str = ""
    host_key: str = "/etc/ssh/ssh_host_ed25519_key.pub"


FLAVOURS = {
    flavour.name: flavour
    for flavour in (
        Flavour("ntpsec", ("ntpsec", "ntpsec-ntpdate", *_SYSTEMD), "ntpsec", files=_NTPSEC),
        Flavour(
            "chrony", ("chrony", *_SYSTEMD), "chrony", files={"/etc/chrony/chrony.conf": f"{_ntpd(4)}makestep 1 3\n"}
        ),
        Flavour(
            "timesyncd",
            ("systemd-timesyncd", *_SYSTEMD),
            "systemd-timesyncd",
            files={"/etc/systemd/timesyncd.conf": _TIMESYNCD},
        ),
        Flavour("openntpd", ("openntpd", *_SYSTEMD), "openntpd", files={"/etc/openntpd/ntpd.conf": _OPENNTPD}),
        Flavour(
            "sysv",
            ("ntp", "ntpdate", *_SYSV),
            "ntp",
            suite="bullseye",
            files={"/etc/ntp.conf": f"driftfile /var/lib/ntp/ntp.drift\n{_ntpd(3)}"},
        ),
        Flavour("openrc", ("openrc", "ntpsec", "ntpsec-ntpdate", *_SYSV), "ntpsec", files=_NTPSEC),
        Flavour("none", _SYSTEMD, ""),
        Flavour(
            "busybox",
            ("sysvinit-core", "openrc", "openssh-server", *_COMMON),
            "ntpd",
            files={"/etc/conf.d/ntpd": _BUSYBOX},
            parts="busybox",
        ),
        Flavour(
            "dropbear",
            ("systemd-sysv", "dbus", "dropbear", "cron", "ntpsec", *_COMMON),
            "ntpsec",
            files={**_NTPSEC, "/etc/default/dropbear": _DROPBEAR},
            parts="dropbear",
            host_key="/etc/dropbear/dropbear_ed25519_host_key.pub",
        ),
    )
}
