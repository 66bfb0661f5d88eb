"""Which file names cron and run-parts take, and which they pass over in silence."""

from remedy.jobs.schedule import Dialect


def is_cron_d_name(name: str, dialect: Dialect) -> bool:
    """Whether the daemon reads a file of that name in /etc/cron.d."""
    raise NotImplementedError


def is_run_parts_name(name: str) -> bool:
    """Whether Debian's run-parts runs a file of that name, in /etc/cron.daily and its kin."""
    raise NotImplementedError
