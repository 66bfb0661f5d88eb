"""A host's crontabs: which of its files the daemon at hand reads, whose they are, and whether it believes them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from remedy.jobs.crontab import CronJob, Crontab, Form, Problem, parse_crontab
from remedy.jobs.daemon import Daemon
from remedy.jobs.names import is_cron_d_name
from remedy.jobs.schedule import Dialect
from remedy.shell.answers import Answer, Answers

SPOOLS = {  # whose files are named for their users (FIELD.md C1)
    Dialect.VIXIE: ("var/spool/cron/crontabs", "var/spool/cron/tabs"),
    Dialect.CRONIE: ("var/spool/cron", "var/spool/cron/crontabs", "var/spool/cron/tabs"),
    Dialect.BUSYBOX: ("var/spool/cron/crontabs", "etc/crontabs"),
    Dialect.DCRON: ("var/spool/cron/crontabs", "etc/crontabs"),
}
NO_USERS = ("cron.update", "cron.reboot")  # files of the daemon's own among them


@dataclass(frozen=True)
class Tables:
    """The jobs of all crontabs. `trusted` are the files of which it is known that nobody else may write to them."""

    jobs: tuple[CronJob, ...] = ()
    problems: tuple[Problem, ...] = ()
    trusted: frozenset[str] = frozenset()
    anacrontab: str = ""
    cut: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Place:
    """How a file is to be read."""

    form: Form
    user: str = ""  # of the user form


@dataclass(frozen=True)
class _Mode:
    permissions: int
    uid: int
    owner: str


def read_tables(answers: Answers, daemon: Daemon) -> Tables:
    """The crontabs that the daemon reads: none where there is none, or one that is not understood."""
    files = {answer.words: answer for answer in answers if answer.name == "jobs_table"}
    modes = dict(_modes(answers))
    places = dict(_places(files, daemon)) if daemon.dialect else {}
    tables = [
        _crontab(files[path], place, daemon.dialect, modes.get(path))
        for path, place in places.items()
        if daemon.dialect
    ]
    anacrontab = files.get("etc/anacrontab")
    return Tables(
        jobs=tuple(job for table in tables for job in table.jobs),
        problems=tuple(problem for table in tables for problem in table.problems),
        trusted=frozenset(f"/{path}" for path, place in places.items() if path in modes),
        anacrontab=anacrontab.output if anacrontab else "",
        cut=tuple(f"/{path}" for path in places if files[path].truncated),
    )


def _places(files: Mapping[str, Answer], daemon: Daemon) -> Iterator[tuple[str, _Place]]:
    """The files that are crontabs to the daemon; of two folders that are one by a link, only the first."""
    seen = set()
    for path, answer in files.items():
        place = _place(path, daemon)
        if place and (place.form, place.user, answer.output) not in seen:
            if place.user and place.form is Form.USER and not path.startswith("etc/cron.d/"):
                seen.add((place.form, place.user, answer.output))
            yield path, place


def _place(path: str, daemon: Daemon) -> _Place | None:
    folder, _, name = path.rpartition("/")
    dialect = daemon.dialect
    if dialect is None:
        return None
    if dialect in (Dialect.VIXIE, Dialect.CRONIE) and path == "etc/crontab":
        return _Place(Form.SYSTEM)
    if folder == "etc/cron.d" and dialect is not Dialect.BUSYBOX and is_cron_d_name(name, dialect):
        return _Place(Form.USER, "root") if dialect is Dialect.DCRON else _Place(Form.SYSTEM)
    spools = (daemon.folder.strip("/"),) if daemon.folder else SPOOLS[dialect]
    return _Place(Form.USER, name) if folder in spools and name not in NO_USERS else None


def _crontab(answer: Answer, place: _Place, dialect: Dialect, mode: _Mode | None) -> Crontab:
    source = f"/{answer.words}"
    if mode and (fault := _fault(mode, place, dialect)):
        return Crontab((), (Problem(source, 0, f"cron ignores the file: {fault}"),))
    text = answer.output
    if answer.truncated:
        text = text[: text.rfind("\n") + 1]  # what a cut left of a line is no job
    return parse_crontab(text, place.form, dialect, source, place.user)


def _fault(mode: _Mode, place: _Place, dialect: Dialect) -> str:
    """Why the daemon does not believe a file (process_crontab() of its database.c). Vixie cron wants a user's own."""
    is_own = mode.owner == place.user
    is_roots = mode.uid == 0 and not (place.user and dialect is Dialect.VIXIE)
    if not (is_own or is_roots):
        return f"it belongs to {mode.owner}"
    return "others than its owner may write to it" if mode.permissions & 0o022 else ""


def _modes(answers: Answers) -> Iterator[tuple[str, _Mode]]:
    answer = answers.get("jobs_modes")
    for line in answer.lines if answer else ():
        words = line.split(" ", 3)
        if len(words) == 4 and re.fullmatch("[0-7]{1,6}", words[0]) and re.fullmatch("[0-9]{1,10}", words[1]):
            yield words[3], _Mode(int(words[0], 8), int(words[1]), words[2])
