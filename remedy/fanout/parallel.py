"""How many hosts at once: as many as are of use, and as open files suffice for."""

import os
import resource

from remedy.errors import UsageError

A_CORE = 16  # hosts for each core: they mostly wait for the network
LEAST, MOST = 32, 64  # Python computes on one core alone: beyond these, more hosts at once are no faster
FILES = 6  # open files that a host may take: 1 as a rule, 2 with a ProxyCommand; a few more while connecting; its sites
FILES_BESIDE = 64  # those of the run itself: the history, the reference, jump hosts, standard streams


def hosts_at_once(asked: int | None, hosts: int) -> int:
    """Given --parallel, and the number of hosts, return how many are to be handled at once.

    Raises UsageError where that many open files are not allowed.
    """
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return choose(asked, hosts, len(os.sched_getaffinity(0)), allowed)


def choose(asked: int | None, hosts: int, cores: int, open_files: int) -> int:
    """As `hosts_at_once`, on a machine with so many cores, where so many open files are allowed (-1: any number)."""
    useful = max(1, min(asked or min(max(A_CORE * cores, LEAST), MOST), hosts))
    most = useful if open_files < 0 else (open_files - FILES_BESIDE) // FILES
    if most < 1:
        raise UsageError(f"`ulimit -n` is {open_files}, too few for a single host: make it {_files(useful)}")
    if asked and useful > most:
        raise UsageError(
            f"--parallel {asked}: {useful} hosts at once may take {_files(useful)} open files, and `ulimit -n` is "
            f"{open_files}: give --parallel {most}, or make it {_files(useful)}"
        )
    return min(useful, most)


def _files(hosts: int) -> int:
    return hosts * FILES + FILES_BESIDE
