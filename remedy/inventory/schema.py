"""The JSON Schema of hosts.yaml, for editors: made from the models that check the file."""

import ast
import inspect
from itertools import pairwise
from typing import Any

from remedy.inventory import fleet, host, models

EMPTY = {"type": "null"}


def json_schema() -> dict[str, Any]:
    """A JSON Schema (2020-12) that accepts what `load` accepts, as far as JSON Schema can say it."""
    schema = models.FileKeys.model_json_schema(mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "hosts.yaml of post-mainte"
    for name, model in (("FileKeys", schema), *schema["$defs"].items()):
        _describe(model, name)
        _allow_empty_keys(model)
    schema["$defs"]["Evidence"]["oneOf"] = [
        {"required": [proof], "properties": {proof: {"not": EMPTY}}}
        for proof in ("file", "unit", "command", "restic", "borg")
    ]
    return schema


def _describe(model: dict[str, Any], name: str) -> None:
    """Give each key the docstring that stands under it. Pydantic could, but would look for them at every start."""
    described = next(vars(module)[name] for module in (models, host, fleet) if name in vars(module))
    for key, text in _docstrings(described).items():
        if key.rstrip("_") in model.get("properties", {}):
            model["properties"][key.rstrip("_")]["description"] = text


def _docstrings(described: type) -> dict[str, str]:
    """The docstrings under a class's attributes, and under those of its bases."""
    found = {}
    for base in reversed([base for base in described.__mro__ if base.__module__.startswith(__package__ or "")]):
        nodes = ast.walk(ast.parse(inspect.getsource(base)))
        statements = next(node.body for node in nodes if isinstance(node, ast.ClassDef))
        for pair in pairwise(statements):
            match pair:
                case ast.AnnAssign(target=ast.Name(id=key)), ast.Expr(value=ast.Constant(value=str(words))):
                    found[key] = inspect.cleandoc(words)
    return found


def _allow_empty_keys(model: dict[str, Any]) -> None:
    """A key without a value is the same as no key, where it is not required; and what pydantic adds for itself goes."""
    for name, key in model.get("properties", {}).items():
        key.pop("title", None)
        if isinstance(key.get("default"), dict | list | None):
            key.pop("default", None)
        if name not in model.get("required", ()):
            about = {word: key.pop(word) for word in ("description", "default") if word in key}
            model["properties"][name] = about | {"anyOf": [dict(key), EMPTY]}
