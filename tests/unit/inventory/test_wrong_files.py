"""Each file in wrong/ is refused with what stands in the .errors file beside it, no more and no less."""

from pathlib import Path

import pytest

from remedy.errors import UsageError
from remedy.inventory import InventoryError, load

WRONG = sorted((Path(__file__).parent / "wrong").glob("*.yaml"))


def refusal(file: Path, content: bytes) -> str:
    file.write_bytes(content)
    with pytest.raises(InventoryError) as caught:
        load(file)
    return str(caught.value).replace(f"{file}:", "")


@pytest.mark.parametrize("file", WRONG, ids=lambda file: file.stem)
def test_a_wrong_file_is_refused_with_every_error_and_its_place(file: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load(file)
    expected = file.with_suffix(".errors").read_text().splitlines()
    assert str(caught.value).splitlines() == [f"{file}:{line}" for line in expected]
    assert caught.value.exit_status == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", "1:1: the file is empty; the shortest that works: hosts: {web1: 203.0.113.10}", id="empty"),
        pytest.param(b"# nothing yet\n", "1:1: the file is empty;", id="only a comment"),
        pytest.param(b"hosts:\n\tweb1: 203.0.113.10\n", "2:1: there is a tab; YAML indents with spaces", id="tab"),
        pytest.param(b"hosts:\n  web1: \0\n", "2:9: there is a control character (U+0000)", id="NUL"),
        pytest.param(b"hosts:\n  \xe6\x9d\xb1: \xff\n", "2:6: this is not UTF-8 (byte 0xff); save", id="not UTF-8"),
        pytest.param("hosts: {}".encode("utf-16"), "1:1: this is not UTF-8 (byte 0xff); save", id="UTF-16"),
        pytest.param(b'hosts: {"\\UFFFFFFFF": a}', "1:12: a number or a \\U escape is out of range", id="escape"),
        pytest.param(b"%YAML " + b"9" * 5000 + b".1\n---\n", "1:7: a number or a \\U escape is", id="huge number"),
        pytest.param(b'hosts: {web1: {user: "a\\0b"}}', "1:22: hosts.web1.user: expected a user's", id="NUL escape"),
        pytest.param(b'hosts: {web1: {user: "\\ud800"}}', "1:22: hosts.web1.user: expected a", id="surrogate"),
        pytest.param(b"hosts:\n  web1: 2001:db8::1::2\n", "2:9: hosts.web1: expected a host name or", id="no IPv6"),
        pytest.param(b"[" * 100_000, "1:32: this is nested too deeply", id="deep brackets"),
        pytest.param(
            b"".join(b" " * depth + b"a:\n" for depth in range(1000)), "32:32: this is nested", id="deep indentation"
        ),
        pytest.param(b"hosts: {web1: 203.0.113.10}\n" + b"#" * (8 << 20), "1:1: more than 8 MiB", id="huge"),
    ],
)
def test_a_file_that_is_no_yaml_of_ours_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    said = refusal(tmp_path / "hosts.yaml", content)
    assert said.startswith(expected)
    assert "\n" not in said


def test_aliases_that_multiply_are_refused_before_they_fill_the_memory(tmp_path: Path) -> None:
    laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    assert "aliases (*) repeat too much" in refusal(tmp_path / "hosts.yaml", laughs.encode())


def test_a_missing_file_a_directory_and_a_file_behind_a_file_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InventoryError, match=r"hosts\.yaml:1:1: can't be read: No such file or directory"):
        load(tmp_path / "hosts.yaml")
    with pytest.raises(InventoryError, match="can't be read: Is a directory"):
        load(tmp_path)
    with pytest.raises(InventoryError, match="can't be read: Not a directory"):
        load(Path(__file__) / "hosts.yaml")
    with pytest.raises(InventoryError, match="can't be read: no path of a file"):
        load(Path("hosts\0.yaml"))


def test_no_message_shows_a_password() -> None:
    with pytest.raises(InventoryError) as caught:
        load(Path(__file__).parent / "wrong" / "passwords.yaml")
    assert "hunter2" not in str(caught.value)


def test_no_message_brings_control_characters_or_endless_text_to_the_terminal(tmp_path: Path) -> None:
    said = refusal(
        tmp_path / "hosts.yaml",
        b'hosts: {"web\\e[31m": {port: "\\e]0;x\\a\\u202e", "\\r\\n": 1, address: "' + b"x " * 5000 + b'"}}',
    )
    assert all(line.isprintable() for line in said.splitlines())
    assert len(said) < 1000
