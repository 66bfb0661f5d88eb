"""known_hosts files, with ssh-keygen as the oracle."""

import base64
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.ssh.hostkeys import HostKey, KnownHosts

needs_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen on this machine")


def blob(seed: int, key_type: str = "ssh-ed25519") -> bytes:
    body = seed.to_bytes(32, "big")
    return len(key_type).to_bytes(4, "big") + key_type.encode() + len(body).to_bytes(4, "big") + body


def line(names: str, seed: int = 1, marker: str = "", comment: str = "") -> str:
    encoded = base64.b64encode(blob(seed)).decode()
    return " ".join(filter(None, (marker, names, "ssh-ed25519", encoded, comment)))


def known(path: Path, *lines: str) -> KnownHosts:
    path.write_text("".join(f"{text}\n" for text in lines))
    return KnownHosts(path)


def seeds(keys: list[HostKey]) -> list[int]:
    return sorted(int.from_bytes(key.blob[-32:], "big") for key in keys)


LINES = (
    line("web1", 1),
    line("[web1]:2222", 2),
    line("web2,203.0.113.2,[2001:db8::2]:22", 3, comment="web2@console"),
    line("*.example.jp,!db.example.jp", 4),
    line("10.0.?.1", 5),
    line("[10.0.*]:2*", 6),
    line("WEB3", 7),
    "# " + line("web4", 8),
    "web5 ssh-ed25519",
    "web7 1024 35 1234567890",
    line("web8", 9, marker="@cert-authority"),
    line("web8", 10),
    line("web9", 11, marker="@revoked"),
    line("web10", 12, marker="@nonsense"),
    "  " + line("web11", 13),
    "",
    line("!web12", 14),
    line("*", 15, marker="@revoked"),
    "web13\tssh-ed25519\t" + base64.b64encode(blob(16)).decode() + "\r",
)
NAMES = (
    *(f"web{number}" for number in range(1, 15)),
    *("[web1]:2222", "[web1]:22", "[web2]:2222", "203.0.113.2", "[2001:db8::2]:22", "2001:db8::2"),
    *("a.example.jp", "db.example.jp", "example.jp", "A.EXAMPLE.jp", "10.0.3.1", "10.0.33.1", "[10.0.3.1]:22222"),
    *("Web1", "web", "unknown.example", "[10.0.3.1]:3", "b.a.example.jp", "web1,web2"),
)


def found_by_keygen(path: Path, name: str) -> set[int]:
    answer = subprocess.run(["ssh-keygen", "-F", name, "-f", path], capture_output=True, text=True, check=False)
    heads = [text for text in answer.stdout.splitlines() if text.startswith("# Host")]
    return {int(head.split("found: line ")[1].split()[0]) for head in heads}


@needs_keygen
@pytest.mark.parametrize("name", NAMES)
def test_finds_the_lines_that_ssh_keygen_finds(tmp_path: Path, name: str) -> None:
    hosts = known(tmp_path / "known_hosts", *LINES)
    lowered = name.lower()  # ssh lowers the name before it looks, ssh-keygen does not

    assert {key.line for key in hosts.keys(name)} == found_by_keygen(hosts.path, lowered)


@needs_keygen
@pytest.mark.parametrize("name", ["web1", "[web1]:2222", "web2", "203.0.113.2", "web3", "web11", "unknown"])
def test_finds_hashed_names_as_ssh_keygen_does(tmp_path: Path, name: str) -> None:
    path = tmp_path / "known_hosts"
    known(
        path, line("web1", 1), line("[web1]:2222", 2), line("web2,203.0.113.2", 3), line("WEB3", 7), line("web11", 13)
    )
    subprocess.run(["ssh-keygen", "-H", "-f", path], capture_output=True, check=True)
    hosts = KnownHosts(path)

    assert "|1|" in path.read_text()
    assert {key.line for key in hosts.keys(name)} == found_by_keygen(path, name)


def test_tells_where_a_key_stands(tmp_path: Path) -> None:
    hosts = known(tmp_path / "known_hosts", "# a comment", line("web1"))

    assert [key.place for key in hosts.keys("web1")] == [f"{tmp_path}/known_hosts:2"]


@pytest.mark.parametrize(
    "bad", ["web1", "web1 ssh-ed25519", "web1 ssh-ed25519 !!!", "web1 ssh-rsa AAAA", "|1|x|y ssh-rsa AAAA"]
)
def test_passes_over_a_line_without_a_key(tmp_path: Path, bad: str) -> None:
    assert seeds(known(tmp_path / "known_hosts", bad, line("web1", 2)).keys("web1")) == [2]


WORDS = ("web1", "@revoked", "|1|", "|1|é|é", "!*", "ssh-ed25519", "AAAA", "é", " ", "\n", "\r", "\0", "#")


@given(st.lists(st.sampled_from(WORDS)).map("".join).map(str.encode) | st.binary())
def test_no_file_whatever_is_in_it_is_a_trouble(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "known_hosts"
        path.write_bytes(content + b"\n" + line("web1", 2).encode())

        assert seeds(KnownHosts(path).keys("web1"))[-1:] == [2]


def test_knows_nothing_where_there_is_no_file(tmp_path: Path) -> None:
    assert KnownHosts(tmp_path / "none").keys("web1") == []


def test_a_key_that_is_accepted_is_known_at_once_and_to_the_next_reader(tmp_path: Path) -> None:
    path = tmp_path / "ssh" / "known_hosts"
    hosts = KnownHosts(path)
    hosts.accept("[web1]:2222", "ssh-ed25519", blob(7))

    assert seeds(hosts.keys("[web1]:2222")) == [7]
    assert seeds(KnownHosts(path).keys("[web1]:2222")) == [7]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_last_line_without_an_end_is_ended_before_a_key_is_appended(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(line("web1", 1))
    hosts = KnownHosts(path)
    hosts.accept("web2", "ssh-ed25519", blob(2))

    again = KnownHosts(path)
    assert (seeds(again.keys("web1")), seeds(again.keys("web2"))) == ([1], [2])
    assert [key.line for key in hosts.keys("web2")] == [key.line for key in again.keys("web2")] == [2]


def test_each_of_thousands_of_hosts_has_its_own_key(tmp_path: Path) -> None:
    hosts = known(tmp_path / "known_hosts", *(line(f"host{number},10.1.{number}.1", number) for number in range(5000)))
    found = [seeds(hosts.keys(f"host{number}")) for number in range(5000)]

    assert found == [[number] for number in range(5000)]
