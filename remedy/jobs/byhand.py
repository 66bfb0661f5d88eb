"""A job as one command to type as root: as its user and in the environment that cron gives it, or by systemd."""

import re
import shlex
from collections.abc import Mapping

from remedy.jobs.crontab import CronJob
from remedy.jobs.daemon import Daemon
from remedy.jobs.schedule import Dialect
from remedy.jobs.timers import Timer

PATHS = {  # what jobs find on their PATH where their crontab sets none (FIELD.md F); of the others: what the daemon has
    Dialect.VIXIE: "/usr/bin:/bin",
    Dialect.CRONIE: "/usr/bin:/bin",
}
OTHERWISE = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+\\-]*\$?")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NOT_TEXT = re.compile(r"\\x[89a-f][0-9a-f]")  # bytes that were no UTF-8, as printable() shows them
UNIT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:+\\-]*")


def by_hand(job: CronJob | Timer, daemon: Daemon) -> str:
    """The command, on one line; "" where there is none: for an odd user or unit, and for bytes that are no text."""
    if isinstance(job, Timer):
        return f"systemctl start --no-block {shlex.quote(job.unit)}" if UNIT.fullmatch(job.unit) else ""
    if not USER.fullmatch(job.user) or daemon.dialect is None or NOT_TEXT.search(job.command):
        return ""
    command, given = split_percent(job.command, daemon.dialect)
    environment = {**_defaults(job, daemon), **job.environment, **_names(job.user, daemon.dialect)}
    shell = environment["SHELL"]
    inner = f"cd && exec env -i {_assignments(environment)} {shlex.join([shell, '-c', command])}"
    if "HOME" in job.environment:
        inner = f"HOME={shlex.quote(job.environment['HOME'])}; {inner}"
    start = shlex.join(["su", "-s", "/bin/sh", "-c", inner, job.user])
    return f"printf '%s\\n' {shlex.join(given)} | {start}" if given else f"{start} </dev/null"


def split_percent(command: str, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    """The command, and the lines that it is given to read: what stands after the first %, up to the next, and so on.

    So does do_command.c of vixie and cronie, where a backslash takes that meaning from a %, and in vixie's commands
    from itself; cronie knows -n before a command. The others know no such thing.
    """
    if dialect not in PATHS:
        return command, ()
    parts = [""]
    for piece in re.findall(r"\\?.", command):
        if piece == "%":
            parts.append("")
        else:
            is_escape = piece == r"\%" or (piece == "\\\\" and dialect is Dialect.VIXIE and len(parts) == 1)
            parts[-1] += piece[1] if is_escape else piece
    first = re.sub(r"^(?:-n[ \t]+)+", "", parts[0]) if dialect is Dialect.CRONIE else parts[0]
    return first, tuple(parts[1:])


def _defaults(job: CronJob, daemon: Daemon) -> dict[str, str]:
    path = PATHS.get(daemon.dialect, "") if daemon.dialect else ""
    return {"SHELL": "/bin/sh", "PATH": path or daemon.environment.get("PATH") or OTHERWISE, "HOME": ""}


def _names(user: str, dialect: Dialect) -> dict[str, str]:
    """What tells the job who it is, which no crontab can change; Debian's cron sets no USER (seen)."""
    return {"LOGNAME": user} if dialect is Dialect.VIXIE else {"LOGNAME": user, "USER": user}


def _assignments(environment: Mapping[str, str]) -> str:
    """For env(1); HOME is the one that su sets, or that was set before."""
    given = {name: shlex.quote(value) for name, value in environment.items() if NAME.fullmatch(name)}
    return " ".join(f"{name}={value}" for name, value in {**given, "HOME": '"$HOME"'}.items())
