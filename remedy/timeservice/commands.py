"""The commands that change a time service or step the clock, as an administrator types them.

Sources: FIELD.md A3 and A4, LAB.md.
"""

from collections.abc import Collection, Sequence

from remedy import initsystem
from remedy.inventory import split_server
from remedy.timeservice.facts import Kind, Service, TimeServiceFacts

Command = initsystem.Command

MOST_SERVERS = 4
MOST_METHODS = 2  # a third would take longer than it is likely to help: date(1) is the last resort anyway


def enable(facts: TimeServiceFacts, service: Service) -> tuple[Command, ...]:
    """What makes a service start at boot; nothing where the host has no tool for it."""
    return initsystem.enable(facts.init, facts.init_tools, service.name)


def stop(facts: TimeServiceFacts, service: Service) -> tuple[Command, ...]:
    """What stops a service."""
    return (initsystem.act(facts.init, facts.init_tools, service.name, "stop"),)


def start(facts: TimeServiceFacts, service: Service) -> tuple[Command, ...]:
    """What starts a service, also one that its init system thinks of as failed, or as running still."""
    return initsystem.start(facts.init, facts.init_tools, service.name, service.failed)


def step_itself(service: Service) -> tuple[Command, ...]:
    """How a running daemon is told to step the clock; the last command is to be repeated until it can.

    chronyd trusts what it measured before the pause and not what contradicts it: without a reset (chrony 4.0) it takes
    many polls to change its mind. chronyc's -a was needed before chrony 2.2, and is ignored since.
    """
    if service.kind is Kind.CHRONY:
        words = ("reset sources", "burst 4/4", "makestep")
        return tuple(("chronyc", "-a", word) for word in words)
    return ()


def step_by_tools(kind: Kind | None, tools: Collection[str], servers: Sequence[str]) -> tuple[Command, ...]:
    """What steps the clock while no daemon runs, the best of it first; empty where the host has nothing."""
    split = [split_server(server) for server in servers[:MOST_SERVERS]]
    chronyd = ("chronyd", "-q", *(_chrony_server(name, port) for name, port in split))
    names = [name for name, port in split if port in (None, 123)]  # the other tools ask port 123 only
    if not split:
        return ()
    methods = {
        "ntpdate": ("ntpdate", "-b", "-u", *names),
        "ntpdig": ("ntpdig", "-S", *names),
        "sntp": ("sntp", "-S", *names),
        "busybox-ntpd": ("busybox", "ntpd", "-n", "-q", *(word for name in names for word in ("-p", name))),
    }
    found = [command for tool, command in methods.items() if names and tool in tools][:1]
    if kind in (Kind.ISC, Kind.NTPSEC) and "ntpd" in tools:
        found.append(("ntpd", "-g", "-q"))
    if "chronyd" in tools:
        found.insert(0 if kind is Kind.CHRONY else len(found), chronyd)
    return tuple(found[:MOST_METHODS])


def before_start(service: Service) -> tuple[Command, ...]:
    """What is to be done after a step back: timesyncd sets the clock forward again, to the time of one of these files.

    Before systemd 235 it is the second one.
    """
    if service.kind is Kind.TIMESYNCD:
        return (("touch", "-c", "/var/lib/systemd/timesync/clock", "/var/lib/systemd/clock"),)
    return ()


def _chrony_server(name: str, port: int | None) -> str:
    return f"server {name} port {port} iburst" if port else f"server {name} iburst"
