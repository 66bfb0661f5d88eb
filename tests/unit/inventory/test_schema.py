"""The JSON Schema for editors says what load does."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from remedy.inventory import load
from remedy.inventory.document import read
from remedy.inventory.schema import json_schema

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[2] / "hosts.yaml"


SCHEMA = Draft202012Validator(json_schema())


def data(file: Path) -> Any:
    return read(str(file), file.read_bytes()).data


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_schema())


def test_it_accepts_the_example() -> None:
    SCHEMA.validate(data(EXAMPLE))


def test_it_describes_every_key() -> None:
    document = json_schema()
    for model in (document, *document["$defs"].values()):
        assert model["description"]
        assert all(key["description"] for key in model["properties"].values())


def test_the_example_shows_every_key_of_a_host_and_every_section() -> None:
    document, shown = json_schema(), data(EXAMPLE)
    keys = {key for layer in (shown["defaults"], *shown["hosts"].values()) if isinstance(layer, dict) for key in layer}
    assert keys == set(document["$defs"]["HostEntry"]["properties"])
    assert set(shown) == set(document["properties"])


FORMS = ["unknown-keys", "values", "sites-backups-and-checks", "window-and-mail", "passwords", "all-at-once", "shapes"]


@pytest.mark.parametrize("name", [*FORMS, "shapes-of-entries", "no-hosts", "an-empty-fleet", "a-list"])
def test_it_refuses_what_load_refuses_for_its_form(name: str) -> None:
    assert not SCHEMA.is_valid(data(HERE / "wrong" / f"{name}.yaml"))


def one_or_more(*items: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(items) | st.lists(st.sampled_from(items), min_size=1, unique_by=str)


SITE = {"url": "https://a/", "status": 301, "text": "a", "regex": "b+", "from": "host", "resolve": "::1"}
BACKUP = {
    "name": "a",
    "evidence": {"file": "/a", "min_size": 1, "unit": None},
    "max_age": 1.5,
    "run": "c",
    "timeout": "2h",
}
CHECK = {"name": "a", "command": "b\nc", "status": 1, "text": None, "regex": "d", "timeout": "1h30m", "repair": "e"}
HOST: dict[str, st.SearchStrategy[Any]] = {
    "address": st.sampled_from(["203.0.113.1", "::1", "[::1]", "web9", "東京"]),
    "port": st.integers(1, 65535),
    "user": st.sampled_from(["root", "joe@example.jp", "A\\b"]),
    "identity_file": one_or_more("~/a", "b c"),
    "jump": st.sampled_from(["none", "a@b:22,c"]),
    "hypervisor": st.sampled_from(["kvm7", "東京 1"]),
    "sudo": st.booleans(),
    "step_threshold": st.sampled_from([1, 0.5, "90s", "1.5"]),
    "ntp": one_or_more("a", "a:123", "::1", "[::1]:123"),
    "services": one_or_more("nginx", "a@b.service"),
    "sites": one_or_more(SITE, {"url": "HTTP://b"}),
    "backups": one_or_more("auto", BACKUP, {"name": "b", "evidence": {"restic": "c"}, "max_age": None}),
    "jobs": st.sampled_from([{}, {"ignore": "*"}, {"ignore": ["a", "b"], "once": "*", "all": ["c"]}]),
    "cron": st.sampled_from(["leave", "own"]),
    "checks": one_or_more(CHECK, {"name": "b", "command": "c"}),
    "on_return": st.sampled_from(["check", "post-mainte --dry-run", "post-mainte"]),
    "interval": st.sampled_from([60, "5m"]),
}


def keys(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={key: st.none() | value for key, value in (HOST | more).items()})


FILES = st.fixed_dictionaries(
    {
        "hosts": st.fixed_dictionaries(
            {"web1": keys(groups=one_or_more("db", "mail")), "web2": st.sampled_from([None, "::1", "203.0.113.1"])}
        )
        | st.just(["web1", "web2"])
    },
    optional={
        "reference": st.sampled_from([None, {}, {"servers": "a", "local_clock": "never"}, {"servers": ["a", "b:1"]}]),
        "defaults": st.none() | keys(),
        "groups": st.none()
        | st.fixed_dictionaries({"db": st.none() | st.just(["web2"]) | keys(hosts=one_or_more("web2"))}),
        "maintenance": one_or_more(
            {"from": "2017-08-30T02:00Z", "to": "2017-08-30 15:00:00.5+09:00", "hosts": "web1"},
            {"from": "2017-08-30T02:00 Asia/Tokyo", "to": "2017-08-30 15:00 Etc/GMT-9"},
        ),
        "mail": st.sampled_from([None, {"to": "a@b", "from": "c@d"}, {"to": ["a@b"], "from": "c@d", "server": "e:25"}]),
    },
)


@given(FILES)
def test_it_accepts_what_load_accepts(tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]) -> None:
    file = tmp_path_factory.getbasetemp() / "hosts.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))
    load(file)
    SCHEMA.validate(data(file))
