"""From a file to a Fleet: a row of small steps, each of which may find problems; all are told at once."""

import os
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from remedy.inventory import sentences
from remedy.inventory.document import Document, read
from remedy.inventory.fleet import Fleet
from remedy.inventory.merge import merge
from remedy.inventory.models import FileKeys
from remedy.inventory.problems import InventoryError, KeyPath, Position, Problem

MAX_BYTES = 8 << 20
SHORTEST = "the shortest that works: hosts: {web1: 203.0.113.10}"


def read_fleet(path: Path) -> Fleet:
    """See remedy.inventory.load."""
    file = str(path)
    document = read(file, _bytes(path))
    if document.data is None and not document.problems:
        raise InventoryError(file, [Problem(Position(1, 1), "", f"the file is empty; {SHORTEST}")])
    keys = _validate(document)
    fleet = merge(path, keys, document) if keys else None
    if document.problems or fleet is None:
        raise InventoryError(file, document.problems)
    return fleet


def _bytes(path: Path) -> bytes:
    """What the file holds; it may also be a pipe, so it is read once and not looked at before."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "no path of a file"
        raise InventoryError(str(path), [Problem(Position(1, 1), "", f"can't be read: {reason}")]) from None
    if len(raw) > MAX_BYTES:
        text = f"more than {MAX_BYTES >> 20} MiB: this is no hosts.yaml"
        raise InventoryError(str(path), [Problem(Position(1, 1), "", text)])
    return raw


def _validate(document: Document) -> FileKeys | None:
    """The keys of the file; with problems, what remains of them when all that is wrong is cut out, or None.

    So the later steps find the problems that only they see, though the earlier ones found some.
    """
    data = _without_empty(document.data)
    context = _context(data)
    try:
        return FileKeys.model_validate(data, context=context)
    except ValidationError as error:
        wrong = sentences.complain(document, error)
    try:
        return FileKeys.model_validate(_cut(data, wrong), context=context)
    except ValidationError:
        return None


def _without_empty(data: Any, path: KeyPath = ()) -> Any:
    """Data without the keys that have no value, which is the same as not written, but for hosts' and groups' names."""
    if isinstance(data, list):
        return [_without_empty(item, (*path, 0)) for item in data]
    if not isinstance(data, dict):
        return data
    named = path in (("hosts",), ("groups",))
    return {key: _without_empty(value, (*path, key)) for key, value in data.items() if value is not None or named}


def _context(data: Any) -> dict[str, set[str]]:
    """The names that the file knows, as far as it can be understood."""
    hosts = {name for name in _section(data, "hosts") if isinstance(name, str)}
    groups = {name for name in _section(data, "groups") if isinstance(name, str)}
    return {"host": hosts, "host or group": hosts | groups | set(_own_groups(data))}


def _own_groups(data: Any) -> Iterator[str]:
    hosts = _section(data, "hosts")
    for entry in hosts.values() if isinstance(hosts, dict) else ():
        names = entry.get("groups", ()) if isinstance(entry, dict) else ()
        yield from (name for name in (names if isinstance(names, list) else [names]) if isinstance(name, str))


def _section(data: Any, name: str) -> dict[str, Any] | list[Any]:
    section = data.get(name) if isinstance(data, dict) else None
    return section if isinstance(section, dict | list) else {}


def _cut(data: Any, wrong: list[KeyPath]) -> Any:
    """A copy of data without those keys of hosts, groups and sections that hold something wrong."""
    data = deepcopy(data)
    for path in wrong:
        parent: dict[Any, Any] = {}
        last: Any = None
        here = data
        for part in path[: 3 if path[:1] in (("hosts",), ("groups",)) else 2]:
            if not isinstance(here, dict):
                break
            parent, last, here = here, part, here.get(part)
        parent.pop(last, None)
    return data
