"""A service as its host knows it."""

from dataclasses import dataclass
from enum import StrEnum

from remedy.initsystem import Init


class State(StrEnum):
    """How a service does."""

    RUNNING = "running"
    WAITING = "waiting"  # for a socket or a timer that starts it
    DONE = "done"  # it is to run once, and did
    STARTING = "starting"
    STOPPING = "stopping"
    RESTARTING = "restarting"  # it dies, and systemd starts it again and again
    DEAD = "dead"  # it ended without being told to
    STOPPED = "stopped"
    UNMET = "unmet"  # systemd starts it and nothing runs, for a condition of its unit is not met
    MASKED = "masked"  # the administrator forbade it
    BROKEN = "broken"  # systemd does not understand its unit
    MISSING = "missing"  # the host has no such service
    UNKNOWN = "unknown"  # we could not look


IS_WELL = frozenset({State.RUNNING, State.WAITING, State.DONE})


@dataclass(frozen=True)
class Service:
    """A service, by the `name` that hosts.yaml has for it, or the host; `unit` is what the init system calls it.

    `enabled` None: the init system does not say, or it has no say in it. `is_masked`: it would not start again.
    `since`: when it began to run, or ended, in Unix seconds by the host's clock of then. `restarts`: how often systemd
    started it again by itself. `why` says how it ended or what stands in its way, `log` how its log ends. `nearest`
    is what was meant, perhaps, by the name of one that is missing. `trigger`: what starts it when it is needed.
    """

    name: str
    unit: str
    state: State
    enabled: bool | None = None
    is_masked: bool = False
    runs_once: bool = False
    since: float | None = None
    restarts: int | None = None
    why: str = ""
    log: tuple[str, ...] = ()
    nearest: str = ""
    trigger: str = ""


@dataclass(frozen=True)
class ServicesFacts:
    """The services that hosts.yaml names (`are_named`); else what the host itself says should run and does not.

    `tools` is what a SysV host has to change its services with. `trouble` says why the host could not be asked.
    """

    init: Init
    services: tuple[Service, ...] = ()
    are_named: bool = False
    tools: frozenset[str] = frozenset()
    uid: int | None = None
    trouble: str = ""
