"""The cron daemons that are told apart, and what they call a file of theirs."""

from enum import StrEnum


class Dialect(StrEnum):
    """A cron daemon, by how it reads its tables and takes a step of the clock."""

    VIXIE = "vixie"  # Debian's cron, and Vixie cron elsewhere
    CRONIE = "cronie"  # Red Hat, SUSE, Arch
    BUSYBOX = "busybox"  # Alpine
    DCRON = "dcron"  # Slackware, Void


def is_cron_d_name(name: str, dialect: Dialect) -> bool:
    """Whether the daemon reads a file of this name in /etc/cron.d."""
    raise NotImplementedError


def is_run_parts_name(name: str, dialect: Dialect = Dialect.VIXIE) -> bool:
    """Whether run-parts runs a file of this name in /etc/cron.daily and its kin."""
    raise NotImplementedError
