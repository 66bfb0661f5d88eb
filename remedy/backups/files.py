"""What the newest of a backup's files proves."""

import re
from statistics import median

from remedy.backups.ask import SECONDS, folder_of
from remedy.backups.proof import Proof
from remedy.backups.words import one_line, size_words
from remedy.inventory.host import Evidence
from remedy.shell.answers import Answers

EMPTY_GZIP = 20  # bytes of a .gz file that holds nothing
COMPARED = 5  # files before the newest that tell the usual size...
AT_LEAST = 3  # ...if there are as many as that
UNPACKED = {"0", "2"}  # exit status of gzip; 2 is a warning
GIVEN_UP = {"124", "137", "143"}
FIGURES = re.compile(r"^(-?\d{1,15}) (\d{1,18})$", re.MULTILINE | re.ASCII)


def of_file(answers: Answers, name: str, evidence: Evidence) -> Proof:
    """What probe.sh tells of a pattern's files; its answers begin with `name`."""
    pattern = evidence.file or ""
    if closed := answers.text(f"{name}/closed"):
        return Proof(problem=f"we may not look into {one_line(closed)}: log in as root, or set sudo: true for the host")
    if answers.get(f"{name}/seen") is None:
        where = folder_of(pattern) or "/"
        return Proof(problem=f"{where} did not answer within {SECONDS['file']} s: is it on another machine?")
    room = _room(answers.text(f"{name}/room"))
    newest = answers.get(f"{name}/newest")
    if newest is None:
        return Proof(is_there=False, what=f"no file matches {one_line(pattern)}", room=room)
    figures = [(int(time), int(size)) for time, size in FIGURES.findall(answers.text(f"{name}/figures"))]
    if not figures:
        return Proof(problem=f"stat(1) tells nothing of {one_line(newest.output)}")
    (stamp, size), *others = figures
    is_folder = answers.text(f"{name}/kind") == "folder"
    return Proof(
        flaw="" if is_folder else _flaw(newest.output, size, answers.text(f"{name}/dump"), evidence.min_size),
        stamp=float(stamp),
        what=one_line(newest.output),
        size=None if is_folder else size,
        usual=None if is_folder else _usual(figures[0], others),
        seen=f"{stamp} {size}",
        room=room,
    )


def _flaw(path: str, size: int, dump: str, min_size: int | None) -> str:
    """Why the file is no backup, if it is none."""
    name = one_line(path.rpartition("/")[2])
    if size == 0 or (path.endswith(".gz") and size <= EMPTY_GZIP):
        return f"{name} is empty: {size_words(size)}"
    if min_size is not None and size < min_size:
        return f"{name} is too small: {size_words(size)}, and min_size: is {size_words(min_size)}"
    kind, end, status = (*dump.split(), "", "", "")[:3]
    if not status or status in GIVEN_UP:
        return ""
    if status not in UNPACKED:
        return f"{name} is damaged: gzip can't unpack it to its end"
    return f"{name} is cut off: the last line that {kind} writes is not there" if end == "cut" else ""


def _usual(newest: tuple[int, int], figures: list[tuple[int, int]]) -> float | None:
    """The median size of the files before the newest, which may stand among them again."""
    others = list(figures)
    if newest in others:
        others.remove(newest)
    sizes = [size for _, size in sorted(others, reverse=True)[:COMPARED]]
    return median(sizes) if len(sizes) >= AT_LEAST else None


def _room(text: str) -> int | None:
    """The bytes that are free, as `df -Pk` has them; a file system's name may hold spaces."""
    match = re.search(r" (\d{1,15}) +\d+% ", text.rpartition("\n")[2])
    return int(match[1]) * 1024 if match else None
