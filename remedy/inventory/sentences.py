"""pydantic's errors as sentences for a tired administrator: what is wrong, and what would be right."""

import re

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from remedy.inventory.document import Document
from remedy.inventory.fleet import Mail, ReferenceSource, Watch, Window
from remedy.inventory.host import Backup, Check, Evidence, Jobs, Site
from remedy.inventory.kind import shown
from remedy.inventory.kinds import ELSEWHERE, OF_MAIL
from remedy.inventory.lists import nearest
from remedy.inventory.models import FileKeys, GroupEntry, HostEntry, HostKeys
from remedy.inventory.problems import KeyPath

# What a mapping is, by the key that it stands under.
SECTIONS: dict[str, type] = {
    "reference": ReferenceSource,
    "defaults": HostKeys,
    "maintenance": Window,
    "mail": Mail,
    "watch": Watch,
    "sites": Site,
    "backups": Backup,
    "evidence": Evidence,
    "jobs": Jobs,
    "checks": Check,
}
OWNERS: dict[str, type] = {"the top of the file": FileKeys, "a host": HostEntry, "a group": GroupEntry} | {
    f"{key}:": section for key, section in SECTIONS.items() if key != "defaults"
}
EXAMPLES: dict[type, dict[str, str]] = {
    FileKeys: {"hosts": "{web1: 203.0.113.10}"},
    Site: {"url": "https://www.example.jp/"},
    Backup: {"name": "nightly", "evidence": '{file: "/var/backups/db-*.sql.gz"}'},
    Check: {"name": "queue", "command": '"mailq | tail -1"'},
    Window: {"from": "2017-08-30T02:00+09:00", "to": "2017-08-30T05:00+09:00"},
    Mail: {"from": "post-mainte@example.jp", "to": "[ops@example.jp]"},
}
SECRET = re.compile(r"pass(?:word|wd|phrase|code)?$|secret|token|api_?key|credential", re.IGNORECASE)


def complain(document: Document, error: ValidationError) -> list[KeyPath]:
    """Note every error of pydantic's in the document; the paths of what is wrong, as they are written in the file."""
    details = error.errors(include_url=False)
    for detail in details:
        _complain(document, detail)
    return [document.written(detail["loc"]) for detail in details]


def _complain(document: Document, detail: ErrorDetails) -> None:
    path = detail["loc"]
    if path[-1:] == ("[key]",):
        return document.complain(path, str(detail["ctx"]["error"]), of_key=True)
    if detail["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return document.complain(path, _unknown(path), of_key=True)
    return document.complain(path, _wrong(detail))


def _wrong(detail: ErrorDetails) -> str:
    path = detail["loc"]
    match detail["type"]:
        case "value_error":
            return str(detail["ctx"]["error"])
        case "missing":
            key = str(path[-1])
            example = EXAMPLES[_section(path[:-1])][key]
            return f"the key {key}: is missing or has no value; write for example {key}: {example}"
        case "literal_error":
            return f"expected keys such as name: and evidence:, or the word auto, not {shown(detail['input'])}"
        case _:
            return f"expected {_form(path)}, not {shown(detail['input'])}"


def _form(path: KeyPath) -> str:
    """What a mapping looks like at this path."""
    match path:
        case ():
            return "keys such as hosts: {web1: 203.0.113.10}"
        case ("hosts",):
            return "hosts with their addresses, such as web1: 203.0.113.10, or a list of names"
        case ("hosts", _):
            return "an address such as 203.0.113.10, or keys such as {address: 203.0.113.10, user: root}"
        case ("groups",):
            return "groups with their hosts, such as tokyo: [web1, db1]"
        case ("groups", _):
            return "a list of hosts, or keys such as {hosts: [web1, db1], user: root}"
        case _:
            return "keys such as " + " and ".join(f"{key}:" for key in _keys(_section(path))[:2])


def _section(path: KeyPath) -> type:
    """The model of the mapping at this path."""
    if len(path) == 2 and path[0] in ("hosts", "groups"):
        return HostEntry if path[0] == "hosts" else GroupEntry
    return next((SECTIONS[part] for part in reversed(path) if isinstance(part, str) and part in SECTIONS), FileKeys)


def _keys(section: type) -> list[str]:
    return [name.rstrip("_") for name in getattr(section, "model_fields", section.__annotations__) if name[0] != "_"]


def _unknown(path: KeyPath) -> str:
    """What to say of a key that isn't known where it stands."""
    word, known = str(path[-1]), _keys(_section(path[:-1]))
    if SECRET.search(word):
        return OF_MAIL if path[0] == "mail" else ELSEWHERE
    owners = [owner for owner, section in OWNERS.items() if word in _keys(section)]
    if owners:
        return f"unknown key here; it belongs to {' or '.join(owners)}"
    near = nearest(word, known)
    return f"unknown key; did you mean {near}:?" if near else f"unknown key; known here are {', '.join(known)}"
