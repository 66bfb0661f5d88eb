"""Backups' commands: what the host knows their runs by, and how their processes look."""

import hashlib

from remedy.commandline import as_run, essence

CRON_FOLDERS = ("/usr/bin", "/bin")  # cron's PATH


def key_of(command: str) -> str:
    """What the host knows a command's runs by: whoever runs the same one gets the same key, on any controller."""
    return hashlib.sha256(as_run(command).encode()).hexdigest()[:16]


def process_lines(command: str) -> tuple[str, ...]:
    """How the processes of a command show in /proc/PID/cmdline, without what separates the words (state.sh).

    The shell that cron starts has all of it as one word; that shell often becomes what it was told to run.
    """
    lines = [as_run(command).partition("\n")[0]]
    for words in essence(command):
        lines.append("".join(words))
        lines += ["".join((f"{folder}/{words[0]}", *words[1:])) for folder in CRON_FOLDERS if "/" not in words[0]]
    return tuple(dict.fromkeys(lines))
