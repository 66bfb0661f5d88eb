"""Command lines as hosts.yaml and crontabs have them: what they do, and which of them do the same."""

import re
import shlex
from collections.abc import Iterable, Iterator
from itertools import dropwhile

ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
KEYWORDS = {"{", "}", "!", "if", "then", "elif", "else", "fi", "while", "until", "do", "done"}
WRAPPERS = {  # they run what follows
    "env",
    "nice",
    "ionice",
    "nohup",
    "chronic",
    "eatmydata",
    "exec",
    "command",
    "time",
}
NO_WORK = {"cd", "test", "[", ":", "true", "sleep", "echo", "export", "set", "umask", ".", "source", "mkdir"}
PIPES = ("|", "|&")


def as_run(line: str) -> str:
    r"""The line as sh gets it: in a crontab a percent sign is written \% (crontab(5))."""
    return line.replace(r"\%", "%")


def on_one_line(line: str) -> str:
    """The line to be shown, or kept as a name."""
    return " ".join(as_run(line).split())


def essence(line: str) -> Iterator[tuple[str, ...]]:
    """The commands that do the work of a line, as words: without redirections, wrappers and preparations."""
    for pipeline in _pipelines(line):
        yield from pipeline


def does(line: str, wanted: str) -> bool:
    """Whether who runs the line does what is wanted: the same in other words, beside other things, or by run-parts(8).

    A pipeline is known by its first command that does any work: gzip and logger stand behind many.
    """
    if on_one_line(line) == on_one_line(wanted):
        return True
    done, work = set(_work(line)), set(_work(wanted))
    folders = {words[-1].rstrip("/") for words in done if words[0].rpartition("/")[2] == "run-parts"}
    return bool(done & work) or any(words[0].rpartition("/")[0] in folders for words in work)


def _work(line: str) -> Iterator[tuple[str, ...]]:
    """The commands that a line is known by; units that it starts in one form, each by itself."""
    for first, *_ in filter(None, _pipelines(line)):
        arguments = [word for word in first[1:] if not word.startswith("-")]
        if first[0].rpartition("/")[2] == "systemctl" and arguments[:1] == ["start"]:
            yield from (("systemctl", "start", unit.removesuffix(".service")) for unit in arguments[1:])
        else:
            yield first


def _pipelines(line: str) -> Iterator[list[tuple[str, ...]]]:
    """The commands of each pipeline that do any work."""
    pipeline = list[tuple[str, ...]]()
    for words, is_piped in _simple_commands(as_run(line)):
        kept = tuple(_unwrapped(words))
        if kept and kept[0] not in NO_WORK:
            pipeline.append(kept)
        if not is_piped:
            yield pipeline
            pipeline = []


def _simple_commands(line: str) -> Iterator[tuple[list[str], bool]]:
    """The words of each command, without redirections, and whether it is piped on; none if quotes are not closed."""
    words, is_file = list[str](), False
    for token in _tokens(line):
        if is_file:
            is_file = False
        elif set(token) & set("<>") and set(token) <= set("<>&|"):
            is_file = True
            if words and words[-1].isdecimal():
                words.pop()  # the 2 of 2>
        elif set(token) <= set("();|&"):
            yield words, token in PIPES
            words = []
        else:
            words.append(token)
    yield words, False


def _tokens(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.commenters, lexer.whitespace_split = "", True
    try:
        return list(lexer)
    except ValueError:
        return []


def _unwrapped(words: Iterable[str]) -> list[str]:
    """The words after FOO=1 nice -n 19 and its like."""
    rest = list(dropwhile(lambda word: word in KEYWORDS or ASSIGNMENT.match(word), words))
    if not rest or rest[0] not in WRAPPERS:
        return rest
    return _unwrapped(dropwhile(lambda word: word.startswith("-") or word.isdecimal(), rest[1:]))
