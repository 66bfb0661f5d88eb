"""Include of ssh_config(5): the files that it names count as if they stood there, as OpenSSH has it."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fabric.config import Config
from paramiko import SSHConfig

from remedy.ssh.include import blocks

PORT = 22


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The .ssh of a user."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    return tmp_path / ".ssh"


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)


def port_of(host: str) -> int:
    rules: Any = SSHConfig()
    rules._config = list(blocks(Config()))
    return int(rules.lookup(host).get("port", PORT))


def test_what_a_file_includes_counts(folder: Path) -> None:
    write(folder, config="Include hosts other\nHost db1\n  Port 4\n", hosts="Host web1\n  Port 2\nHost db1\n  Port 3\n")
    assert [port_of(host) for host in ("web1", "db1", "app1")] == [2, 3, PORT]


def test_blocks_of_hosts_stay_such_and_are_found_by_name(folder: Path) -> None:
    write(folder, config="Include hosts\nHost db1\nPort 3\n", hosts="Host web1\nPort 2\nHost web2\nPort 4\n")
    named = [block["host"] for block in blocks(Config()) if block["config"].get("port")]
    assert named == [["web1"], ["web2"], ["db1"]]


def test_patterns_name_files_in_their_order_and_no_hidden_ones(folder: Path) -> None:
    files = {"a.conf": "Host a\nPort 2\n", "b.conf": "Host a b\nPort 3\n", ".c.conf": "Host c\nPort 4\n"}
    write(folder, config="Include ~/.ssh/*.conf\n", **files)
    assert [port_of(host) for host in "abc"] == [2, 3, PORT]


def test_what_stands_after_it_is_of_the_block_that_it_stands_in(folder: Path) -> None:
    write(folder, config="Host web1\n  Include part\n  Port 5\n", part="Host db1\n  Port 6\n")
    assert [port_of(host) for host in ("web1", "db1", "app1")] == [5, PORT, PORT]


def test_a_block_in_what_a_block_includes_counts_where_both_do(folder: Path) -> None:
    write(folder, config="Host web*\nInclude part\nMatch user nobody\nInclude part\n", part="Host *1\nPort 6\n")
    assert [port_of(host) for host in ("web1", "web2", "db1")] == [6, PORT, PORT]


@pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh here")
@pytest.mark.parametrize(
    "config",
    [
        "Port 7\nInclude part\n",
        "Include part\nPort 8\n",
        "Host *\nInclude part\nPort 8\n",
        "Host web1\nInclude part\nHost *\nPort 8\n",
        "Match all\nInclude part\nPort 8\n",
        "Include redhat\nHost *\nInclude part\n",
        "Host !web1 *\nInclude part\nPort 8\n",
        "Host db*\nInclude deeper\nHost web*\nInclude deeper\n",
    ],
)
def test_it_means_what_it_means_to_openssh(folder: Path, config: str) -> None:
    parts = {
        "redhat": "Match final all\nPort 13\n",
        "part": "Port 9\nHost db1\nPort 10\nMatch originalhost web2\nPort 11\n",
    }
    write(folder, config=config, deeper="Include part\nHost web1\nPort 12\n", **parts)
    for host in ("web1", "web2", "db1"):
        asked = ["ssh", "-F", str(folder / "config"), "-G", host]
        told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
        (port,) = (line.removeprefix("port ") for line in told.splitlines() if line.startswith("port "))
        assert (host, port_of(host)) == (host, int(port))


def test_a_file_that_includes_itself_has_an_end(folder: Path) -> None:
    write(folder, config="Include config\nPort 3\n")
    assert port_of("web1") == 3


def test_what_can_not_be_understood_is_left_out_and_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, config="Include bad good\n", bad="Host web1\nnonsense\n", good="Port 3\n")
    assert port_of("web1") == 3
    assert f"warning: {folder}/bad, which ssh_config includes, is left out: " in capsys.readouterr().err
