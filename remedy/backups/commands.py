"""Commands as hosts.yaml and crontabs have them: how they are run, named, shown, and told from one another."""

import hashlib
import re
import shlex
from collections.abc import Iterable, Iterator
from itertools import dropwhile

ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
WRAPPERS = {
    "env",
    "nice",
    "ionice",
    "nohup",
    "chronic",
    "eatmydata",
    "exec",
    "command",
    "time",
}  # they run what follows
NO_WORK = {"cd", "test", "[", ":", "true", "sleep", "echo", "export", "set", "umask", ".", "source", "mkdir"}
CRON_FOLDERS = ("/usr/bin", "/bin")  # cron's PATH


def as_run(command: str) -> str:
    r"""The command as sh gets it: in a crontab a percent sign is written \% (crontab(5))."""
    return command.replace(r"\%", "%")


def on_one_line(command: str) -> str:
    """The command to be shown, or kept as a name."""
    return " ".join(as_run(command).split())


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


def essence(command: str) -> Iterator[tuple[str, ...]]:
    """The commands that do the work of a command line, as words: without redirections, wrappers and preparations."""
    for words in _simple_commands(as_run(command)):
        kept = tuple(_unwrapped(words))
        if kept and kept[0] not in NO_WORK:
            yield kept


def _simple_commands(command: str) -> Iterator[list[str]]:
    """The words of each command, without redirections; those of none if quotes are not closed."""
    words, is_file = list[str](), False
    for token in _tokens(command):
        if is_file:
            is_file = False
        elif set(token) & set("<>") and set(token) <= set("<>&|"):
            is_file = True
            if words and words[-1].isdecimal():
                words.pop()  # the 2 of 2>
        elif set(token) <= set("();|&"):
            yield words
            words = []
        else:
            words.append(token)
    yield words


def _tokens(command: str) -> list[str]:
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.commenters, lexer.whitespace_split = "", True
    try:
        return list(lexer)
    except ValueError:
        return []


def _unwrapped(words: Iterable[str]) -> list[str]:
    """The words after FOO=1 nice -n 19 and its like."""
    rest = list(dropwhile(ASSIGNMENT.match, words))
    if not rest or rest[0] not in WRAPPERS:
        return rest
    return _unwrapped(dropwhile(lambda word: word.startswith("-") or word.isdecimal(), rest[1:]))
