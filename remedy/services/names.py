"""What services are called, and what was meant by the name of one that is not there."""

from collections.abc import Collection

from remedy.inventory.lists import nearest

TIME_SERVICES = frozenset(  # they are the time service's business
    {"chrony", "chronyd", "ntp", "ntpd", "ntpdate", "ntpsec", "openntpd", "systemd-timesyncd"}
)
SAME = (  # one program's names on different distributions
    frozenset({"ssh", "sshd"}),
    frozenset({"cron", "crond", "cronie", "dcron"}),
    frozenset({"apache", "apache2", "httpd"}),
    frozenset({"mysql", "mysqld", "mariadb"}),
    frozenset({"bind", "bind9", "named"}),
    frozenset({"samba", "smb", "smbd"}),
    frozenset({"rsyslog", "rsyslogd", "syslog"}),
    frozenset({"redis", "redis-server"}),
)
SERVICE = ".service"
OTHER_KINDS = (  # of units
    ".automount",
    ".device",
    ".mount",
    ".path",
    ".scope",
    ".slice",
    ".socket",
    ".swap",
    ".target",
    ".timer",
)


def bare(unit: str) -> str:
    """A unit's name as people type it: without .service."""
    return unit.removesuffix(SERVICE)


def full(name: str) -> str:
    """The name of the unit that systemctl(1) takes a name for."""
    return name if name.endswith((SERVICE, *OTHER_KINDS)) else name + SERVICE


def meant(name: str, known: Collection[str]) -> str:
    """The known service that was most likely meant; "" if none is near."""
    wanted = bare(name)
    names = {bare(unit) for unit in known}
    same = next((names & group for group in SAME if wanted in group), set())
    return min(same) if same else nearest(wanted, sorted(names)) or ""
