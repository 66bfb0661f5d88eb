"""Which file names cron and run-parts take, and which they pass over in silence."""

import re

from remedy.jobs.schedule import Dialect

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_PACKAGE_LEFTOVERS = (".rpmsave", ".rpmorig", ".rpmnew", ".cfsaved")


def is_cron_d_name(name: str, dialect: Dialect) -> bool:
    """Whether the daemon reads a file of that name in /etc/cron.d; busybox knows no such folder.

    Sources: valid_name() in database.c of Debian's cron, not_a_crontab() of cronie, SynchronizeDir() of dcron.
    """
    match dialect:
        case Dialect.VIXIE:
            return _PLAIN.fullmatch(name) is not None
        case Dialect.CRONIE:
            is_leftover = any(name.endswith(ending) and name != ending for ending in _PACKAGE_LEFTOVERS)
            return name != "" and not name.startswith((".", "#")) and not name.endswith("~") and not is_leftover
        case Dialect.DCRON:
            return name != "" and "." not in name
        case Dialect.BUSYBOX:
            return False


def is_run_parts_name(name: str) -> bool:
    """Whether Debian's run-parts runs a file of that name, in /etc/cron.daily and its kin; see run-parts(8)."""
    return _PLAIN.fullmatch(name) is not None
