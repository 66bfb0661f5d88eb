"""What the probe is to ask of a host's backups (probe.sh)."""

import re
import shlex
from collections.abc import Iterable, Iterator

from remedy.backups.commands import key_of, process_lines
from remedy.commandline import as_run
from remedy.inventory.host import Backup, Evidence, Host

SECONDS = {"file": 30, "unit": 10, "command": 30, "restic": 60, "borg": 60}  # that each kind of evidence may take


def values(host: Host) -> dict[str, str]:
    """The values of probe.sh."""
    return {"BACKUPS": "\n".join(_asked(host.backups)), "BACKUPS_COMMANDS": commands(enumerate(host.backups))}


def patience(host: Host) -> float:
    """The seconds that it may take."""
    return float(sum(SECONDS[kind_of(backup.evidence)] + 5 for backup in host.backups))


def kind_of(evidence: Evidence) -> str:
    """The name of the key that says what proves the backup."""
    return next(kind for kind in SECONDS if getattr(evidence, kind) is not None)


def commands(backups: Iterable[tuple[int, Backup]]) -> str:
    """BACKUPS_COMMANDS of state.sh: how the processes of these backups look."""
    calls = [("backups_is", str(n), *process_lines(backup.run)) for n, backup in backups if backup.run]
    return "\n".join(map(shlex.join, calls))


def folder_of(path: str) -> str:
    """The folder in which a path's wildcards begin."""
    return re.split(r"[*?]", path, maxsplit=1)[0].rpartition("/")[0]


def pattern_of(path: str) -> str:
    """The path for the shell's eval: * and ? are wildcards, and nothing else means anything."""
    pieces = re.split(r"([*?])", path)
    return '"$REMEDY_ROOT"' + "".join(piece if piece in ("*", "?") else shlex.quote(piece) for piece in pieces if piece)


def units_of(unit: str) -> tuple[str, str]:
    """The service of a unit of hosts.yaml, and the timer that would start it."""
    name = unit.removesuffix(".service").removesuffix(".timer")
    return f"{name}.service", f"{name}.timer"


def _asked(backups: tuple[Backup, ...]) -> Iterator[str]:
    units = [name for backup in backups if backup.evidence.unit for name in units_of(backup.evidence.unit)]
    if units:
        yield shlex.join(("backups_units", *units))
    for number, backup in enumerate(backups):
        if backup.run:
            yield shlex.join(("backups_own", str(number), key_of(backup.run)))
        if backup.evidence.unit is None:
            yield shlex.join(_call(str(number), backup))


def _call(number: str, backup: Backup) -> tuple[str, ...]:
    evidence, kind = backup.evidence, kind_of(backup.evidence)
    seconds = str(SECONDS[kind])
    if evidence.file is not None:
        room = "room" if backup.run else ""
        where = (folder_of(evidence.file), pattern_of(evidence.file), room)
        return ("backups_within", seconds, "backups_file", number, *where)
    if evidence.command is not None:
        return ("backups_ask", f"backup/{number}/command", seconds, "sh", "-c", as_run(evidence.command))
    return (f"backups_{kind}", number, seconds, evidence.restic or evidence.borg or "")
