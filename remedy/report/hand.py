"""What is left to be done by hand, as commands to be copied: ssh -n root@203.0.113.10 systemctl start nginx."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from remedy.model import Finding, HostReport, Level, Verdict
from remedy.report.fold import MANY, fold_names
from remedy.report.glance import clipped, due_backups, entries, text_of, troubles

FEW = 3  # hosts: up to here each has a line of its own
ADDRESS = "\0"  # stands for the host's address where a login is the same for many hosts
LONGEST = 2000  # characters of a command that somebody would copy
PLAIN = re.compile(r"[\w@%+:,./-][\w@%+:,./ -]*", re.ASCII)  # no shell sees more in it than words
ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t"}


@dataclass(frozen=True)
class Chore:
    """A command for hosts that are logged in to alike, or for this machine; why, as the first of them says it."""

    login: str
    command: str
    why: str = field(compare=False)
    urgency: int = field(compare=False, default=0)  # what is bad first, lost jobs last


def chores(report: HostReport) -> Iterator[Chore]:
    """What is to be done on a host by hand; nothing yet where there is a plan, and no backup that run-backups makes."""
    if report.verdict is Verdict.PLANNED:
        return
    for finding in troubles(report):
        is_ours = finding.topic == "backups" and clipped(finding.entry) in due_backups(report)
        if 0 < len(finding.command) <= LONGEST and not is_ours:
            login = "" if _is_for_here(finding, report) else _login(report)
            urgency = 0 if finding.level is Level.BAD else 1 if finding.topic != "jobs" else 2
            yield Chore(login, finding.command, clipped(finding.summary), urgency)


def typed(chore: Chore, reports: Sequence[HostReport]) -> Iterator[str]:
    """The lines to type here: one, or one for each host, or a loop over more than a few.

    Many addresses stand in it as nodeset(1) reads them, which comes with ClusterShell.
    """
    if not chore.login:
        yield chore.command if "\n" not in chore.command else f"eval {_quoted(chore.command)}"
        return
    command = _for_ssh(chore.command, sudo=chore.login.endswith(" sudo"))
    addresses = list(dict.fromkeys(report.address for report in reports))
    if len(addresses) <= FEW:
        yield from (f"{chore.login.replace(ADDRESS, shlex.quote(address))} {command}" for address in addresses)
        return
    hosts = shlex.join(addresses)
    if len(addresses) > MANY:
        hosts = f"$(nodeset -e {shlex.join(fold_names(addresses).split(', '))})"
    yield f"for host in {hosts}; do {chore.login.replace(ADDRESS, '$host')} {command}; done"


def _is_for_here(finding: Finding, report: HostReport) -> bool:
    """Whether a command is for this machine: it asks a site as we asked it."""
    sites = [text_of(site, "url") for site in entries(report, "sites") if site.get("from") == "controller"]
    return finding.topic == "sites" and any(url in finding.command for url in sites if url)


def _login(report: HostReport) -> str:
    words = report.login or ("ssh", "-n", report.address)
    return " ".join(_with_gap(word, report.address) for word in words)


def _with_gap(word: str, address: str) -> str:
    """A word of a login, with its address left open if it is the destination."""
    user, at, destination = word.rpartition("@")
    return f"{shlex.quote(user) if user else ''}{at}{ADDRESS}" if destination == address else shlex.quote(word)


def _for_ssh(command: str, sudo: bool) -> str:
    """A command as it is typed after the words of ssh: the shell here takes off one layer of quotes, that there one."""
    if PLAIN.fullmatch(command):
        return command
    needs_shell = sudo and not PLAIN.fullmatch(command.replace("'", " "))  # not a simple command
    return _quoted(f"sh -c {_quoted_once(command)}" if needs_shell else command)


def _quoted(text: str) -> str:
    """Quoted for the shell that a person types in; on one line, so that the text can't pass for lines of the report."""
    if "\n" not in text:
        return _quoted_once(text)
    return f"$'{''.join(ESCAPES.get(character, character) for character in text)}'"  # bash, zsh, ksh


def _quoted_once(text: str) -> str:
    """Quoted for any shell, and still to be read."""
    if "'" in text and not set(text) & set('"$`\\!'):
        return f'"{text}"'
    return "'" + text.replace("'", "'\\''") + "'"
