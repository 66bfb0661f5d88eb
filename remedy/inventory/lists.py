"""Annotations for the lists of hosts.yaml, and for names that must be known."""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from remedy.inventory.kinds import NAME


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that was most likely meant, if any is near."""
    return next(iter(get_close_matches(word, known, 1, cutoff=0.6)), None)


@dataclass(frozen=True)
class Several:
    """A list with at least `least` items, in which one item may also stand by itself, without the list."""

    least: int = 0

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(self._as_list, handler(source))

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        several = handler(core)
        return {"anyOf": [several["items"], several | {"minItems": self.least}]}

    def _as_list(self, value: object) -> list[object]:
        items = value if isinstance(value, list) else [value]
        if len(items) < self.least:
            raise ValueError("is empty; name at least one, or leave the key away")
        return items


@dataclass(frozen=True)
class Known:
    """A name that hosts.yaml says elsewhere; `what` is the entry of pydantic's context that holds the known ones."""

    what: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.with_info_plain_validator_function(self._check)

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return dict(NAME.schema)

    def _check(self, value: object, info: Any) -> str:
        name: str = NAME(value)
        known: Collection[str] = info.context[self.what]
        if name in known:
            return name
        near = nearest(name, known)
        raise ValueError(
            f"there is no {self.what} {name!r}; "
            + (f"did you mean {near}?" if near else "it has to be named under hosts:")
        )
