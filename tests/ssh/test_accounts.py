"""Accounts, passwords and a real sudo: in a mount namespace, so that our own /etc stays as it is."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from remedy.errors import DeadlineError, ProbeError, UnreachableError
from remedy.shell.answers import Answers
from remedy.ssh import Conversation

from .harness import Scripter, Sshd, User, can_unshare, host, soon

PASSWORD = "s3cret\"$' \\%あ"
SHELLS = {name: path for name in ("bash", "dash", "tcsh", "fish") if (path := shutil.which(name))}
SUDOERS = """
Defaults env_reset, use_pty
Defaults:tty-bash requiretty
root ALL=(ALL:ALL) ALL
{free} ALL=(ALL:ALL) NOPASSWD: ALL
{asked},tty-bash ALL=(ALL:ALL) ALL
"""
NAMESPACE = """
cp {etc}/authorized_keys /run
mount -t tmpfs tmpfs /home
while IFS=: read -r name _ uid _ _ home _; do
    [ "$uid" -lt 2000 ] && continue
    [ "$uid" -gt 2999 ] && continue
    mkdir -p "$home/.config/fish"
    for rc in .bashrc .tcshrc .config/fish/config.fish; do echo "echo hello" >"$home/$rc"; done
    chown -R "$uid" "$home"
