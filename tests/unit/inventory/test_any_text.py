"""Whatever stands in the file: a fleet, or an InventoryError that says where; never another exception."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yaml_texts import KEYS, NAMES, data, fragments, words

from remedy.inventory import InventoryError, load
from remedy.inventory.sentences import SECTIONS

PLACE = re.compile(r"/.+/hosts\.yaml:[1-9]\d*:[1-9]\d*: .+")
fleets = st.fixed_dictionaries(
    {"hosts": st.dictionaries(st.sampled_from(NAMES), st.dictionaries(st.sampled_from(KEYS), data, max_size=4) | data)},
    optional={key: data | st.dictionaries(words, data, max_size=3) for key in ("groups", "defaults", *SECTIONS)},
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inventory") / "hosts.yaml"


def fleet_or_error(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        fleet = load(file)
    except InventoryError as error:
        said, problems = str(error), error.problems
    else:
        assert fleet.select([]) == tuple(fleet.hosts.values()) != ()
        return
    assert problems
    assert len(said.splitlines()) == len(problems)
    assert all(PLACE.match(line) for line in said.splitlines())


@given(st.binary(max_size=60))
def test_any_bytes_are_a_fleet_or_an_error(file: Path, content: bytes) -> None:
    fleet_or_error(file, content)


@given(st.text(max_size=60))
def test_any_text_is_a_fleet_or_an_error(file: Path, content: str) -> None:
    fleet_or_error(file, content.encode(errors="surrogatepass"))


@settings(max_examples=300)
@given(st.lists(fragments, max_size=25).map("".join))
def test_any_pieces_of_yaml_are_a_fleet_or_an_error(file: Path, content: str) -> None:
    fleet_or_error(file, content.encode())


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(data | fleets)
def test_any_data_is_a_fleet_or_an_error(file: Path, content: Any) -> None:
    fleet_or_error(file, yaml.safe_dump(content, allow_unicode=True).encode(errors="surrogatepass"))
