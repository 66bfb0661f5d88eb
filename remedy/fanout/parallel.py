"""How many hosts at once: as many as are of use, and as open files suffice for."""

import os
import resource
import sys

from remedy.errors import UsageError

A_CORE = 16  # hosts for each core: they mostly wait for the network
LEAST, MOST = 32, 64  # Python computes on one core alone: beyond these, more hosts at once are no faster
QUIET_SHARE = 3  # quiet hosts that are waited for beside each one that is handled: 10 % of 1,000 hosts, beside 32
FILES = 6  # open files that a host may take: 1 as a rule, 2 with a ProxyCommand; a few more while connecting; its sites
FILES_BESIDE = 64  # those of the run itself: the history, the reference, jump hosts, standard streams


def hosts_at_once(asked: int | None, hosts: int) -> int:
    """Given --parallel, and the number of hosts, return how many are to be handled at once.

    Raises UsageError where that many open files are not allowed.
    """
    return choose(asked, hosts, len(os.sched_getaffinity(0)), _open_files())


def waited_for_beside(parallel: int) -> int:
    """Given how many hosts are handled at once, return how many that are quiet may be waited for beside them."""
    return beside(parallel, _open_files())


def beside(parallel: int, open_files: int) -> int:
    """As `waited_for_beside`, where so many open files are allowed (-1: any number)."""
    return max(0, min(parallel * QUIET_SHARE, _most(open_files) - parallel))


def choose(asked: int | None, hosts: int, cores: int, open_files: int) -> int:
    """As `hosts_at_once`, on a machine with so many cores, where so many open files are allowed (-1: any number)."""
    useful = max(1, min(asked or min(max(A_CORE * cores, LEAST), MOST), hosts))
    most = _most(open_files)
    if most < 1:
        raise UsageError(f"`ulimit -n` is {open_files}, too few for a single host: make it {_files(useful)}")
    if asked and useful > most:
        raise UsageError(
            f"--parallel {asked}: {useful} hosts at once may take {_files(useful)} open files, and `ulimit -n` is "
            f"{open_files}: give --parallel {most}, or make it {_files(useful)}"
        )
    return min(useful, most)


def _open_files() -> int:
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return allowed


def _most(open_files: int) -> int:
    """Hosts for which so many open files suffice."""
    return (open_files - FILES_BESIDE) // FILES if open_files >= 0 else sys.maxsize


def _files(hosts: int) -> int:
    return hosts * FILES + FILES_BESIDE
