"""Which host keys are trusted, and what is said of the others."""

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from remedy.errors import HostKeyChangedError, HostKeyUnknownError, UnreachableError
from remedy.inventory import Host

from .harness import Sshd, User, host, keygen, soon


def connect(user: User, target: Host, *, accept_new: bool = False) -> None:
    with user.connector(accept_new=accept_new) as connector:
        connector.open(target, soon()).close()


def fingerprint(server: Sshd, kind: str = "ed25519") -> str:
    told = subprocess.run(["ssh-keygen", "-lf", server.folder / f"host_{kind}.pub"], capture_output=True, check=True)
    return told.stdout.decode().split()[1]


def test_a_known_host_is_trusted(server: Sshd, user: User) -> None:
    connect(user, host(server))


def test_an_unknown_host_is_refused_with_the_command_that_adds_it(server: Sshd, user: User) -> None:
    user.knows()
    with pytest.raises(HostKeyUnknownError) as caught:
        connect(user, host(server))

    text = str(caught.value)
    assert fingerprint(server) in text
    assert "--accept-new" in text
    subprocess.run(["sh", "-c", text.split("`")[-2]], check=True)
    connect(user, host(server))


def test_the_command_that_adds_a_key_makes_the_folder_too(server: Sshd, user: User) -> None:
    user.overrides["connect_kwargs"] = {
        "key_filename": str((user.home / ".ssh").rename(user.home / "keys") / "id_ed25519")
    }
    with pytest.raises(HostKeyUnknownError) as caught:
        connect(user, host(server))

    subprocess.run(["sh", "-c", str(caught.value).split("`")[-2]], check=True)
    connect(user, host(server))


def test_a_changed_key_is_refused_with_the_command_that_mends_it(server: Sshd, user: User, tmp_path: Path) -> None:
    name = f"[127.0.0.1]:{server.port}"
    user.knows("# mine\n", f"{name} {keygen(tmp_path / 'old')}\n")
    with pytest.raises(HostKeyChangedError) as caught:
        connect(user, host(server), accept_new=True)

    text = str(caught.value)
    assert f"{user.known_hosts}:2" in text
    assert fingerprint(server) in text
    subprocess.run(["sh", "-c", text.split("`")[-2]], check=True, capture_output=True)
    with pytest.raises(HostKeyUnknownError):
        connect(user, host(server))


def test_a_changed_key_of_a_wildcard_names_the_line(server: Sshd, user: User, tmp_path: Path) -> None:
    user.knows(f"[127.0.0.*]:* {keygen(tmp_path / 'old')}\n")
    with pytest.raises(HostKeyChangedError, match=f"edit line 1 of {user.known_hosts}"):
        connect(user, host(server))


def test_a_revoked_key_is_refused_even_if_it_is_listed(server: Sshd, user: User) -> None:
    user.knows(server.known(), f"@revoked * {server.public['ed25519']}\n")
    with pytest.raises(HostKeyChangedError, match=f"{user.known_hosts}:2 revokes"):
        connect(user, host(server), accept_new=True)


def test_an_authority_alone_proves_nothing_and_is_said_to(server: Sshd, user: User) -> None:
    user.knows(f"@cert-authority * {server.public['ed25519']}\n")
    with pytest.raises(HostKeyUnknownError, match="@cert-authority for it, which Paramiko can't check"):
        connect(user, host(server))


def test_ssh_config_cannot_switch_the_check_off(server: Sshd, user: User) -> None:
    user.knows()
    user.configures("StrictHostKeyChecking no\n")
    with pytest.raises(HostKeyUnknownError):
        connect(user, host(server))


def test_hashed_names_and_wildcards_are_known(server: Sshd, user: User) -> None:
    user.knows(server.known())
    subprocess.run(["ssh-keygen", "-H", "-f", user.known_hosts], check=True, capture_output=True)
    connect(user, host(server))
    user.knows(server.known("[127.0.0.?]:*"))
    connect(user, host(server))


def test_a_key_under_the_plain_name_is_good_for_another_port(server: Sshd, user: User) -> None:
    user.knows(server.known("127.0.0.1"))
    connect(user, host(server))


