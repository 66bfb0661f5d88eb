"""Which hosts -H means, and where hosts.yaml is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.errors import UsageError
from remedy.inventory import Fleet, Host, load, open_fleet

FLEET = """
defaults: {user: root, ntp: [ntp.example.jp], jump: bastion.example.jp}
groups: {tokyo: [web2, web1], empty: , db: {hosts: [db1], port: 2222}}
hosts:
  web1: {address: 203.0.113.10, services: [nginx]}
  web2: 203.0.113.11
  db1: 203.0.113.12
  2001:db8::7:
"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    file = tmp_path_factory.mktemp("inventory") / "hosts.yaml"
    file.write_text(FLEET)
    return load(file)


def names(hosts: tuple[Host, ...]) -> list[str]:
    return [host.name for host in hosts]


def test_no_names_are_the_whole_fleet(fleet: Fleet) -> None:
    assert names(fleet.select([])) == ["web1", "web2", "db1", "2001:db8::7"]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        (["db1", "web1"], ["db1", "web1"]),
        (["tokyo"], ["web2", "web1"]),
        (["web1", "tokyo", "db", "web1"], ["web1", "web2", "db1"]),
        ([" web1 "], ["web1"]),
        (["2001:db8::7"], ["2001:db8::7"]),
        (["web1", "203.0.113.99", "db"], ["web1", "203.0.113.99", "db1"]),
    ],
)
def test_names_are_hosts_and_groups_in_the_order_asked_each_once(
    fleet: Fleet, asked: list[str], meant: list[str]
) -> None:
    assert names(fleet.select(asked)) == meant


@pytest.mark.parametrize(
    ("asked", "user", "address", "port"),
    [
        ("new.example.jp", "root", "new.example.jp", None),
        ("203.0.113.99:2222", "root", "203.0.113.99", 2222),
        ("joe@new.example.jp:22", "joe", "new.example.jp", 22),
        ("joe@example.jp@new.example.jp", "joe@example.jp", "new.example.jp", None),
        ("[2001:db8::1]:22", "root", "2001:db8::1", 22),
        ("joe@[2001:db8::1]", "joe", "2001:db8::1", None),
        ("2001:db8::1", "root", "2001:db8::1", None),
        ("joe@2001:db8::1", "joe", "2001:db8::1", None),
        ("fe80::1%eth0", "root", "fe80::1%eth0", None),
    ],
)
def test_a_foreign_address_has_the_defaults_and_the_name_it_was_given(
    fleet: Fleet, asked: str, user: str, address: str, port: int | None
) -> None:
    (host,) = fleet.select([asked])
    assert host == Host(
        name=asked, user=user, address=address, port=port, ntp=("ntp.example.jp",), jump="bastion.example.jp"
    )


def test_a_host_of_the_fleet_with_another_user_or_port_keeps_its_other_keys(fleet: Fleet) -> None:
    (host,) = fleet.select(["joe@web1:2222"])
    assert (host.name, host.address, host.services) == ("joe@web1:2222", "203.0.113.10", ("nginx",))
    assert (host.user, host.port) == ("joe", 2222)
    assert fleet.select(["joe@db1"])[0].port == 2222


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("wbe1", "not in hosts.yaml; did you mean web1?"),
        ("root@tokio:22", "not in hosts.yaml; did you mean tokyo?"),
        ("elsewhere.example.com", ""),
        ("203.0.113.10", ""),
        ("web1", ""),
    ],
)
def test_a_near_miss_is_still_an_address_but_bears_a_hint(fleet: Fleet, asked: str, hint: str) -> None:
    assert fleet.select([asked])[0].hint == hint


