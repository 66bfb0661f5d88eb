"""The servers of the demo: what they are, and what the night broke."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remedy.lab.demo.morning import HOUR, Morning
from remedy.lab.embedded import Daemon, File, HostSpec, Init, Running, Service
from remedy.words import Offset

BIN = Path(__file__).with_name("bin")
PAUSE = 3 * HOUR + 600  # cron makes good for nothing after more than three hours
SHORT_PAUSE = 3 * HOUR - 600  # and for this one it does

CRON = Service(Daemon.CRON)
DEAD_AND_FORGOTTEN = Service(Daemon.NTPD, Running.DEAD, enabled=False)
AHEAD, LATE = "mail1", "late1"
ANNOUNCED, SURPRISE = "web1", "mail1"  # whose next maintenance is announced, and whose is not
WATCHED = {"interval": "1s", "on_return": "post-mainte"}


@dataclass(frozen=True)
class Server:
    """A host of the demo, and its story; `is_fine`: nobody is to touch it."""

    spec: HostSpec
    system: str
    story: str
    is_fine: bool = False

    @property
    def clock(self) -> str:
        """What is wrong with its clock, in words."""
        return Offset(self.spec.offset, 0.0).words if self.spec.offset else "right"

    @property
    def backups(self) -> tuple[str, ...]:
        """The commands that make its backups."""
        return tuple(name for name in self.spec.programs if name.startswith("backup-"))


def servers(now: float) -> tuple[Server, ...]:
    """The servers as they are at that moment."""
    morning = Morning(now)
    zone = morning.zone
    return (
        Server(_web1(zone), "SysV, ntpd, cronie", "ntpd died, and is not at boot; nginx died: its site is down"),
        Server(_web2(morning), "SysV, ntpd, cron", "ntpd lives, sure of its time; its backup did not run yet"),
        Server(_db1(morning), "systemd, chrony, cron", "chrony slews: 38 h to go; the 02:30 backup never ran"),
        Server(_old1(morning), "OpenRC, busybox", "ntpd is not at boot; its backup never ran either"),
        Server(_mail1(zone), "systemd, openntpd", "somebody mistook the zone; mail waits"),
        Server(_late1(zone), "systemd, ntpsec", "not back yet"),
        Server(_cache1(zone), "systemd, timesyncd", "its daemon's business", is_fine=True),
        Server(_app1(zone), "systemd, chrony", "all right", is_fine=True),
    )


def _web1(zone: int) -> HostSpec:
    services = (DEAD_AND_FORGOTTEN, Service("nginx", Running.DEAD), Service(Daemon.CRON))
    files = (File("etc/cron.d/sessions", "*/5 * * * * root clean-sessions\n"),)
    keys = {"services": ["nginx"], **WATCHED}
    return HostSpec(ANNOUNCED, Init.REDHAT, services, -PAUSE, rtc=0.0, zone=zone, files=files, keys=keys, site="nginx")


def _web2(morning: Morning) -> HostSpec:
    """Its pause was a little shorter, so that its cron itself makes good for what it missed."""
    return HostSpec(
        "web2",
        Init.DEBIAN,
        (Service(Daemon.NTPD), CRON),
        -SHORT_PAUSE,
        rtc=0.0,
        zone=morning.zone,
        programs={"backup-www": BIN / "backup"},
        files=(
            File("etc/cron.d/backup", "10 3 * * * root backup-www\n"),
            _dump("www", morning.since(3.2)),
        ),
        replayed=("backup-www",),
        keys={"backups": [_backup("www", max_age="25h")]},
    )


def _db1(morning: Morning) -> HostSpec:
    return HostSpec(
        "db1",
        Init.SYSTEMD,
        (Service(Daemon.CHRONYD), Service("mariadb", Running.DEAD), CRON),
        -PAUSE,
        rtc=0.0,
        believed=PAUSE - 8.0,
        zone=morning.zone,
        programs={"backup-db": BIN / "backup"},
        files=(
            File("etc/cron.d/nightly", "30 2 * * * root backup-db\n15 3 * * * root send-invoices\n"),
            File("var/log/syslog", f"{morning.yesterday} 03:15:01 db1 CRON[2717]: (root) CMD (send-invoices)\n"),
            _dump("db", morning.since(2.5)),
        ),
        keys={"backups": ["auto", _backup("db")]},
    )


def _old1(morning: Morning) -> HostSpec:
    """Its crond makes good for an hour at most."""
    return HostSpec(
        "old1",
        Init.OPENRC,
        (Service(Daemon.BUSYBOX, enabled=False), CRON),
        -PAUSE,
        zone=morning.zone,
        programs={"backup-home": BIN / "backup"},
        files=(
            File("etc/crontabs/root", "45 2 * * * backup-home\n"),
            _dump("home", morning.since(2.75)),
        ),
        keys={"backups": [_backup("home", max_age="25h")]},
    )


def _mail1(zone: int) -> HostSpec:
    queue = {"name": "mail queue", "command": "mailq", "text": "Mail queue is empty", "repair": "postqueue -f"}
    return HostSpec(
        AHEAD,
        services=(Service(Daemon.OPENNTPD),),
        offset=HOUR,
        rtc=0.0,
        zone=zone,
        programs={name: BIN / name for name in ("mailq", "postqueue")},
        files=(File("var/spool/waiting", "41\n"),),
        keys={"checks": [queue], **WATCHED},
    )


def _late1(zone: int) -> HostSpec:
    return HostSpec(LATE, services=(Service(Daemon.NTPSEC, Running.DEAD),), offset=-PAUSE, rtc=0.0, zone=zone, up=False)


def _cache1(zone: int) -> HostSpec:
    return HostSpec("cache1", services=(Service(Daemon.TIMESYNCD),), offset=-0.2, rtc=0.0, zone=zone)


def _app1(zone: int) -> HostSpec:
    services = (Service(Daemon.CHRONYD), Service("nginx"))
    return HostSpec("app1", services=services, rtc=0.0, zone=zone, keys={"services": ["nginx"]}, site="nginx")


def _backup(name: str, **more: str) -> dict[str, Any]:
    return {"name": name, "evidence": {"file": f"/var/backups/{name}-*.sql"}, "run": f"backup-{name}", **more}


def _dump(name: str, age: float) -> File:
    """Yesterday's backup."""
    text = "-- MySQL dump 10.19  Distrib 10.5.23-MariaDB\nINSERT INTO customers VALUES (1),(2);\n-- Dump completed\n"
    return File(f"var/backups/{name}-yesterday.sql", text, age)
