"""What is known of a host: the keys of hosts.yaml, merged and validated, as plain frozen values.

The docstring under a key is what the JSON Schema says of it. Light on purpose: topics import Host, and `fab --list`
must not load pydantic or yaml for that.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from remedy.inventory import kinds
from remedy.inventory.lists import Several

OnReturn = Literal["check", "post-mainte --dry-run", "post-mainte"]

# How pydantic reads these dataclasses: `from_` is written without its underscore, since Python keeps `from` for itself.
AS_WRITTEN: dict[str, Any] = {
    "extra": "forbid",
    "alias_generator": lambda name: name.rstrip("_"),
}


@dataclass(frozen=True)
class Site:
    """A web site that a host serves."""

    __pydantic_config__: ClassVar = AS_WRITTEN

    url: Annotated[str, kinds.URL]
    """What to ask for, with http:// or https://."""
    status: Annotated[int, kinds.HTTP_STATUS] = 200
    """The HTTP status of a good answer."""
    text: Annotated[str | None, kinds.TEXT] = None
    """A text that a good answer holds."""
    regex: Annotated[str | None, kinds.REGEX] = None
    """A regular expression (Python's) that a good answer matches somewhere."""
    from_: Annotated[Literal["controller", "host"], kinds.ASKED_BY] = "controller"
    """Who asks: this machine (controller) or the host itself (host)."""
    resolve: Annotated[str | None, kinds.IP] = None
    """Ask this IP address for that name: a site behind a proxy, or not yet in DNS."""


@dataclass(frozen=True)
class Evidence:
    """What proves a good backup and its age: exactly one of file, unit, command, restic and borg."""

    __pydantic_config__: ClassVar = AS_WRITTEN

    file: Annotated[str | None, kinds.ABSOLUTE] = None
    """The newest file that matches this path is the backup; * and ? may stand in it."""
    min_size: Annotated[int | None, kinds.SIZE] = None
    """A file that is smaller is no backup: 500k, 1M, 2G or plain bytes; k is 1024."""
    unit: Annotated[str | None, kinds.UNIT] = None
    """A systemd unit whose last run succeeded."""
    command: Annotated[str | None, kinds.COMMAND] = None
    """A command that exits 0 if there is a good backup, and prints when it was made."""
    restic: Annotated[str | None, kinds.REPOSITORY] = None
    """The latest snapshot of this restic repository."""
    borg: Annotated[str | None, kinds.REPOSITORY] = None
    """The last archive of this borg repository."""

    def __post_init__(self) -> None:
        proofs = (self.file, self.unit, self.command, self.restic, self.borg)
        if sum(proof is not None for proof in proofs) != 1:
            raise ValueError("expected exactly one of file:, unit:, command:, restic: and borg:")
        if self.min_size is not None and self.file is None:
            raise ValueError("min_size: goes with file: only")


@dataclass(frozen=True)
class Backup:
    """A backup that a host should have. Ages and timeouts are seconds."""

    __pydantic_config__: ClassVar = AS_WRITTEN

    name: Annotated[str, kinds.LINE]
    """What you call it."""
    evidence: Evidence
    """What proves a good backup and its age."""
    max_age: Annotated[float, kinds.DURATION] = 26 * 3600.0
    """An older one is stale: 26h, 2d."""
    run: Annotated[str | None, kinds.COMMAND] = None
    """The command that makes the backup, as cron has it."""
    timeout: Annotated[float, kinds.DURATION] = 2 * 3600.0
    """How long it may run: 2h."""


@dataclass(frozen=True)
class Check:
    """A check of one's own: a command on the host and what it should say."""

    __pydantic_config__: ClassVar = AS_WRITTEN

    name: Annotated[str, kinds.LINE]
    """What you call it."""
    command: Annotated[str, kinds.COMMAND]
    """Runs on the host, in sh; it must not change anything."""
    status: Annotated[int, kinds.EXIT_STATUS] = 0
    """The exit status when all is well."""
    text: Annotated[str | None, kinds.TEXT] = None
    """A text that the output holds when all is well."""
    regex: Annotated[str | None, kinds.REGEX] = None
    """A regular expression (Python's) that the output matches somewhere when all is well."""
    timeout: Annotated[float, kinds.DURATION] = 30.0
    """How long it may run: 30s."""
    repair: Annotated[str | None, kinds.COMMAND] = None
    """A command that puts it right."""


@dataclass(frozen=True)
class Jobs:
    """How swallowed cron lines and timers are looked at, and with `cron: own` caught up with."""

    __pydantic_config__: ClassVar = AS_WRITTEN

    ignore: Annotated[tuple[Annotated[str, kinds.LINE], ...], Several()] = ()
    """Jobs that may be missed: patterns with * for the command or its source. With cron: own they are skipped."""
    once: Annotated[tuple[Annotated[str, kinds.LINE], ...], Several()] = ()
    """With cron: own: jobs that are run once, however often they were missed; as is what is due less than hourly."""
    all: Annotated[tuple[Annotated[str, kinds.LINE], ...], Several()] = ()
    """With cron: own: jobs that are run as often as they were missed."""


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
    hypervisor: str | None = None
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
    on_return: OnReturn = "check"
    interval: float = 60.0
    groups: tuple[str, ...] = ()
    hint: str = ""
