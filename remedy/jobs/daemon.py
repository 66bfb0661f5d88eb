"""The cron daemon of a host: whose it is, whether it runs and since when, and how it is stopped and started."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from remedy.initsystem import ENABLED, Command, Init, act, units
from remedy.jobs.schedule import Dialect
from remedy.shell.answers import Answers

TICKS = 100  # a second, in /proc/PID/stat on every Linux of today (USER_HZ)
UNITS = ("cron", "crond", "cronie", "dcron")
SYSTEMD_CRON = "systemd-cron"  # no daemon: a generator makes timers of crontabs


@dataclass(frozen=True)
class Daemon:
    """`kind` is vixie, cronie, busybox, dcron, fcron or systemd-cron; "" where no cron is installed.

    `started`: when, by the host's clock of now; None: it does not run. `service` is what the init system calls it; ""
    where it did not start it. `enabled` None: it does not say. `environment` holds the TZ and PATH that it has.
    """

    kind: str = ""
    started: float | None = None
    service: str = ""
    enabled: bool | None = None
    init: Init = Init.NONE
    tools: frozenset[str] = frozenset()
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""  # of its crontabs, where it was told one, without the slash that it begins with

    @property
    def dialect(self) -> Dialect | None:
        """How it reads its crontabs; None for one that is not understood."""
        return Dialect(self.kind) if self.kind in set(Dialect) else None


def stop_and_start(daemon: Daemon) -> tuple[Command, Command] | None:
    """The commands that stop a running cron and start it again; None where the init system has no hand in it.

    Jobs that run survive it: cron's unit has KillMode=process, and its init script ends the daemon only.
    """
    if daemon.started is None or not daemon.service:
        return None
    return act(daemon.init, daemon.tools, daemon.service, "stop"), start(daemon)


def start(daemon: Daemon) -> Command:
    """The command that starts it."""
    return act(daemon.init, daemon.tools, daemon.service, "start")


def read_daemon(answers: Answers, now: float) -> Daemon:
    """The daemon that runs; else the one that would."""
    has = {answer.output for answer in answers if answer.name == "jobs_has"}
    init = Init(answers.text("jobs_init")) if answers.text("jobs_init") in set(Init) else Init.NONE
    process = min(_processes(answers, now), key=lambda process: process.started, default=None)
    installed = [answer.output.split() for answer in answers if answer.name == "jobs_installed"]
    name, kind = next(((words[0], words[1]) for words in installed if len(words) == 2), ("", ""))
    service, enabled = _service(answers, init, process, name)
    return Daemon(
        kind=process.kind if process else SYSTEMD_CRON if SYSTEMD_CRON in has else kind,
        started=process.started if process else None,
        service=service,
        enabled=enabled,
        init=init,
        tools=frozenset(has),
        environment=_environment(answers) if process else {},
        folder=process.folder if process else "",
    )


@dataclass(frozen=True)
class _Process:
    kind: str
    number: str
    started: float
    name: str
    folder: str


def _processes(answers: Answers, now: float) -> list[_Process]:
    """The daemons that run: `jobs_process KIND PID NAME START [FOLDER]`, the start in ticks since boot."""
    up = re.match(r"\d+(\.\d+)?", answers.text("jobs_uptime"))
    found = []
    for answer in answers:
        words = answer.output.split()
        if answer.name == "jobs_process" and up and len(words) in (4, 5) and words[3].isdecimal():
            started = now - float(up[0]) + int(words[3][:15]) / TICKS
            found.append(_Process(words[0], words[1], started, words[2], "".join(words[4:])))
    return found


def _service(answers: Answers, init: Init, process: _Process | None, name: str) -> tuple[str, bool | None]:
    """What the init system calls the daemon, and whether it starts at boot."""
    if init is Init.SYSTEMD:
        by_name = {unit.get("Id", ""): unit for unit in units(answers.text("jobs_units"))}
        for service in UNITS:
            unit = by_name.get(f"{service}.service", {})
            is_it = unit.get("MainPID") == process.number if process else unit.get("LoadState") in ("loaded", "masked")
            if is_it:
                return service, ENABLED.get(unit.get("UnitFileState", ""))
        return "", None
    scripts = [answer.output for answer in answers if answer.name == "jobs_script"]
    wanted = process.name if process else name
    return (wanted if wanted in scripts else next(iter(scripts), "")), None


def _environment(answers: Answers) -> dict[str, str]:
    lines = answers.text("jobs_environ").splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"(TZ|PATH)=", line))
