"""What hosts.yaml may say, and what it means."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from reading import read

from remedy.inventory import Backup, Check, Evidence, Fleet, Host, Jobs, Mail, ReferenceSource, Site, Window, load

EXAMPLE = Path(__file__).parents[3] / "hosts.yaml"
POOL = ("0.pool.ntp.org", "1.pool.ntp.org", "2.pool.ntp.org", "3.pool.ntp.org")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "hosts.yaml"


def host(file: Path, keys: str) -> Host:
    return read(file, f"hosts: {{web1: {{{keys}}}}}").hosts["web1"]


def test_the_shortest_file_is_two_lines_and_everything_else_has_a_default(file: Path) -> None:
    fleet = read(file, "hosts:\n  web1: 203.0.113.10\n")
    assert fleet == Fleet(
        path=file,
        hosts={"web1": Host(name="web1", address="203.0.113.10", ntp=POOL)},
        reference=ReferenceSource(servers=POOL, local_clock="auto"),
    )


@pytest.mark.parametrize(
    ("hosts", "addresses"),
    [
        ("{web1: 203.0.113.10, web2: web2.example.jp}", ["203.0.113.10", "web2.example.jp"]),
        ("{web1: , web2: {}, web3: {user: root}, web4: ~}", ["web1", "web2", "web3", "web4"]),
        ("[web1, www.example.jp, 203.0.113.1]", ["web1", "www.example.jp", "203.0.113.1"]),
        ("{web1: '[2001:db8::10]', web2: 2001:db8::11}", ["2001:db8::10", "2001:db8::11"]),
        ("{web1: fe80::1%eth0}", ["fe80::1%eth0"]),
        ("{2001:db8::1: , '203.0.113.2': }", ["2001:db8::1", "203.0.113.2"]),
        ("{東京: 203.0.113.10}", ["203.0.113.10"]),
        ("[web1, web1]", ["web1"]),
    ],
)
def test_hosts_are_names_with_an_address_with_keys_or_alone(file: Path, hosts: str, addresses: list[str]) -> None:
    fleet = read(file, f"hosts: {hosts}")
    assert [host.address for host in fleet.hosts.values()] == addresses


def test_hosts_keep_the_order_of_the_file(file: Path) -> None:
    assert list(read(file, "hosts: {c: , a: , b: }").hosts) == ["c", "a", "b"]


@pytest.mark.parametrize("name", ["on", "off", "yes", "no", "true", "null", "0755", "1_000", "1e3"])
def test_names_that_old_yaml_takes_for_something_else_stay_names(file: Path, name: str) -> None:
    assert list(read(file, f"hosts:\n  {name}: 203.0.113.10\n").hosts) == [name]


def test_values_that_old_yaml_takes_for_something_else_are_read_as_written(file: Path) -> None:
    web1 = host(file, "services: [on, no], checks: [{name: 12:30, command: 2017-08-30, text: 1_000}]")
    assert web1.services == ("on", "no")
    assert web1.checks == (Check(name="12:30", command="2017-08-30", text="1_000"),)


def test_a_number_with_a_leading_zero_is_not_octal(file: Path) -> None:
    assert host(file, "port: 0755").port == 755


def test_anchors_and_aliases_are_followed(file: Path) -> None:
    fleet = read(file, "hosts:\n  web1: &common {user: root, port: 2222}\n  web2: *common\n")
    assert fleet.hosts["web2"].user == "root"
    assert fleet.hosts["web2"].port == 2222


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbfhosts:\r\n  web1: 203.0.113.10\r\n")
    assert load(file).hosts["web1"].address == "203.0.113.10"


def test_a_key_without_a_value_is_as_good_as_no_key(file: Path) -> None:
    fleet = read(
        file,
        "reference: {servers: }\ndefaults:\ngroups:\nmaintenance:\nmail:\n"
        "hosts: {web1: {user: , port: , sites: , backups: , jobs: , checks: [{name: a, command: b, text: }]}}",
    )
    assert fleet.hosts["web1"] == Host(name="web1", address="web1", ntp=POOL, checks=(Check(name="a", command="b"),))


def test_every_key_of_a_host_is_read(file: Path) -> None:
    read_host = host(
        file,
        "address: 203.0.113.10, port: 22, user: admin, identity_file: [/keys/a, /keys/b], jump: bastion.example.jp,"
        " hypervisor: kvm7,"
        " sudo: true, step_threshold: 1.5, ntp: [a.example.jp, '[2001:db8::1]:1123'], services: [nginx],"
        " sites: [{url: 'https://www.example.jp/', status: 301, text: a, regex: b, from: host, resolve: '::1'}],"
        " backups: [{name: a, evidence: {file: /a/*, min_size: 1M}, max_age: 1d, run: b, timeout: 1h}],"
        " jobs: {ignore: ['*'], once: [a], all: b}, cron: own, interval: 5m, groups: [db],"
        " on_return: post-mainte --dry-run,"
        " checks: [{name: a, command: b, status: 1, text: c, regex: d, timeout: 10, repair: e}]",
    )
    assert read_host == Host(
        name="web1",
        address="203.0.113.10",
        port=22,
        user="admin",
        identity_file=("/keys/a", "/keys/b"),
        jump="bastion.example.jp",
        hypervisor="kvm7",
        sudo=True,
        step_threshold=1.5,
        ntp=("a.example.jp", "[2001:db8::1]:1123"),
        services=("nginx",),
        sites=(Site("https://www.example.jp/", status=301, text="a", regex="b", from_="host", resolve="::1"),),
        backups=(Backup("a", Evidence(file="/a/*", min_size=1 << 20), max_age=86400, run="b", timeout=3600),),
        jobs=Jobs(ignore=("*",), once=("a",), all=("b",)),
        cron="own",
        checks=(Check("a", "b", status=1, text="c", regex="d", timeout=10, repair="e"),),
        on_return="post-mainte --dry-run",
        interval=300,
        groups=("db",),
    )


def test_every_other_section_is_read(file: Path) -> None:
    fleet = read(
        file,
        "reference: {servers: [a.example.jp:1123], local_clock: never}\n"
        "hosts: [web1]\n"
        "maintenance: [{hosts: [web1], from: 2017-08-30T02:00+09:00, to: 2017-08-30 05:00:00Z, notice: 'http://a/'}]\n"
        "mail: {to: [a@example.jp], from: b@example.jp, server: 'smtp.example.jp:587', user: c}\n",
    )
    assert fleet.reference == ReferenceSource(servers=("a.example.jp:1123",), local_clock="never")
    start, end = datetime(2017, 8, 29, 17, 0, tzinfo=UTC), datetime(2017, 8, 30, 5, 0, tzinfo=UTC)
    assert fleet.maintenance == (Window(from_=start, to=end, hosts=("web1",), notice="http://a/"),)
    assert fleet.mail == Mail(to=("a@example.jp",), from_="b@example.jp", server="smtp.example.jp:587", user="c")


@pytest.mark.parametrize(
    ("proof", "evidence"),
    [
        ("file: /a", Evidence(file="/a")),
        ("unit: a.service", Evidence(unit="a.service")),
        ("command: a | b", Evidence(command="a | b")),
        ("restic: /srv/r", Evidence(restic="/srv/r")),
        ("borg: nas:/r", Evidence(borg="nas:/r")),
    ],
)
def test_a_backup_is_proved_by_one_of_five(file: Path, proof: str, evidence: Evidence) -> None:
    assert host(file, f"backups: [{{name: a, evidence: {{{proof}}}}}]").backups == (Backup("a", evidence),)


def test_one_item_may_stand_without_its_list(file: Path) -> None:
    web1 = host(file, "services: nginx, ntp: a.example.jp, checks: {name: a, command: b}, groups: db")
    assert (web1.services, web1.ntp, web1.groups) == (("nginx",), ("a.example.jp",), ("db",))
    assert web1.checks == (Check(name="a", command="b"),)


@pytest.mark.parametrize("backups", ["auto", "[auto]", "[auto, {name: a, evidence: {unit: b}}]"])
def test_backups_auto_is_a_word_alone_or_among_the_backups(file: Path, backups: str) -> None:
    web1 = host(file, f"backups: {backups}")
    assert web1.backups_auto
    assert [backup.name for backup in web1.backups] == (["a"] if "name" in backups else [])


def test_key_files_begin_at_home_or_beside_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ops")
    keys = host(file, "identity_file: [~/.ssh/a, keys/b, /etc/c, ~nobody-at-all/d]").identity_file
    assert keys == ("/home/ops/.ssh/a", f"{file.parent}/keys/b", "/etc/c", f"{file.parent}/~nobody-at-all/d")


def test_a_jump_host_of_the_fleet_is_reached_at_its_address(file: Path) -> None:
    fleet = read(
        file,
        "defaults: {jump: bastion}\n"
        "hosts:\n"
        "  bastion: {address: 2001:db8::1, port: 2222, user: jim, jump: none}\n"
        "  web1:\n"
        "  web2: {jump: 'joe@bastion:22,other.example.jp'}\n",
    )
    jumps = {name: host.jump for name, host in fleet.hosts.items()}
    assert jumps == {
        "bastion": None,
        "web1": "jim@[2001:db8::1]:2222",
        "web2": "joe@[2001:db8::1]:22,other.example.jp",
    }
    assert fleet.select(["foreign.example.jp"])[0].jump == "jim@[2001:db8::1]:2222"


def test_the_example_beside_the_fabfile_is_right_and_shows_every_key() -> None:
    fleet = load(EXAMPLE)
    assert fleet.select(["tokyo"]) == (fleet.hosts["web1"], fleet.hosts["db1"])
    assert fleet.hosts["web1"].services == ("sshd", "nginx", "mysql")
