"""The lines of a crontab, told apart: what sets a variable, and what a job's line is made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

BLANK = " \t"
SPACE = " \t\r\v\f"  # isspace() of C, but for the newline

# load_env() of Debian's cron and of cronie: NAME = VALUE, either in quotes
_SETTING = re.compile(
    rf"""(?:'(?P<name1>[^'=]*)'|"(?P<name2>[^"=]*)"|(?P<name>(?:[^'"{SPACE}=][^{SPACE}=]*)?))
    [{SPACE}]*=[{SPACE}]*
    (?:'(?P<value1>[^']*)'[{SPACE}]*|"(?P<value2>[^"]*)"[{SPACE}]*|(?P<value>[^'"{SPACE}].*)?)""",
    re.VERBOSE,
)
_DILLON_SETTING = re.compile(r"(MAILTO|SHELL|PATH)=([^# \t]*)")


@dataclass(frozen=True)
class Line:
    """A line that is neither blank nor a comment, without the blanks before it. `number` counts from 1."""

    number: int
    text: str


def vixie_lines(text: str) -> Iterator[Line]:
    """The lines as vixie cron, cronie and dcron see them."""
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.lstrip(BLANK)
        if stripped and not stripped.startswith("#"):
            yield Line(number, stripped)


def busybox_lines(text: str) -> Iterator[Line]:
    """The lines as busybox sees them: a backslash at the end joins two, and a comment may start anywhere.

    Source: config_read() in libbb/parse_config.c, with PARSE_NORMAL. After an @alias the comment stays.
    """
    joined, first = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        first = first or number
        if line.endswith("\\"):
            joined += line[:-1]
            continue
        whole = (joined + line).strip(BLANK)
        bare = whole if whole.startswith("@") else whole.partition("#")[0].rstrip(BLANK)
        if bare:
            yield Line(first, bare)
        joined, first = "", 0


def vixie_setting(text: str) -> tuple[str, str | None] | None:
    """Name and value, if the line sets a variable; NAME= without a value gives None for it."""
    match = _SETTING.fullmatch(text)
    if match is None:
        return None
    name = match["name"] or match["name1"] or match["name2"] or ""
    quoted = match["value1"] if match["value1"] is not None else match["value2"]
    return name, quoted if quoted is not None or not match["value"] else match["value"].rstrip(SPACE)


def busybox_setting(text: str) -> tuple[str, str] | None:
    """Name and value, if the line sets one of the three variables that busybox knows."""
    match = _DILLON_SETTING.match(text)
    return (match[1], match[2]) if match else None


def words(text: str, count: int) -> tuple[list[str], str]:
    """The first `count` words, fewer if there are no more, and the rest of the line without the blanks before it."""
    found = []
    for _ in range(count):
        match = re.match(rf"[^{BLANK}]+", text)
        if match is None:
            break
        found.append(match[0])
        text = text[match.end() :].lstrip(BLANK)
    return found, text
