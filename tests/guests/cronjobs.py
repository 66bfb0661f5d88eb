"""Jobs of all kinds on a guest, for a pause to swallow: each notes when it runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .host import Host

PROGRAM = "/var/tmp/cronjob"
RUNS = "/var/tmp/ran"
CRONTAB, BUSYBOX_CRONTAB = "/etc/cron.d/jobs", "/etc/crontabs/root"
UNITS = "/run/systemd/system"
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Job:
    """A job, and whether it is due at a minute; `schedule` is cron's five fields, or a timer's OnCalendar."""

    name: str
    schedule: str
    is_due: Callable[[datetime], bool]
    is_timer: bool = False
    is_persistent: bool = False

    @property
    def command(self) -> str:
        """What cron runs."""
        return f"{PROGRAM} {self.name}"

    @property
    def timer(self) -> str:
        """What systemd calls it."""
        return f"lab-{self.name}.timer"

    def due(self, start: datetime, end: datetime) -> list[datetime]:
        """All minutes after `start` up to `end` at which it is due."""
        return [minute for minute in _minutes(start, end) if self.is_due(minute)]


def _minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    minute = start.replace(second=0, microsecond=0) + MINUTE
    while minute <= end:
        yield minute
        minute += MINUTE


def jobs_of_a_night(start: datetime, minutes: int) -> list[Job]:
    """Jobs for a pause that begins at `start` and takes so many minutes: at its ends, within, often, and never."""
    first, middle, last = start + MINUTE, start + minutes * MINUTE / 2, start + (minutes - 2) * MINUTE

    def daily(at: datetime) -> tuple[str, Callable[[datetime], bool]]:
        return f"{at.minute} {at.hour} * * *", lambda t: (t.hour, t.minute) == (at.hour, at.minute)

    def at_minute(t: datetime) -> bool:
        return t.minute == middle.minute

    elsewhen = middle + timedelta(days=100)
    on_calendar = f"*-*-* {middle.hour}:{middle.minute}:00"
    _, is_middle = daily(middle)
    return [
        Job("first", *daily(first)),
        Job("middle", *daily(middle)),
        Job("last", *daily(last)),
        Job("elsewhen", f"{middle.minute} {middle.hour} {elsewhen.day} {elsewhen.month} *", lambda t: False),
        Job("every-minute", "* * * * *", lambda t: True),
        Job("every-five-minutes", "*/5 * * * *", lambda t: t.minute % 5 == 0),
        Job("hourly", "@hourly", lambda t: t.minute == 0),
        Job("each-hour", f"{middle.minute} * * * *", at_minute),
        Job("each-of-24-hours", f"{middle.minute} 0-23 * * *", at_minute),
        Job("timer", on_calendar, is_middle, is_timer=True),
        Job("persistent-timer", on_calendar, is_middle, is_timer=True, is_persistent=True),
        Job("hourly-timer", f"*-*-* *:{middle.minute}:00", at_minute, is_timer=True),
    ]


def known_to(host: Host, jobs: list[Job]) -> list[Job]:
    """Those that the host's daemons understand: busybox 1.35's crond dies (SIGSEGV) of a line that begins with @."""
    cron = [job for job in jobs if not (job.is_timer or (is_busybox(host) and job.schedule.startswith("@")))]
    return [*cron, *(job for job in jobs if job.is_timer and host.has_systemd)]


def is_busybox(host: Host) -> bool:
    """Whether its cron is busybox'."""
    return host.lab.guest(host.name).machine.flavour_name == "busybox"


def install(host: Host, jobs: list[Job]) -> None:
    """Put them where the host's daemons look, and have these know them before this returns."""
    who, crontab, daemon = ("", BUSYBOX_CRONTAB, "crond") if is_busybox(host) else ("root ", CRONTAB, "cron")
    lines = "".join(f"{job.schedule} {who}{job.command}\n" for job in jobs if not job.is_timer)
    files = {
        PROGRAM: f"#!/bin/sh\ndate +%s >>{RUNS}-$1\n",
        crontab: lines,
    }
    timers = [job for job in jobs if job.is_timer]
    for job in timers:
        calendar = f"OnCalendar={job.schedule}\nAccuracySec=1s\nPersistent={job.is_persistent}\n"
        files[f"{UNITS}/{job.timer}"] = f"[Timer]\n{calendar}"
        service = f"[Service]\nType=oneshot\nExecStart={job.command}\n"
        files[f"{UNITS}/{job.timer.replace('.timer', '.service')}"] = service
    host.run("\n".join(f"cat >{path} <<'END'\n{text}END" for path, text in files.items()) + f"\nchmod +x {PROGRAM}")
    host.restart(daemon)
    if timers:
        host.run(f"systemctl daemon-reload; systemctl start {' '.join(job.timer for job in timers)}")


def runs(host: Host) -> dict[str, list[datetime]]:
    """When each ran, by its name and the host's clock."""
    found: dict[str, list[datetime]] = {}
    for line in host.run(f"cd /var/tmp; grep . {RUNS}-* /dev/null || true").splitlines():
        path, _, moment = line.partition(":")
        found.setdefault(path.removeprefix(f"{RUNS}-"), []).append(datetime.fromtimestamp(int(moment), UTC))
    return found


def remove(host: Host) -> None:
    """Take them away again."""
    stop = "systemctl stop 'lab-*.timer'; systemctl reset-failed" if host.has_systemd else "true"
    reload = "systemctl daemon-reload" if host.has_systemd else "true"
    host.run(f"{stop}; rm -f {PROGRAM} {RUNS}-* {CRONTAB} {BUSYBOX_CRONTAB} {UNITS}/lab-*; {reload}")
