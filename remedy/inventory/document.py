"""A YAML text as plain data, with the place of every key and value.

The text is composed by PyYAML's safe loader, but plain scalars are read as YAML 1.2's core schema has it: `on`, `12:30`
and `2017-08-30` are text, 0755 is no octal number. Nothing in a text can make this raise anything but InventoryError:
nesting, aliases and size are bounded.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.resolver import Resolver

from remedy.inventory.problems import InventoryError, KeyPath, Position, Problem, key_of

MAX_DEPTH = 32
MAX_ALIASED = 100_000
TAG = "tag:yaml.org,2002:"
CORE = {
    "null": r"(?:~|null|Null|NULL|)",
    "bool": r"(?:true|True|TRUE|false|False|FALSE)",
    "int": r"(?:[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15})",
    "float": r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))",
}
EXPLAINED = {
    "found character '\\t'": "there is a tab; YAML indents with spaces",
    "mapping values are not allowed here": "a colon followed by a space can't stand here; "
    "put the value in quotes, or look at the indentation",
    "expected <block end>": "this doesn't line up with what stands above it; look at the indentation",
    "found undefined alias": "there is no &anchor of this name above",
    "that cannot start any token": "a value can't begin with this character; put it in quotes",
    "but found another document": "a second document begins (---); put everything into one",
}
# These are noticed far behind the place where they begin, which is where to look.
UNFINISHED = {
    "could not find expected ':'": "a key needs a colon behind it, and a value a key before it",
    "expected ',' or": "this bracket is not closed, or a comma is missing in it",
    "found unexpected end of stream": "this quote is not closed",
}


@dataclass
class Document:
    """Plain data, where each key and value stands, and what was found wrong so far."""

    data: Any = None
    keys: dict[KeyPath, Position] = field(default_factory=dict)
    values: dict[KeyPath, Position] = field(default_factory=lambda: {(): Position(1, 1)})
    problems: list[Problem] = field(default_factory=list)

    def written(self, path: KeyPath) -> KeyPath:
        """The path, without those parts of it that are not written in the file.

        A form that is short for another has fewer parts than what it stands for; and where hosts: is a list of names,
        a name is found under its index.
        """
        found: KeyPath = ()
        here = self.data
        for part in path:
            step = here.index(part) if found == ("hosts",) and isinstance(here, list) and part in here else part
            if (*found, step) in self.values:
                found = (*found, step)
                here = here[step] if here is not None else None
        return found

    def place(self, path: KeyPath, *, of_key: bool = False) -> Position:
        """Where the value at `path` stands, or its key."""
        path = self.written(path)
        return self.keys.get(path, self.values[path]) if of_key else self.values[path]

    def complain(self, path: KeyPath, text: str, *, of_key: bool = False) -> None:
        """Note a problem with the value at `path`, or with the key itself."""
        self.problems.append(Problem(self.place(path, of_key=of_key), key_of(self.written(path)), text))


class _Composer(Composer, Resolver):
    """Makes nodes of a parser's events, with YAML 1.2's core schema for plain scalars and a bound for nesting."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            mark = parent.start_mark if parent else None
            raise yaml.MarkedYAMLError(problem="this is nested too deeply", problem_mark=mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


_Composer.yaml_implicit_resolvers = {}
for _name, _pattern in CORE.items():
    _Composer.add_implicit_resolver(TAG + _name, re.compile(rf"{_pattern}\Z"), None)


class Loader(_Composer, yaml.SafeLoader):
    """By PyYAML's own parser: it tells best what is wrong."""


if yaml.__with_libyaml__:  # all wheels have it; what somebody built may not
    from yaml._yaml import CParser

    class QuickLoader(_Composer, CParser):
        """By libyaml, which takes a third of the time: 0.4 s less for 3,000 hosts."""

        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            Composer.__init__(self)
            Resolver.__init__(self)


def read(file: str, raw: bytes) -> Document:
    """The document in `raw`; `file` is its name for messages. InventoryError where it is no single YAML document."""
    text = _decode(file, raw)
    if yaml.__with_libyaml__:
        with suppress(yaml.YAMLError):
            return document_of(QuickLoader(text), text)
    try:
        loader = Loader(text)
        return document_of(loader, text)
    except yaml.reader.ReaderError as error:
        problem = Problem(_position(text, error.position), "", _unprintable(error.character))
    except yaml.MarkedYAMLError as error:
        problem = _explain(error)
    except (ValueError, OverflowError):
        problem = Problem(_mark(loader.get_mark()), "", "a number or a \\U escape is out of range")
    raise InventoryError(file, [problem])


def document_of(loader: _Composer, text: str) -> Document:
    """What the loader reads of the text."""
    node = loader.get_single_node()
    document = Document()
    if node is not None:
        document.data = _Builder(document, MAX_ALIASED + len(text)).build(node, ())
    return document


class _Builder:
    """Turns nodes into plain data, and notes their places in a document."""

    def __init__(self, document: Document, most: int) -> None:
        self.document = document
        self.left = most

    def build(self, node: yaml.Node, path: KeyPath) -> Any:
        """The data of a node; what is wrong with it is noted and read as nothing."""
        self.left -= 1
        if self.left < 0 or len(path) > MAX_DEPTH:
            problem = "aliases (*) repeat too much, or hold themselves"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        self.document.values[path] = _mark(node.start_mark)
        if isinstance(node, yaml.MappingNode) and node.tag == TAG + "map":
            return dict(self._items(node, path))
        if isinstance(node, yaml.SequenceNode) and node.tag == TAG + "seq":
            return [self.build(child, (*path, index)) for index, child in enumerate(node.value)]
        try:
            return _scalar(node)
        except (ValueError, KeyError):
            tag = node.tag.replace(TAG, "!!")
            self.document.complain(path, f"the tag {tag!r} is not read here; leave it away")
            return None

    def _items(self, node: yaml.MappingNode, path: KeyPath) -> Iterator[tuple[str, Any]]:
        first: dict[str, Position] = {}
        for key, value in node.value:
            here = _mark(key.start_mark)
            if not isinstance(key, yaml.ScalarNode):
                self._refuse(here, path, "a key has to be a word; if this is a value that begins with { or [, quote it")
            elif key.value == "<<":
                self._refuse(here, path, "merge keys (<<) are not read; put what is common into defaults: or a group")
            elif key.value in first:
                text = f"is here a second time, the first is at {first[key.value]}; keep one of them"
                self._refuse(here, (*path, key.value), text)
            else:
                first[key.value] = self.document.keys[(*path, key.value)] = here
                yield key.value, self.build(value, (*path, key.value))

    def _refuse(self, position: Position, path: KeyPath, text: str) -> None:
        self.document.problems.append(Problem(position, key_of(path), text))


def _scalar(node: yaml.Node) -> Any:
    """The value of a scalar; ValueError or KeyError if its tag isn't YAML's core, or doesn't fit."""
    text = node.value
    kind = node.tag.removeprefix(TAG) if isinstance(node, yaml.ScalarNode) else ""
    if kind in ("str", "null"):
        return text if kind == "str" else None
    if kind == "bool":
        return {"true": True, "false": False}[text.lower()]
    if kind == "int":
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if kind == "float":
        return float(re.sub(r"\.(?=inf|nan)", "", text.lower()))
    raise KeyError(node.tag)


def _decode(file: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", errors="replace")
        text = f"this is not UTF-8 (byte 0x{raw[error.start]:02x}); save the file as UTF-8"
        raise InventoryError(file, [Problem(_position(before, len(before)), "", text)]) from None


def _position(text: str, index: int) -> Position:
    before = text[:index]
    return Position(before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)


def _mark(mark: yaml.Mark | None) -> Position:
    return Position(mark.line + 1, mark.column + 1) if mark is not None else Position(1, 1)


def _unprintable(character: int | bytes) -> str:
    code = character if isinstance(character, int) else ord(character)
    return f"there is a control character (U+{code:04X}) that no text file should hold; delete it"


def _explain(error: yaml.MarkedYAMLError) -> Problem:
    """PyYAML's error in our words, at the place where an administrator has to look."""
    said = error.problem or "this is no YAML"
    for part, text in UNFINISHED.items():
        if part in said:
            return Problem(_mark(error.context_mark), "", text)
    text = next((text for part, text in EXPLAINED.items() if part in said), said)
    return Problem(_mark(error.problem_mark), "", text)
