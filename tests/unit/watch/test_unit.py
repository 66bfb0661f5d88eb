"""The systemd unit runs this very program, on this hosts.yaml, and replaces no other one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fabric.config import Config
from fabric.main import make_program

from remedy.errors import UsageError
from remedy.request import Request
from remedy.watch import unit as units
from remedy.watch.unit import NAME, install, unit


@pytest.fixture
def request_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Request:
    folder = tmp_path / "post mainte 100%"
    folder.mkdir()
    (folder / "hosts.yaml").write_text("hosts: [web1, db1]")
    monkeypatch.setattr("sys.argv", [str(folder / "bin/fab"), "watch"])
    monkeypatch.setattr(units, "SYSTEM", tmp_path / "system")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return Request("watch", Config(), folder, (), "", None, 300.0, as_json=False, accept_new=False)


def written(tmp_path: Path) -> Path:
    (path,) = tmp_path.rglob(NAME)
    return path


def test_it_runs_what_was_typed(request_: Request, tmp_path: Path) -> None:
    text = unit(request_, Path("/etc/post-mainte.env"), is_system=True)
    folder = str(request_.folder).replace("%", "%%")
    assert f'ExecStart="{folder}/bin/fab" -r "{folder}" watch --inventory "{folder}/hosts.yaml"\n' in text
    assert f"WorkingDirectory={folder}\n" in text
    assert "EnvironmentFile=-/etc/post-mainte.env\n" in text
    assert "WantedBy=multi-user.target\n" in text


def test_it_takes_over_every_option_that_was_typed(request_: Request, tmp_path: Path) -> None:
    typed = replace(request_, selection=("web1",), parallel=8, host_seconds=900.5, quiet=True, accept_new=True)
    text = unit(typed, tmp_path, is_system=True)
    assert " -H web1 watch " in text
    assert " --parallel 8 --timeout 900.5 --quiet --accept-new\n" in text


def test_it_logs_in_as_was_typed(request_: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").touch()
    typed = typed_to_fabric("-t", "4", "-i", "keys/one", "-i", "/keys/two", "--ssh-config", "config")
    text = unit(replace(request_, config=typed), tmp_path, is_system=True)
    keys = f"--identity {tmp_path}/keys/one --identity /keys/two"
    assert f" {keys} --connect-timeout 4 --ssh-config {tmp_path}/config watch " in text


def test_what_nobody_could_be_asked_is_told(
    request_: Request, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda *_: "correct horse")
    typed = typed_to_fabric("--prompt-for-passphrase", "--prompt-for-sudo-password")
    install(replace(request_, config=typed))
    assert "--prompt-for-passphrase, --prompt-for-sudo-password is not in it" in capsys.readouterr().err
    assert "correct horse" not in written(request_.folder.parent).read_text()


def typed_to_fabric(*words: str) -> Any:
    """Fabric's configuration after these words before a command."""
    program = make_program()
    program.create_config()
    program.parse_core(["fab", *words])
    program.update_config()
    return program.config


def test_it_knows_the_windows_that_are_added_from_this_shell(
    request_: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    assert "XDG_STATE_HOME" not in unit(request_, tmp_path, is_system=False)
    monkeypatch.setenv("XDG_STATE_HOME", "/srv/my state")
    assert 'Environment="XDG_STATE_HOME=/srv/my state"\n' in unit(request_, tmp_path, is_system=False)


def test_it_is_written_once_and_the_commands_to_enable_it_are_said(
    request_: Request, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert install(request_) == 0
    said = capsys.readouterr().out
    assert str(written(tmp_path)) in said
    assert f"enable --now {NAME}" in said
    assert install(request_) == 0


def test_another_one_is_left_alone(request_: Request, tmp_path: Path) -> None:
    install(request_)
    written(tmp_path).write_text("[Service]\nExecStart=/bin/true\n")
    with pytest.raises(UsageError, match="is there already, and says something else"):
        install(request_)
    assert written(tmp_path).read_text() == "[Service]\nExecStart=/bin/true\n"


def test_it_serves_the_status_page_where_it_was_told_to(
    request_: Request, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(request_, "127.0.0.1:8137")
    assert " --listen 127.0.0.1:8137\n" in written(tmp_path).read_text()
    assert "TOKEN" not in capsys.readouterr().out


def test_where_others_get_to_the_status_page_it_says_where_the_token_goes(
    request_: Request, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(request_, "0.0.0.0:8137")
    assert "POST_MAINTE_WATCH_TOKEN=...: without it" in capsys.readouterr().out
    assert "TOKEN" not in written(tmp_path).read_text()


def test_where_it_can_not_be_served_no_unit_is_written(request_: Request, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--listen"):
        install(request_, "127.0.0.1:0")
    assert not list(tmp_path.rglob(NAME))


def test_a_wrong_hosts_yaml_is_told_before_anything_is_written(request_: Request, tmp_path: Path) -> None:
    (request_.folder / "hosts.yaml").write_text("hosts: 3")
    with pytest.raises(UsageError, match="hosts"):
        install(request_)
    assert not list(tmp_path.rglob(NAME))


def test_a_host_that_looks_mistyped_is_told(
    request_: Request, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unit(replace(request_, selection=("wbe1",)), tmp_path / "secrets", is_system=True)
    assert capsys.readouterr().err == "warning: wbe1 is not in hosts.yaml; did you mean web1?\n"
