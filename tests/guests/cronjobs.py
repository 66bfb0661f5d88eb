"""Jobs on a guest that note when they ran, so that its real cron and systemd tell what became of them."""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from .host import Host

NOTES = "/var/tmp/oracle"  # a line for each run: NAME SECONDS
UNITS = "/run/systemd/system"
MINUTE = timedelta(minutes=1)
RESTART = """
if [ -d /run/systemd/system ]; then
    systemctl restart cron
else
    for script in /etc/init.d/cron /etc/init.d/crond; do
        [ ! -x $script ] || $script restart </dev/null >/dev/null 2>&1
    done
fi
"""


@dataclass(frozen=True)
class Job:
    """A job that is due in each minute of which `is_due` says so; `when` tells cron, or systemd, the same."""

    name: str
    when: str
    is_due: Callable[[datetime], bool] = field(repr=False)
    is_timer: bool = False
    is_persistent: bool = False

    @property
    def command(self) -> str:
        r"""What it runs, or the unit that it starts; a percent sign has a meaning in crontabs, and \% none in sh."""
        return f"{self.name}.service" if self.is_timer else rf"echo {self.name} $(date +\%s) >>{NOTES}"

    def times_due(self, start: datetime, end: datetime) -> int:
        """In how many minutes after `start` it is due until `end`."""
        minutes = int((end - start) / MINUTE) + 1
        return sum(
            start < at <= end and self.is_due(at) for at in (minute_of(start) + n * MINUTE for n in range(minutes + 1))
        )


@dataclass(frozen=True)
class Run:
    """A run of the job of that name, by the guest's clock."""

    name: str
    moment: datetime


def about(now: datetime, gap: int, *, has_systemd: bool) -> tuple[Job, ...]:
    """Jobs for a guest that is about to stand still for `gap` minutes, for its time then and for some minutes after."""
    start = minute_of(now)
    edges = {1, 2, 3, 4, gap // 4, gap // 2, gap - 3, gap - 2, gap - 1, gap, gap + 1, gap + 2, gap + 3, gap + 4}
    cron = [_once(start + at * MINUTE) for at in sorted(edges) if at > 0]
    middle = start + gap // 2 * MINUTE
    cron += [
        Job("minutely", "* * * * *", lambda at: True),
        Job("every-7", "*/7 * * * *", lambda at: at.minute % 7 == 0),
        Job("hourly", f"{middle.minute} * * * *", lambda at: at.minute == middle.minute),
        Job("daily", f"{middle:%M %H} * * *", lambda at: (at.hour, at.minute) == (middle.hour, middle.minute)),
        Job("listed", "3-59/8 0-23 * * *", lambda at: at.minute % 8 == 3),
        Job("midnight", "0 0 * * *", lambda at: at.hour == at.minute == 0),
    ]
    return (*cron, *(_timers(middle) if has_systemd else ()))


def _timers(middle: datetime) -> Iterator[Job]:
    often, once = f"*-*-* *:{middle.minute % 10}/10:00", f"{middle:%Y-%m-%d %H:%M}:00"
    for is_persistent in (False, True):
        kind = "kept" if is_persistent else "plain"
        yield Job(f"timer-often-{kind}", often, lambda at: at.minute % 10 == middle.minute % 10, True, is_persistent)
        yield Job(f"timer-once-{kind}", once, lambda at: at == middle, True, is_persistent)


def _once(at: datetime) -> Job:
    return Job(f"at-{at:%d-%H%M}", f"{at.minute} {at.hour} {at.day} {at.month} *", lambda minute: minute == at)


def minute_of(moment: datetime) -> datetime:
    """The full minute at which, or after which, that is."""
    return moment.replace(second=0, microsecond=0)


def moment(seconds: float) -> datetime:
    """Unix seconds, in the guests' zone."""
    return datetime.fromtimestamp(seconds, UTC)


def install(host: Host, jobs: tuple[Job, ...]) -> None:
    """Give the jobs to the host's cron, started anew so that no leap of time before is left to it, and to systemd."""
    user = "" if _is_busybox(host) else "root "
    crontab = "\n".join(f"{job.when} {user}{job.command}" for job in jobs if not job.is_timer)
    program = [f": >{NOTES}", _written(_crontab(host), crontab), RESTART]
    timers = [job for job in jobs if job.is_timer]
    for job in timers:
        program.append(_written(f"{UNITS}/{job.name}.timer", _timer(job)))
        program.append(_written(f"{UNITS}/{job.name}.service", _service(job)))
    if timers:
        program.append(f"systemctl daemon-reload; systemctl start {' '.join(f'{job.name}.timer' for job in timers)}")
    host.run("\n".join(["set -e", *program]))


def remove(host: Host) -> None:
    """Take them all away again."""
    stamps = "/var/lib/systemd/timers/stamp-timer-*"
    host.run(
        f"rm -f {_crontab(host)} {NOTES}; cd {UNITS} 2>/dev/null || exit 0; systemctl stop 'timer-*.timer'; "
        f"rm -f timer-*.timer timer-*.service {stamps}; systemctl daemon-reload"
    )


def runs(host: Host) -> tuple[Run, ...]:
    """What has run."""
    notes = (line.split() for line in host.run(f"cat {NOTES}").splitlines())
    return tuple(Run(name, moment(float(seconds))) for name, seconds in notes)


def _crontab(host: Host) -> str:
    return "/etc/crontabs/root" if _is_busybox(host) else "/etc/cron.d/oracle"


def _is_busybox(host: Host) -> bool:
    return host.lab.guest(host.name).machine.flavour_name == "busybox"


def _timer(job: Job) -> str:
    persistent = "yes" if job.is_persistent else "no"
    return f"[Timer]\nOnCalendar={job.when}\nAccuracySec=1s\nPersistent={persistent}"


def _service(job: Job) -> str:
    return f"[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo {job.name} $$(date +%%s) >>{NOTES}'"


def _written(path: str, text: str) -> str:
    return f"echo {shlex.quote(text)} >{path}"
