"""The JSON Schema of hosts.yaml, for editors: made from the models that check the file."""

from typing import Any

from remedy.inventory.models import FileKeys

EMPTY = {"type": "null"}


def json_schema() -> dict[str, Any]:
    """A JSON Schema (2020-12) that accepts what `load` accepts, as far as JSON Schema can say it."""
    schema = FileKeys.model_json_schema(mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "hosts.yaml of post-mainte"
    for model in (schema, *schema["$defs"].values()):
        _allow_empty_keys(model)
    schema["$defs"]["Evidence"]["oneOf"] = [
        {"required": [proof], "properties": {proof: {"not": EMPTY}}}
        for proof in ("file", "unit", "command", "restic", "borg")
    ]
    return schema


def _allow_empty_keys(model: dict[str, Any]) -> None:
    """A key without a value is the same as no key, where it is not required; and what pydantic adds for itself goes."""
    for name, key in model.get("properties", {}).items():
        key.pop("title", None)
        if isinstance(key.get("default"), dict | list | None):
            key.pop("default", None)
        if name not in model.get("required", ()):
            about = {word: key.pop(word) for word in ("description", "default") if word in key}
            model["properties"][name] = about | {"anyOf": [dict(key), EMPTY]}
