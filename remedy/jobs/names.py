"""Which file names cron and run-parts take, and which they pass over in silence."""

import re

from remedy.jobs.schedule import Dialect

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_DOTTED = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_PACKAGES = (".rpmsave", ".rpmorig", ".rpmnew")


def is_cron_d_name(name: str, dialect: Dialect) -> bool:
    """Whether the daemon reads a file of that name in /etc/cron.d; busybox knows no such folder.

    Sources: valid_name() in database.c of Debian's cron, not_a_crontab() of cronie, SynchronizeDir() of dcron.
    """
    match dialect:
        case Dialect.VIXIE:
            return _PLAIN.fullmatch(name) is not None
        case Dialect.CRONIE:
            is_left_over = name.endswith(_PACKAGES) and name not in _PACKAGES
            return name != "" and not name.startswith((".", "#")) and not name.endswith("~") and not is_left_over
        case Dialect.DCRON:
            return name != "" and "." not in name
        case Dialect.BUSYBOX:
            return False


def is_run_parts_name(name: str, dialect: Dialect = Dialect.VIXIE) -> bool:
    """Whether run-parts runs a file of that name, in /etc/cron.daily and its kin: Debian's, or busybox's.

    Sources: run-parts(8); invalid_name() in run_parts.c of busybox, which takes dots but for the first character.
    """
    return (_DOTTED if dialect is Dialect.BUSYBOX else _PLAIN).fullmatch(name) is not None