done <{etc}/passwd
for file in passwd shadow sudoers; do mount --bind {etc}/$file /etc/$file; done
{more}
"""


@pytest.fixture
def people(start: Callable[..., Sshd], user: User, tmp_path: Path) -> Callable[..., Sshd]:
    """Starts a host with the users KIND-SHELL: free and asked (by sudo), denied, tty, and `nobody-nologin`."""
    if not can_unshare():
        pytest.skip("no mount namespace may be made here: it takes root")
    if any(shutil.which(tool, path="/usr/bin:/usr/sbin:/bin") is None for tool in ("sudo", "openssl")):
        pytest.skip("no sudo and openssl on this machine")

    def populate(more: str = "", *settings: str) -> Sshd:
        etc = tmp_path / "etc"
        etc.mkdir()
        names = [f"{kind}-{shell}" for kind in ("free", "asked", "denied", "tty") for shell in SHELLS]
        shells = {name: SHELLS[name.split("-")[1]] for name in names} | {"nobody-nologin": "/usr/sbin/nologin"}
        made = ["openssl", "passwd", "-6", "-stdin"]
        secret = subprocess.run(made, input=PASSWORD.encode(), capture_output=True, check=True).stdout.decode().strip()
        users = [f"{name}:x:{2000 + n}:100::/home/{name}:{shell}\n" for n, (name, shell) in enumerate(shells.items())]
        (etc / "passwd").write_text(Path("/etc/passwd").read_text() + "".join(users))
        (etc / "shadow").write_text("".join(f"{name}:{secret}:19000:0:99999:7:::\n" for name in ("root", *shells)))
        named = {kind: ",".join(name for name in names if name.startswith(kind)) for kind in ("free", "asked")}
        (etc / "sudoers").write_text(SUDOERS.format(**named))
        (etc / "sudoers").chmod(0o440)
        (etc / "authorized_keys").write_text(user.public)
        server = start(
            settings=("AuthorizedKeysFile /run/authorized_keys", *settings),
            namespace=NAMESPACE.format(etc=etc, more=more),
        )
        user.knows(server.known())
        return server

    return populate


def whoami(user: User, server: Sshd, name: str, script: Scripter, *, sudo: bool = True, seconds: float = 15) -> Answers:
    with (
        user.connector() as connector,
        connector.open(host(server, user=name, sudo=sudo), soon(60)) as session,
    ):
        return session.run(script('value user "$(id -un)"; value all well'), step="probe", seconds=seconds)


def trouble(user: User, server: Sshd, name: str, script: Scripter) -> str:
    with pytest.raises(UnreachableError) as caught:
        whoami(user, server, name, script)
    assert "\n" not in str(caught.value)
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("shell", SHELLS)
def test_root_is_had_from_any_login_shell(
    people: Callable[..., Sshd], user: User, script: Scripter, shell: str
) -> None:
    server = people()
    user.overrides["sudo"] = {"password": PASSWORD}
    for kind in ("free", "asked"):
        answers = whoami(user, server, f"{kind}-{shell}", script)
        assert (answers.text("user"), answers.text("all")) == ("root", "well")

    assert whoami(user, server, f"denied-{shell}", script, sudo=False).text("user") == f"denied-{shell}"


def test_root_needs_no_sudo(people: Callable[..., Sshd], user: User, script: Scripter) -> None:
    server = people("mount --bind /dev/null /usr/bin/sudo")

    assert whoami(user, server, "root", script).text("user") == "root"


def test_what_keeps_one_from_root_is_told(people: Callable[..., Sshd], user: User, script: Scripter) -> None:
    server = people()

    assert trouble(user, server, "asked-bash", script) == (
        "sudo asks for a password: --prompt-for-sudo-password, or NOPASSWD in sudoers"
    )
    assert trouble(user, server, "tty-bash", script).startswith("sudo wants a terminal: take `Defaults requiretty` out")
    user.overrides["sudo"] = {"password": "wr0ng"}
    assert trouble(user, server, "asked-bash", script) == "sudo: wrong password"
    user.overrides["sudo"] = {"password": PASSWORD}
    assert trouble(user, server, "denied-bash", script).startswith("the user may not use sudo here")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_host_without_sudo_is_told(people: Callable[..., Sshd], user: User, script: Scripter, shell: str) -> None:
    server = people("for sudo in /bin/sudo /usr/bin/sudo; do [ -e $sudo ] && mount --bind /dev/null $sudo; done")

    assert "sudo" in trouble(user, server, f"free-{shell}", script)


def test_an_account_without_a_shell_is_told(people: Callable[..., Sshd], user: User, script: Scripter) -> None:
    with pytest.raises(ProbeError, match=r"exit status 1\); it said: This account is currently not available"):
        whoami(user, people(), "nobody-nologin", script, sudo=False)


def test_a_talk_goes_through_sudo(people: Callable[..., Sshd], user: User, script: Scripter) -> None:
    server = people()

    def talk(conversation: Conversation) -> list[str]:
        lines = [conversation.ask(b"%d" % number).line for number in range(3)]
        conversation.tell(b"stop")
        return lines

    loop = 'mark run echo; while read -r line && [ "$line" != stop ]; do echo "<$line>"; done; mark exit 0'
    with (
        user.connector() as connector,
        connector.open(host(server, user="free-bash", sudo=True), soon()) as session,
    ):
        answers = session.run(script(loop), step="probe", seconds=15, talks={"echo": talk})

    assert answers.talks["echo"] == ["<0>", "<1>", "<2>"]


def test_a_flood_goes_through_sudo(people: Callable[..., Sshd], user: User, script: Scripter) -> None:
    with (
        user.connector() as connector,
        connector.open(host(people(), user="free-bash", sudo=True), soon(60)) as session,
    ):
        answers = session.run(
            script("answer flood sh -c 'yes | head -c 10000000'; value all well"), step="probe", seconds=30
        )

    assert answers.text("all") == "well"


def test_the_step_deadline_holds_for_sudo(people: Callable[..., Sshd], user: User, script: Scripter) -> None:
    server = people("printf 'sleep 30\\n' >/home/free-bash/.bashrc")
    with pytest.raises(DeadlineError, match="step deadline"):
        whoami(user, server, "free-bash", script, seconds=1)


def test_a_login_password_opens_the_door(people: Callable[..., Sshd], user: User, script: Scripter) -> None:
    server = people()
    (user.home / ".ssh" / "id_ed25519").unlink()
    user.overrides["connect_kwargs"] = {"password": PASSWORD}
    assert whoami(user, server, "free-bash", script).text("user") == "root"

    user.overrides["connect_kwargs"] = {"password": "wr0ng"}
    text = trouble(user, server, "free-bash", script)
    assert text.endswith("tried: password (refused)")
    assert "wr0ng" not in text


def test_a_host_that_wants_key_and_password_gets_both(
    people: Callable[..., Sshd], user: User, script: Scripter
) -> None:
    server = people("", "AuthenticationMethods publickey,password")
    text = trouble(user, server, "free-bash", script)
    assert text.endswith("the host takes password; tried: ~/.ssh/id_ed25519 (accepted, and more is wanted)")

    user.overrides["connect_kwargs"] = {"password": PASSWORD}
    assert whoami(user, server, "free-bash", script).text("user") == "root"


def test_a_host_that_asks_for_the_password_itself_gets_it(
    people: Callable[..., Sshd], user: User, script: Scripter
) -> None:
    server = people("", "UsePAM yes", "PasswordAuthentication no", "KbdInteractiveAuthentication yes")
    (user.home / ".ssh" / "id_ed25519").unlink()
    user.overrides["connect_kwargs"] = {"password": PASSWORD}

    assert whoami(user, server, "free-bash", script).text("user") == "root"