def test_another_key_under_the_plain_name_is_another_server(server: Sshd, user: User, tmp_path: Path) -> None:
    user.knows(f"127.0.0.1 {keygen(tmp_path / 'other')}\n")
    with pytest.raises(HostKeyUnknownError):
        connect(user, host(server))


def test_a_host_key_alias_is_the_name(server: Sshd, user: User) -> None:
    user.configures("Host 127.0.0.1\n  HostKeyAlias Web1.example\n")
    user.knows(server.known("web1.example"))
    connect(user, host(server))


def test_the_files_of_ssh_config_are_read(server: Sshd, user: User) -> None:
    (user.home / "first").write_text("")
    (user.home / "of 127.0.0.1").write_text(server.known())
    user.knows()
    user.configures('UserKnownHostsFile ~/first "%d/of %h"\n')
    connect(user, host(server))
    user.configures(f"UserKnownHostsFile none\nGlobalKnownHostsFile ~/first '{user.home}/of 127.0.0.1'\n")
    connect(user, host(server))


@pytest.mark.parametrize("kind", ["rsa", "ecdsa", "ed25519"])
def test_a_host_is_asked_for_the_key_that_is_known(start: Callable[..., Sshd], user: User, kind: str) -> None:
    server = start(kinds=("ed25519", "ecdsa", "rsa"))
    user.knows(server.known(kind=kind))
    connect(user, host(server))


def test_of_several_known_keys_any_that_the_host_still_has_is_good(
    start: Callable[..., Sshd], user: User, tmp_path: Path
) -> None:
    server = start(kinds=("rsa",))
    name = f"[127.0.0.1]:{server.port}"
    old = (keygen(tmp_path / "a", "ed25519"), keygen(tmp_path / "b", "ecdsa"))
    user.knows(*(f"{name} {key}\n" for key in old), server.known(kind="rsa"))
    connect(user, host(server))


def test_accept_new_adds_the_key_and_later_runs_know_it(server: Sshd, user: User) -> None:
    user.known_hosts.unlink()
    connect(user, host(server), accept_new=True)

    assert user.known_hosts.read_text() == server.known()
    connect(user, host(server))


def test_accept_new_adds_a_key_once_for_many_threads(server: Sshd, user: User) -> None:
    user.known_hosts.unlink()
    with user.connector(accept_new=True) as connector, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda target: connector.open(target, soon()).close(), [host(server)] * 8))

    assert user.known_hosts.read_text() == server.known()


def test_accept_new_accepts_no_second_key_in_the_same_run(server: Sshd, user: User) -> None:
    user.knows()
    with user.connector(accept_new=True) as connector:
        connector.open(host(server), soon()).close()
        server.stop()
        (server.folder / "host_ed25519").unlink()
        server.start()
        with pytest.raises(HostKeyChangedError):
            connector.open(host(server), soon())


@pytest.mark.parametrize("way", ["jump", "ssh_config"])
def test_the_key_of_a_jump_host_is_checked_too(
    start: Callable[..., Sshd], user: User, tmp_path: Path, way: str
) -> None:
    target, bastion = start(), start()
    jump = f"127.0.0.1:{bastion.port}"
    if way == "ssh_config":
        user.configures(f"Host web1\n  HostName 127.0.0.1\n  ProxyJump {jump}\n")
    goal = host(target, address="web1") if way == "ssh_config" else host(target, jump=jump)
    name = f"\\[127.0.0.1\\]:{bastion.port}"

    user.knows(target.known())
    with pytest.raises(HostKeyUnknownError, match=name):
        connect(user, goal)
    user.knows(target.known(), bastion.known().split()[0] + f" {keygen(tmp_path / 'old')}\n")
    with pytest.raises(HostKeyChangedError, match=name):
        connect(user, goal)
    user.knows(bastion.known())
    with pytest.raises(HostKeyUnknownError, match=f"\\[127.0.0.1\\]:{target.port}"):
        connect(user, goal)
    user.knows(target.known(), bastion.known())
    connect(user, goal)


def test_errors_are_of_one_line(server: Sshd, user: User) -> None:
    user.knows()
    with pytest.raises(UnreachableError) as caught:
        connect(user, host(server))

    assert "\n" not in str(caught.value)
