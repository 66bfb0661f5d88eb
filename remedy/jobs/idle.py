"""Lines of a crontab that do nothing on this host: nothing is lost when they don't fire."""

import re

from remedy.initsystem import Init
from remedy.jobs.crontab import CronJob
from remedy.jobs.facts import JobsFacts
from remedy.jobs.names import is_run_parts_name
from remedy.jobs.schedule import Dialect

# How Debian's packages leave the work to systemd or to anacron, where there is one.
LEFT_TO_SYSTEMD = re.compile(r"(test -[de]|\[ -[de]) /run/systemd/system( \])? \|\||!\s+-[de] /run/systemd/system")
LEFT_TO_ANACRON = re.compile(r"(test -x|\[ -x) \S*/anacron( \])? \|\|")
ONLY_PARTS = re.compile(
    r"(?:(?:test -x|\[ -x) \S*/anacron(?: \])? \|\| )?"
    r"[{(]? *(?:cd / && )?(?:\S*/)?run-parts(?: --?[\w-]+)* (/[^\s;]+)[ ;]*[})]?"
)


def folder_of_parts(command: str) -> str:
    """The folder whose programs the command runs, if it does nothing else."""
    match = ONLY_PARTS.fullmatch(command.strip())
    return match[1].rstrip("/") if match else ""


def is_idle(job: CronJob, facts: JobsFacts) -> bool:
    """Whether the job would do nothing here."""
    if facts.daemon.init is Init.SYSTEMD and LEFT_TO_SYSTEMD.search(job.command):
        return True
    if facts.anacron and LEFT_TO_ANACRON.search(job.command):
        return True
    programs = facts.parts.get(folder_of_parts(job.command))
    return programs is not None and not any(_is_run(name, facts.daemon.dialect) for name in programs)


def _is_run(name: str, dialect: Dialect | None) -> bool:
    """Whether run-parts runs it; Red Hat's, which is found beside cronie, takes nearly all."""
    return dialect in (None, Dialect.CRONIE) or is_run_parts_name(name, dialect)
