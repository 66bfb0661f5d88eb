"""What is known of a host: the keys of hosts.yaml, merged and validated, as plain frozen values.

Light on purpose: topics import Host, and `fab --list` must not load pydantic or yaml for that.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Site:
    """A web site that a host serves."""

    url: str
    status: int = 200
    text: str | None = None
    regex: str | None = None
    from_: Literal["controller", "host"] = "controller"
    resolve: str | None = None


@dataclass(frozen=True)
class Evidence:
    """What proves a good backup and its age: exactly one of file, unit, command, restic and borg."""

    file: str | None = None
    min_size: int | None = None
    unit: str | None = None
    command: str | None = None
    restic: str | None = None
    borg: str | None = None


@dataclass(frozen=True)
class Backup:
    """A backup that a host should have. Ages and timeouts are seconds."""

    name: str
    evidence: Evidence
    max_age: float = 26 * 3600.0
    run: str | None = None
    timeout: float = 2 * 3600.0


@dataclass(frozen=True)
class Check:
    """A check of one's own: a command on the host and what it should say."""

    name: str
    command: str
    status: int = 0
    text: str | None = None
    regex: str | None = None
    timeout: float = 30.0
    repair: str | None = None


@dataclass(frozen=True)
class Jobs:
    """How swallowed cron lines and timers are looked at."""

    ignore: tuple[str, ...] = ()


@dataclass(frozen=True)
class Host:
    """An entry of hosts.yaml, merged with its groups and the defaults; or a foreign address of -H.

    `name` is what the user calls it, `address` where SSH goes. None: as ssh_config has it. `hint` is for errors: what
    the user may have meant, where the name is not in hosts.yaml but near to one that is.
    """

    name: str
    address: str
    port: int | None = None
    user: str | None = None
    identity_file: tuple[str, ...] = ()
    jump: str | None = None
    sudo: bool = False
    step_threshold: float = 0.5
    ntp: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    sites: tuple[Site, ...] = ()
    backups: tuple[Backup, ...] = ()
    backups_auto: bool = False
    jobs: Jobs = Jobs()
    cron: Literal["leave", "own"] = "leave"
    checks: tuple[Check, ...] = ()
    on_return: Literal["check", "post-mainte --dry-run", "post-mainte"] = "check"
    interval: float = 60.0
    groups: tuple[str, ...] = ()
    hint: str = ""
