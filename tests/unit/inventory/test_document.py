"""hosts.yaml is read by libyaml, and by PyYAML's own parser where that refuses it: both read the same."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from yaml_texts import data, fragments

from remedy.inventory.document import Loader, QuickLoader, document_of, read

EXAMPLE = Path(__file__).parents[3] / "hosts.yaml"


def by_both(text: str) -> list[Any]:
    """What each of them reads, as far as it reads any."""
    read = []
    for loader in (QuickLoader, Loader):
        with suppress(yaml.YAMLError):
            read.append(document_of(loader(text), text).data)
    return read


@settings(max_examples=500)
@given(st.lists(fragments, max_size=12).map("".join))
def test_pieces_of_yaml_that_both_read_are_the_same(text: str) -> None:
    with suppress(ValueError, OverflowError):
        assert all(each == by_both(text)[0] for each in by_both(text))


@given(data)
def test_data_is_the_same(content: Any) -> None:
    first, second = by_both(yaml.safe_dump(content, allow_unicode=True))

    assert repr(first) == repr(second)  # not a number equals nothing


def test_the_example_is_the_same_with_all_its_places() -> None:
    text = EXAMPLE.read_text()

    assert document_of(QuickLoader(text), text) == document_of(Loader(text), text)


def test_without_libyaml_it_is_read_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with_it = read("hosts.yaml", EXAMPLE.read_bytes())
    monkeypatch.setattr(yaml, "__with_libyaml__", False)

    assert read("hosts.yaml", EXAMPLE.read_bytes()) == with_it
