"""A kind of value in hosts.yaml: how it is written, read, described, and refused in one sentence.

A Kind stands in an annotation, `Annotated[float, DURATION]`; pydantic finds its check and its JSON Schema there.
Called, it reads a single value: `DURATION("26h")` is 93600.0. Light on purpose: only the standard library is loaded.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from unicodedata import category

from remedy.inventory.address import is_ip


class HintError(ValueError):
    """A value is wrong in a way that we can name; the text follows the sentence about it."""


class SecretError(ValueError):
    """A value holds a secret, so no message may show it."""


def shown(value: object) -> str:
    """A wrong value, fit to be shown: short, on one line, without control characters."""
    if isinstance(value, str):
        masked = re.sub(r":[^:]*@", ":...@", value)  # that may be a password
        return repr(masked if len(masked) <= 60 else masked[:57] + "...") if value else "an empty text"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value}"
    return "a list" if isinstance(value, list) else "a mapping of keys"


@dataclass(frozen=True)
class Kind:
    """A kind of value: `parse` reads it or raises ValueError, `expected` completes "expected ..."."""

    expected: str
    parse: Callable[[Any], Any]
    schema: Mapping[str, Any] = field(hash=False)

    def __call__(self, value: object) -> Any:
        """The value as it is meant; ValueError with the whole sentence if it is not of this kind."""
        try:
            return self.parse(value)
        except SecretError:
            raise
        except HintError as hint:
            raise ValueError(f"expected {self.expected}, not {shown(value)}; {hint}") from None
        except (ValueError, OverflowError, RecursionError):
            raise ValueError(f"expected {self.expected}, not {shown(value)}") from None

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(self)

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return dict(self.schema)


def any_text(value: object) -> str:
    """Any text that a shell's variable can hold."""
    if isinstance(value, int | float):
        raise HintError('put it in double quotes: "..."')
    if isinstance(value, list) and len(value) == 1 and is_ip(str(value[0])):
        raise HintError(f'YAML reads [ ] as a list, so put the address in quotes: "[{value[0]}]"')
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    value.encode()
    if "\0" in value:
        raise HintError("it holds a NUL character")
    return value


def one_line(value: object) -> str:
    """Text of one line, without control characters."""
    text = any_text(value)
    if any(category(character) in ("Cc", "Cf", "Zl", "Zp") for character in text):
        raise HintError("it holds a control character or a line break")
    return text


def matching(expected: str, pattern: str) -> Kind:
    """Text of one line, all of which matches `pattern`, a regular expression of Python and of ECMA 262 alike."""

    def parse(value: object) -> str:
        text = one_line(value)
        if not re.fullmatch(pattern, text):
            raise ValueError
        return text

    return Kind(expected, parse, {"type": "string", "pattern": f"^(?:{pattern})$"})


def choice(*words: str) -> Kind:
    """One of some words."""

    def parse(value: object) -> str:
        if value not in words or not isinstance(value, str):
            raise ValueError
        return value

    return Kind(" or ".join(words), parse, {"enum": list(words)})


def whole(expected: str, least: int, most: int) -> Kind:
    """A whole number from `least` to `most`."""

    def parse(value: object) -> int:
        if isinstance(value, str) and value.isdecimal():
            raise HintError("write it without quotes")
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError
        return value

    return Kind(expected, parse, {"type": "integer", "minimum": least, "maximum": most})
