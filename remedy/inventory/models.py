"""hosts.yaml as it is written: which keys stand where.

Checks, sentences about errors and the JSON Schema come from here.
"""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from remedy.inventory import kinds
from remedy.inventory.fleet import Mail, ReferenceSource, Watch, Window
from remedy.inventory.host import Backup, Check, Jobs, OnReturn, Site
from remedy.inventory.lists import Known, Several
from remedy.inventory.target import JUMP

Lines = Annotated[tuple[Annotated[str, kinds.LINE], ...], Several()]
Names = Annotated[tuple[Annotated[str, kinds.NAME], ...], Several()]
KnownHosts = Annotated[tuple[Annotated[str, Known("host")], ...], Several()]
Servers = Annotated[tuple[Annotated[str, kinds.SERVER], ...], Several(least=1)]
Services = Annotated[tuple[Annotated[str, kinds.UNIT], ...], Several()]
Auto = Annotated[Literal["auto"], Tag("auto")]
BackupOrAuto = Annotated[
    Annotated[Backup, Tag("backup")] | Auto,
    Discriminator(lambda value: "auto" if isinstance(value, str) else "backup"),
]


class Keys(BaseModel):
    """Keys of a mapping in hosts.yaml; `model_fields_set` says which of them are written."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HostKeys(Keys):
    """What can be said of a host; under defaults: of all, in a group of its hosts."""

    address: Annotated[str | None, kinds.ADDRESS] = None
    """Where SSH goes: a host name or an IP address. Without it: the host's name, as ssh_config knows it."""
    port: Annotated[int | None, kinds.PORT] = None
    """The port of its SSH server. Without it: as ssh_config says, or 22."""
    user: Annotated[str | None, kinds.USER] = None
    """Whom to log in as. Without it: as ssh_config says, or your own name."""
    identity_file: Lines = ()
    """The private key to show, or several; ~ is your home. Without it: as ssh_config says, and the agent's."""
    jump: Annotated[str | None, JUMP] = None
    """The host to go through, [USER@]HOST[:PORT] or a host of this file; none: straight, where others jump."""
    hypervisor: Annotated[str | None, kinds.LINE] = None
    """What the host runs on, by any name: guests of one hypervisor are not all begun with at the same time."""
    sudo: Annotated[bool, kinds.FLAG] = False
    """true: become root by sudo, when user is not root."""
    step_threshold: Annotated[float, kinds.DURATION] = 0.5
    """A clock that is off by less than this (seconds) is left to the time service."""
    ntp: Servers = ()
    """The servers that the host itself asks when it is stepped. Without it: reference.servers."""
    services: Services = ()
    """Services that have to run."""
    sites: Annotated[tuple[Site, ...], Several()] = ()
    """Web sites that have to answer."""
    backups: Annotated[tuple[BackupOrAuto, ...], Several()] = ()
    """Backups that have to be fresh. The word auto, alone or in the list: post-mainte runs what is stale, unasked."""
    jobs: Jobs = Jobs()
    """Cron lines and timers that did not fire in the pause: which of them may be missed."""
    cron: Annotated[Literal["leave", "own"], kinds.CRON] = "leave"
    """leave: cron runs on and what it replays is its own; own: it is stopped around the step and we catch up."""
    checks: Annotated[tuple[Check, ...], Several()] = ()
    """Checks of one's own."""
    on_return: Annotated[OnReturn, kinds.ON_RETURN] = "check"
    """What fab watch does when the host is back."""
    interval: Annotated[float, kinds.DURATION] = 60.0
    """How often fab watch looks at it: 60s, 5m."""


class HostEntry(HostKeys):
    """A host: its keys, or its address alone, or nothing where its name says it all."""

    groups: Names = ()
    """Groups that it belongs to."""


class GroupEntry(HostKeys):
    """A group: its hosts, and any key of a host for all of them; or a list of hosts alone."""

    hosts: KnownHosts = ()
    """The hosts that belong to it."""


def _host_form(value: object) -> object:
    if value is None:
        return {}
    return {"address": value} if isinstance(value, str) else value


def _group_form(value: object) -> object:
    if value is None:
        return {}
    return {"hosts": value} if isinstance(value, list) else value


def _hosts_form(value: object) -> object:
    if value in ({}, []):
        raise ValueError("there is no host; write for example web1: 203.0.113.10")
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return dict.fromkeys(value)
    return value


HostForms = Annotated[
    HostEntry, BeforeValidator(_host_form, json_schema_input_type=HostEntry | Annotated[str, kinds.ADDRESS] | None)
]
GroupForms = Annotated[
    GroupEntry,
    BeforeValidator(_group_form, json_schema_input_type=GroupEntry | list[Annotated[str, kinds.NAME]] | None),
]
Name = Annotated[str, kinds.NAME]
HostName = Annotated[str, kinds.HOST_NAME]
T = TypeVar("T")
AtLeastOne = Annotated[T, Field(min_length=1)]


class FileKeys(Keys):
    """hosts.yaml of post-mainte: the hosts, and what is to be known of them."""

    reference: ReferenceSource = ReferenceSource()
    """The true time, asked by this machine."""
    defaults: HostKeys = HostKeys()
    """Keys of a host that hold for all, unless a group or the host says otherwise."""
    groups: dict[Name, GroupForms] = {}
    """Names for some of the hosts, and keys that hold for them."""
    hosts: Annotated[
        dict[HostName, HostForms],
        BeforeValidator(
            _hosts_form, json_schema_input_type=AtLeastOne[dict[HostName, HostForms]] | AtLeastOne[list[HostName]]
        ),
    ]
    """The hosts: name: address, or name: keys; or a plain list of names."""
    maintenance: Annotated[tuple[Window, ...], Several()] = ()
    """Maintenance that was announced."""
    mail: Mail | None = None
    """Where mail goes, and through whom."""
    notify: Annotated[tuple[Annotated[str, kinds.VARIABLE], ...], Several(least=1)] = ()
    """Environment variables that hold URLs of apprise's: where else fab watch tells its news."""
    watch: Watch = Watch()
    """How the monitor itself is watched."""
