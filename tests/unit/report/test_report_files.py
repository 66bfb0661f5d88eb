"""Files of reports are written whole or not at all."""

import os
from pathlib import Path

import pytest

from remedy.errors import PostMainteError, UsageError
from remedy.report.files import check_writable, write_whole


def test_a_file_is_written_with_the_permissions_that_new_files_have(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_whole(tmp_path / "new", b"whole")
    assert (tmp_path / "new").read_bytes() == b"whole"
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_that_is_there_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_bytes(b"old")
    old.chmod(0o640)
    write_whole(old, b"new")
    assert (old.read_bytes(), old.stat().st_mode & 0o777) == (b"new", 0o640)


def test_what_a_link_leads_to_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_whole(tmp_path / "link", b"whole")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"whole"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_whole(tmp_path / "pipe", b"whole")
    assert os.read(reader, 100) == b"whole"
    os.close(reader)


def test_a_pipe_that_has_no_name_is_written_to() -> None:
    reader, writer = os.pipe()
    check_writable("--html", f"/dev/fd/{writer}")
    write_whole(Path(f"/dev/fd/{writer}"), b"whole")
    assert os.read(reader, 100) == b"whole"
    os.close(reader)
    os.close(writer)


def test_a_pipe_that_nobody_reads_yet_is_not_opened_to_find_out(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    check_writable("--html", str(tmp_path / "pipe"))


def test_an_old_file_stays_as_it_was_if_the_new_one_can_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old").write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("shutil.copymode", full)  # after all of it was written
    with pytest.raises(PostMainteError, match=r"^can't write .*/old: No space left on device$"):
        write_whole(tmp_path / "old", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("old", b"old")]


def test_a_place_that_can_be_written_to_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"old")
    check_writable("--html", str(tmp_path / "old"))
    check_writable("--html", str(tmp_path / "new"))
    check_writable("--html", "")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("old", b"old")]


@pytest.mark.parametrize("name", ["no/run.html", ".", "/proc/run.html"])
def test_a_place_that_can_not_be_written_to_is_bad_usage(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=f"^--html: can't write {name}: "):
        check_writable("--html", name)
