"""Host over groups over defaults: what the keys of a file mean for each host."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from remedy.inventory.document import Document
from remedy.inventory.fleet import Fleet
from remedy.inventory.host import Host, Jobs
from remedy.inventory.jump import refuse_circles, straighten
from remedy.inventory.models import FileKeys, HostKeys
from remedy.inventory.problems import KeyPath, key_of

# A thing that can be said of a host once: (key,), or (key, name) for an item of a list that adds up.
Slot = tuple[Any, ...]
POLICIES = ("ignore", "once", "all")  # the lists of patterns under jobs:


@dataclass(frozen=True)
class Said:
    """What the defaults, a group or a host say, and where."""

    value: Any
    path: KeyPath


Layer = dict[Slot, Said]


def merge(path: Path, keys: FileKeys, document: Document) -> Fleet:
    """The fleet that the keys mean; what contradicts itself is noted in the document."""
    members = _members(keys)
    memberships = _memberships(members)
    _refuse_shared_names(keys, members, document)
    defaults = _layer(keys.defaults, ("defaults",), document)
    layers = {name: _layer(group, ("groups", name), document) for name, group in keys.groups.items()}
    base = Host(name="", address="", ntp=keys.reference.servers)
    hosts = {}
    clashes: dict[tuple[Said, Said], list[str]] = {}
    for name, entry in keys.hosts.items():
        mine = memberships.get(name, ())
        own = _layer(entry, ("hosts", name), document)
        shared = _shared([layers[group] for group in mine if group in layers], own, name, clashes)
        host = replace(base, name=name, address=name, groups=mine)
        hosts[name] = _host(host, _values(defaults | shared | own), path.parent)
    _refuse_clashes(clashes, document)
    refuse_circles(hosts, document)
    return Fleet(
        path=path,
        reference=keys.reference,
        hosts={name: straighten(host, hosts) for name, host in hosts.items()},
        groups=members,
        maintenance=keys.maintenance,
        mail=keys.mail,
        notify=tuple(dict.fromkeys(keys.notify)),
        watch=keys.watch,
        defaults=straighten(_host(base, _values(defaults), path.parent), hosts),
    )


def _members(keys: FileKeys) -> dict[str, tuple[str, ...]]:
    """The hosts of each group, as the groups and the hosts themselves say."""
    members = {name: dict.fromkeys(group.hosts) for name, group in keys.groups.items()}
    for name, host in keys.hosts.items():
        for group in host.groups:
            members.setdefault(group, {})[name] = None
    return {group: tuple(names) for group, names in members.items()}


def _memberships(members: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The groups of each host, in the order of the file."""
    groups: dict[str, tuple[str, ...]] = {}
    for group, names in members.items():
        for name in names:
            groups[name] = (*groups.get(name, ()), group)
    return groups


def _refuse_shared_names(keys: FileKeys, members: Mapping[str, object], document: Document) -> None:
    for name in members:
        if name in keys.hosts:
            text = f"a host and a group have this name; -H {name} could mean both, so rename one of them"
            document.complain(("groups", name) if name in keys.groups else ("hosts", name), text, of_key=True)


def _layer(keys: HostKeys, path: KeyPath, document: Document) -> Layer:
    """What these keys say, a slot each."""
    layer: Layer = {}
    for slot, said in _slots(keys, path):
        first = layer.setdefault(slot, said)
        if first.value != said.value:
            text = f"this list has another {slot[1]!r} at {document.place(first.path)}; give it another name"
            document.complain(said.path, text)
    return layer


def _slots(keys: HostKeys, path: KeyPath) -> Iterator[tuple[Slot, Said]]:
    for key in HostKeys.model_fields:
        if key not in keys.model_fields_set:
            continue
        value = getattr(keys, key)
        here = (*path, key)
        if key == "jobs":
            for policy in POLICIES:
                yield from (((f"jobs.{policy}", glob), Said(glob, here)) for glob in getattr(value, policy))
        elif key in ("services", "sites", "backups", "checks"):
            for index, item in enumerate(value):
                slot = ("backups_auto",) if item == "auto" else (key, getattr(item, "name", item))
                yield slot, Said(item, (*here, index))
        else:
            yield (key,), Said(value, here)


def _shared(groups: list[Layer], own: Layer, name: str, clashes: dict[tuple[Said, Said], list[str]]) -> Layer:
    """What a host's groups say together; where two differ and the host doesn't say better, that is a clash."""
    shared: Layer = {}
    for layer in groups:
        for slot, said in layer.items():
            first = shared.setdefault(slot, said)
            if first.value != said.value and slot not in own:
                clashes.setdefault((first, said), []).append(name)
    return shared


def _refuse_clashes(clashes: Mapping[tuple[Said, Said], list[str]], document: Document) -> None:
    for (first, second), names in clashes.items():
        hosts = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        text = (
            f"differs from {key_of(document.written(first.path))} at {document.place(first.path)}, and {hosts} "
            f"{'is' if len(names) == 1 else 'are'} in both groups; let them agree, or say it for the host itself"
        )
        document.complain(second.path, text)


def _values(layer: Layer) -> dict[Slot, Any]:
    return {slot: said.value for slot, said in layer.items()}


def _host(base: Host, said: Mapping[Slot, Any], folder: Path) -> Host:
    """The host that has these things said of it; paths of keys begin in `folder`, where they are relative."""
    single = {slot[0]: value for slot, value in said.items() if len(slot) == 1}
    several: dict[str, Any] = {}
    for slot, value in said.items():
        if len(slot) == 2:
            several[slot[0]] = (*several.get(slot[0], ()), value)
    single["jobs"] = Jobs(**{policy: several.pop(f"jobs.{policy}", ()) for policy in POLICIES})
    if "backups_auto" in single:
        single["backups_auto"] = True
    if "identity_file" in single:
        single["identity_file"] = tuple(str(folder / _at_home(file)) for file in single["identity_file"])
    return replace(base, **(single | several))


def _at_home(file: str) -> Path:
    try:
        return Path(file).expanduser()
    except RuntimeError:  # ~NAME of nobody: OpenSSH takes it as it is, too
        return Path(file)
