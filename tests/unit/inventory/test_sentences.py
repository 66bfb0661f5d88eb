"""What is wrong under a key is told by the keys that may stand there."""

from typing import Any, get_args, get_type_hints

from pydantic import BaseModel

from remedy.inventory.models import FileKeys, GroupEntry, HostEntry
from remedy.inventory.sentences import SECTIONS


def test_every_key_with_keys_below_it_is_known() -> None:
    below = {key: section for key, section in sections(FileKeys).items() if section not in (HostEntry, GroupEntry)}
    assert below == SECTIONS


def sections(model: type) -> dict[str, type]:
    """What stands under the keys of a mapping, and under those below them."""
    found: dict[str, type] = {}
    for key, hint in hints(model).items():
        for section in mappings(hint):
            found |= {key: section, **sections(section)}
    return found


def hints(model: type) -> dict[str, Any]:
    if issubclass(model, BaseModel):
        return {key: field.annotation for key, field in model.model_fields.items()}
    return get_type_hints(model)


def mappings(hint: Any) -> list[type]:
    """The classes of keys that are part of a type."""
    if isinstance(hint, type) and (issubclass(hint, BaseModel) or hasattr(hint, "__pydantic_config__")):
        return [hint]
    return [section for part in get_args(hint) for section in mappings(part)]
