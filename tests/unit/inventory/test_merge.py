"""A host says it better than its groups, and they say it better than the defaults."""

from pathlib import Path

import pytest
from reading import read

from remedy.inventory import Host, InventoryError
from remedy.inventory.host import Jobs


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "hosts.yaml"


def web1(file: Path, text: str) -> Host:
    return read(file, text).hosts["web1"]


LAYERS = (
    "defaults: {user: everyone}\ngroups: {tokyo: {hosts: [web1], user: tokyo}}\nhosts: {web1: {user: web1}, web2: }\n"
)


def test_the_host_wins_over_its_group_and_the_group_over_the_defaults(file: Path) -> None:
    assert web1(file, LAYERS).user == "web1"
    assert web1(file, LAYERS.replace("{user: web1}", "")).user == "tokyo"
    assert read(file, LAYERS).hosts["web2"].user == "everyone"


@pytest.mark.parametrize(
    ("key", "one", "two", "three"),
    [
        ("services", "nginx", "mysql", "sshd"),
        ("sites", "{url: 'http://a/'}", "{url: 'http://b/'}", "{url: 'http://c/'}"),
        ("checks", "{name: a, command: x}", "{name: b, command: x}", "{name: c, command: x}"),
        (
            "backups",
            "{name: a, evidence: {unit: x}}",
            "{name: b, evidence: {unit: x}}",
            "{name: c, evidence: {unit: x}}",
        ),
    ],
)
def test_lists_add_up_from_the_defaults_to_the_host_without_duplicates(
    file: Path, key: str, one: str, two: str, three: str
) -> None:
    text = (
        f"defaults: {{{key}: [{one}]}}\n"
        f"groups: {{tokyo: {{hosts: [web1], {key}: [{two}, {one}]}}}}\n"
        f"hosts: {{web1: {{{key}: [{three}, {two}, {three}]}}, web2: {{{key}: [{one}, {two}, {three}]}}}}\n"
    )
    fleet = read(file, text)
    assert getattr(fleet.hosts["web1"], key) == getattr(fleet.hosts["web2"], key)
    assert len(getattr(fleet.hosts["web1"], key)) == 3


def test_patterns_of_jobs_add_up_too(file: Path) -> None:
    text = "defaults: {jobs: {ignore: [a], all: c}}\nhosts: {web1: {jobs: {ignore: [b, a], once: [a], all: d}}}"
    assert web1(file, text).jobs == Jobs(ignore=("a", "b"), once=("a",), all=("c", "d"))


def test_other_lists_are_replaced_not_added(file: Path) -> None:
    assert web1(file, "defaults: {ntp: [a, b]}\nhosts: {web1: {ntp: [c]}}").ntp == ("c",)


def test_an_item_of_the_same_name_is_the_hosts_own(file: Path) -> None:
    text = (
        "groups: {db: {hosts: [web1], backups: [{name: nightly, evidence: {unit: a}, max_age: 26h}]}}\n"
        "hosts: {web1: {backups: [{name: nightly, evidence: {unit: a}, max_age: 2d}]}}\n"
    )
    assert [backup.max_age for backup in web1(file, text).backups] == [2 * 86400]


def test_a_host_asks_the_reference_servers_unless_it_has_some_of_its_own(file: Path) -> None:
    text = "reference: {servers: [a, b]}\nhosts: {web1: , web2: {ntp: c}}"
    assert {name: host.ntp for name, host in read(file, text).hosts.items()} == {"web1": ("a", "b"), "web2": ("c",)}


def test_backups_auto_of_a_layer_joins_the_backups_of_the_others(file: Path) -> None:
    host = web1(file, "defaults: {backups: auto}\nhosts: {web1: {backups: [{name: a, evidence: {unit: b}}]}}")
    assert (host.backups_auto, len(host.backups)) == (True, 1)


def test_groups_are_named_by_themselves_and_by_their_hosts(file: Path) -> None:
    fleet = read(
        file,
        "groups: {tokyo: [web1], osaka: , db: {hosts: web2}}\n"
        "hosts: {web1: {groups: [db, mail]}, web2: {groups: tokyo}}\n",
    )
    assert fleet.groups == {"tokyo": ("web1", "web2"), "osaka": (), "db": ("web2", "web1"), "mail": ("web1",)}
    assert fleet.hosts["web1"].groups == ("tokyo", "db", "mail")


TWO_GROUPS = (
    "groups: {{a: {{hosts: [web1, web2], {one}}}, b: {{hosts: [web1, web2], {two}}}}}\nhosts: {{web1: {own}, web2: }}"
)


def test_two_groups_that_differ_are_an_error_with_both_places_and_the_hosts(file: Path) -> None:
    text = TWO_GROUPS.format(one="port: 22", two="port: 23", own="")
    with pytest.raises(InventoryError) as caught:
        read(file, text)
    assert str(caught.value) == (
        f"{file}:1:{text.index('23') + 1}: groups.b.port: differs from groups.a.port "
        f"at line 1, column {text.index('22') + 1}, and web1, web2 are in both groups; "
        "let them agree, or say it for the host itself"
    )


def test_two_groups_that_differ_are_fine_where_the_host_says_it_itself(file: Path) -> None:
    text = "groups: {a: {hosts: [web1], port: 22}, b: {hosts: [web1], port: 23}}\nhosts: {web1: {port: 24}}"
    assert web1(file, text).port == 24
    with pytest.raises(InventoryError, match="and web2 is in both groups"):
        read(file, TWO_GROUPS.format(one="port: 22", two="port: 23", own="{port: 24}"))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("port: 22", "port: 22"),
        ("interval: 1m", "interval: 60s"),
        ("port: 22", "user: root"),
        ("services: [a]", "services: [b]"),
        ("checks: [{name: a, command: b}]", "checks: [{name: a, command: b, timeout: 30}]"),
    ],
)
def test_two_groups_that_mean_the_same_or_different_things_agree(file: Path, one: str, two: str) -> None:
    read(file, TWO_GROUPS.format(one=one, two=two, own=""))


def test_many_hosts_between_two_groups_are_counted(file: Path) -> None:
    names = ", ".join(f"web{n}" for n in range(9))
    text = f"groups: {{a: {{hosts: [{names}], port: 22}}, b: {{hosts: [{names}], port: 23}}}}\nhosts: [{names}]"
    with pytest.raises(InventoryError, match="web0, web1, web2 and 6 more are in both groups"):
        read(file, text)
