"""A job's line of a crontab, taken apart as each daemon does."""

import re
from dataclasses import dataclass

from remedy.jobs.lines import words
from remedy.jobs.schedule import Dialect, ScheduleError

DEBIAN_LONGEST = 999  # bytes of a command; MAX_COMMAND of Debian's cron is 1000
_TAG = re.compile(r"(ID|FREQ|AFTER)=")


@dataclass(frozen=True)
class Entry:
    """The parts of a line. `text` is all that stands before the user and the command, `fields` what says when.

    `unclear` tells why, beside the fields, nobody can say when it runs.
    """

    text: str
    fields: str
    user: str
    command: str
    unclear: str = ""


def split_entry(text: str, dialect: Dialect, owner: str) -> Entry:
    """Take a line apart; `owner` is whose crontab it is, "" where each line names a user. Raise ScheduleError."""
    if dialect is Dialect.BUSYBOX:
        return _busybox(text, owner)
    if dialect is Dialect.DCRON:
        return _dcron(text, owner)
    return _vixie(text, owner, dialect)


def _vixie(text: str, owner: str, dialect: Dialect) -> Entry:
    is_cronie = dialect is Dialect.CRONIE
    rest, prefix = text, ""
    if is_cronie and text.startswith("-"):  # don't log the job
        if owner not in ("", "root"):
            raise ScheduleError("only root may put a - before the minute")
        rest, prefix = text[1:], "-"
    found, rest = words(rest, 1 if rest.startswith("@") else 5)
    fields = " ".join(found)
    if not owner:
        users, rest = words(rest, 1)
        owner = users[0] if users else ""
    if not owner or rest.startswith("*") or owner.startswith("*") or (is_cronie and not rest):
        raise ScheduleError("bad command")
    if not is_cronie and len(rest.encode()) >= DEBIAN_LONGEST:
        raise ScheduleError("command too long")
    return Entry(prefix + fields, fields, owner, rest)


def _busybox(text: str, owner: str) -> Entry:
    count = 1 if text.startswith("@") else 5
    found, rest = words(text, count)
    if len(found) < count or not rest:
        raise ScheduleError("too few words")
    return Entry(" ".join(found), " ".join(found), owner, rest)


def _dcron(text: str, owner: str) -> Entry:
    found, rest = words(text, 1 if text.startswith("@") else 5)
    fields, unclear = " ".join(found), ""
    while match := _TAG.match(rest):
        tags, rest = words(rest, 1)
        found += tags
        if match[1] == "FREQ":
            unclear = f"{tags[0]}: dcron runs it when that long has passed since its last run"
        elif match[1] == "AFTER":
            unclear = f"{tags[0]}: dcron holds it until another job has ended"
    if not rest:
        raise ScheduleError("no command")
    return Entry(" ".join(found), fields, owner, rest, unclear)