@pytest.mark.parametrize(
    "asked",
    ["", " ", "a b", "a;b", "$(reboot)", "`reboot`", "a|b", "-oProxyCommand=x", "joe@", "@web1", "-l@web1", "web1:",
     "web1:0", "web1:99999", "web1:ssh", "[::1", "[web1]:22", "a/b", "web*", "a\nb", "web1\0", "web1,web2", "a'b",
     "ssh://web1", "fe80::1%;reboot"],
)  # fmt: skip
def test_what_no_host_can_be_called_is_bad_usage_that_says_what_would_be_right(fleet: Fleet, asked: str) -> None:
    with pytest.raises(
        UsageError, match=r"is no host: expected a host or a group of hosts\.yaml, or an address as"
    ) as caught:
        fleet.select(["web2", asked])
    assert str(caught.value).isprintable()


def test_a_password_in_a_name_is_not_repeated(fleet: Fleet) -> None:
    with pytest.raises(UsageError) as caught:
        fleet.select(["joe:hunter2@web1"])
    assert "hunter2" not in str(caught.value)


def test_every_bad_name_is_told_at_once(fleet: Fleet) -> None:
    with pytest.raises(UsageError) as caught:
        fleet.select(["a b", "web1", "c d", "empty"])
    first, second, third = str(caught.value).splitlines()
    assert first.startswith("'a b' is no host: ")
    assert second.startswith("'c d' is no host: ")
    assert third == "the group empty has no hosts"


@given(st.lists(st.text(max_size=20) | st.sampled_from(["web1", "tokyo", "joe@web1", "[::1]:22", "a:b"]), max_size=4))
def test_any_names_are_hosts_or_bad_usage(fleet: Fleet, asked: list[str]) -> None:
    try:
        chosen = fleet.select(asked)
    except UsageError:
        return
    assert len({host.name for host in chosen}) == len(chosen) > 0
    assert all(host.address and not host.address.startswith("-") for host in chosen)


@pytest.fixture(autouse=True)
def no_inventory_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POST_MAINTE_INVENTORY", raising=False)


def written(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "hosts.yaml"
    file.write_text(f"hosts: [{name}]")
    return file


def test_the_inventory_is_the_argument_then_the_environments_then_the_fabfiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "beside")
    argument, environment = written(tmp_path / "a", "argument"), written(tmp_path / "e", "environment")
    assert list(open_fleet(None, tmp_path).hosts) == ["beside"]
    monkeypatch.setenv("POST_MAINTE_INVENTORY", str(environment))
    assert list(open_fleet(None, tmp_path).hosts) == ["environment"]
    assert list(open_fleet(str(argument), tmp_path).hosts) == ["argument"]


def test_without_an_inventory_foreign_addresses_have_built_in_defaults(tmp_path: Path) -> None:
    (host,) = open_fleet(None, tmp_path, ["joe@203.0.113.1:2222"]).select(["joe@203.0.113.1:2222"])
    pool = tuple(f"{n}.pool.ntp.org" for n in range(4))
    assert host == Host(name="joe@203.0.113.1:2222", address="203.0.113.1", user="joe", port=2222, ntp=pool)
    assert Fleet.empty().reference.servers == pool


def test_a_missing_inventory_is_bad_usage_that_says_where_it_was_looked_for_and_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match=rf"there is no {tmp_path}/hosts\.yaml; name hosts with -H, or write one"):
        open_fleet(None, tmp_path)
    with pytest.raises(UsageError, match="can't be read: File name too long"):
        open_fleet("a" * 5000, tmp_path)
    with pytest.raises(UsageError, match=r"there is no gone\.yaml \(--inventory\); write one"):
        open_fleet("gone.yaml", tmp_path, ["203.0.113.1"])
    monkeypatch.setenv("POST_MAINTE_INVENTORY", "gone.yaml")
    with pytest.raises(UsageError, match=r"there is no gone\.yaml \(\$POST_MAINTE_INVENTORY\); write one"):
        open_fleet(None, tmp_path, ["203.0.113.1"])


def test_a_bad_inventory_is_refused_though_only_foreign_addresses_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_text("hosts: {web1: {prot: 22}}")
    with pytest.raises(UsageError, match="did you mean port"):
        open_fleet(None, tmp_path, ["203.0.113.1"])
