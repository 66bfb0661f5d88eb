"""Files that a report is written to: whole or not at all."""

import errno
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from remedy.errors import PostMainteError, UsageError


def check_writable(option: str, name: str) -> None:
    """Given an option's file ("" is none), raise UsageError if it can't be written; nothing of it is changed."""
    if not name:
        return
    target = _target(Path(name))
    try:
        if _is_replaceable(target):
            new = _beside(target)
            new.open("xb").close()
            new.unlink()
        elif target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        elif not os.access(target, os.W_OK):  # to open a pipe and close it would be its end for who reads it
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise UsageError(f"{option}: can't write {name}: {error.strerror or error}") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, or leave the one that is there as it was and raise PostMainteError.

    What is no file, such as a pipe, is written to.
    """
    target = _target(path)
    try:
        if _is_replaceable(target):
            _replace(target, content)
        else:
            target.write_bytes(content)
    except OSError as error:
        raise PostMainteError(f"can't write {path}: {error.strerror or error}") from error


def _target(path: Path) -> Path:
    """The file behind a link; what is no file stays as it is called: behind /dev/stdout may be what has no path."""
    return path if path.exists() and not path.is_file() else path.resolve()


def _is_replaceable(path: Path) -> bool:
    return path.is_file() or not path.exists()


def _replace(path: Path, content: bytes) -> None:
    """Put a new file in the place of an old one, with the permissions of that."""
    new = _beside(path)
    try:
        with new.open("xb") as file:
            file.write(content)
        if path.exists():
            shutil.copymode(path, new)
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise


def _beside(path: Path) -> Path:
    """A name that nobody else takes, in the same folder: so that one can be put in the place of the other."""
    return path.with_name(f".post-mainte-{secrets.token_hex(8)}")
