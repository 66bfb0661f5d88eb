"""Getting in: keys, agent, password, jump hosts; and what is said where one is not let in."""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from remedy.errors import HostError, UnreachableError
from remedy.inventory import Host
from remedy.ssh.connection import Connector

from .harness import USER, Sshd, User, host, keygen, soon


def connect(user: User, target: Host) -> None:
    with user.connector() as connector:
        connector.open(target, soon()).close()


def refusal(user: User, target: Host) -> str:
    with pytest.raises(UnreachableError) as caught:
        connect(user, target)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def locked(server: Sshd, user: User) -> Sshd:
    """A server that knows other keys than the user's."""
    (server.folder / "authorized_keys").write_text("")
    return server


def admit(server: Sshd, public: str) -> None:
    (server.folder / "authorized_keys").write_text(public + "\n")


def test_who_is_not_let_in_is_told_what_the_host_wants_and_what_was_tried(locked: Sshd, user: User) -> None:
    text = refusal(user, host(locked))

    assert text.startswith(f"127.0.0.1:{locked.port}: {USER} was not let in; the host takes publickey")
    assert text.endswith("tried: ~/.ssh/id_ed25519 (refused)")


def test_who_has_nothing_is_told_so(locked: Sshd, user: User) -> None:
    (user.home / ".ssh" / "id_ed25519").unlink()

    assert refusal(user, host(locked)).endswith("tried: nothing: no key, no agent, no password")


@pytest.mark.parametrize("kind", ["rsa", "ecdsa", "ed25519"])
def test_the_identity_file_of_a_host_is_used(locked: Sshd, user: User, kind: str) -> None:
    admit(locked, keygen(user.home / "deploy", kind))
    connect(user, host(locked, identity_file=("~/deploy",)))


def test_the_identity_file_of_ssh_config_is_used(locked: Sshd, user: User) -> None:
    admit(locked, keygen(user.home / "deploy"))
    user.configures("Host 127.*\n  IdentityFile %d/deploy\n")
    connect(user, host(locked))


def test_the_key_of_fab_i_is_used(locked: Sshd, user: User) -> None:
    admit(locked, keygen(user.home / "deploy"))
    user.overrides["connect_kwargs"] = {"key_filename": [str(user.home / "deploy")]}
    connect(user, host(locked))


def test_one_hosts_key_is_not_tried_on_another(locked: Sshd, user: User) -> None:
    keygen(user.home / "a")
    keygen(user.home / "b")
    with user.connector() as connector:
        for name in "ab":
            with pytest.raises(UnreachableError) as caught:
                connector.open(host(locked, identity_file=(f"~/{name}",)), soon())
            assert f"/{name} (refused)" in str(caught.value)
            assert f"/{'b' if name == 'a' else 'a'} (" not in str(caught.value)


def test_an_encrypted_key_needs_its_passphrase(locked: Sshd, user: User) -> None:
    admit(locked, keygen(user.home / "deploy", passphrase="s3cret"))
    target = host(locked, identity_file=("~/deploy",))
    assert "deploy (is encrypted: --prompt-for-passphrase, or ssh-add it)" in refusal(user, target)

    user.overrides["connect_kwargs"] = {"passphrase": "wr0ng"}
    text = refusal(user, target)
    assert "has another passphrase" in text
    assert "wr0ng" not in text
    user.overrides["connect_kwargs"] = {"passphrase": "s3cret"}
    connect(user, target)


def test_a_key_file_that_is_none_is_told(locked: Sshd, user: User) -> None:
    (user.home / "text").write_text("no key\n")
    text = refusal(user, host(locked, identity_file=("~/text", "~/absent")))

    assert "text (is no private key that we can read" in text
    assert "absent (can't be read: No such file or directory)" in text


def test_a_certificate_beside_the_key_is_shown(start: Callable[..., Sshd], user: User, tmp_path: Path) -> None:
    keygen(tmp_path / "ca")
    server = start(settings=(f"TrustedUserCAKeys {tmp_path / 'ca.pub'}",))
    user.knows(server.known())
    admit(server, "")
    keygen(user.home / "deploy")
    sign = ["ssh-keygen", "-q", "-s", str(tmp_path / "ca"), "-I", "test", "-n", USER, str(user.home / "deploy.pub")]
    subprocess.run(sign, check=True)

    connect(user, host(server, identity_file=("~/deploy",)))
    connect(user, host(server, identity_file=("~/deploy-cert.pub",)))


@pytest.fixture
def agent(user: User, monkeypatch: pytest.MonkeyPatch) -> Iterator["subprocess.Popen[bytes]"]:
    """An agent of the user's."""
    if shutil.which("ssh-agent") is None:
        pytest.skip("no ssh-agent on this machine")
    where = Path("/tmp") / f"agent-{os.getpid()}"  # a socket's path must be short
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(where)], stdout=subprocess.DEVNULL)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(where))
    for _ in range(100):
        if where.exists():
            break
        threading.Event().wait(0.02)
    user.overrides["connect_kwargs"] = {}
    yield process
    process.terminate()
    process.wait(5)
    where.unlink(missing_ok=True)


def add_to_agent(*keys: Path) -> None:
    subprocess.run(["ssh-add", "-q", *map(str, keys)], check=True, capture_output=True)


def test_a_key_of_the_agent_opens_the_door_to_many_at_once(
    locked: Sshd, user: User, agent: subprocess.Popen[bytes]
) -> None:
    admit(locked, keygen(user.home / "held"))
    add_to_agent(user.home / "held")
    (user.home / "held").unlink()
    errors: list[HostError] = []
    with user.connector() as connector:
        visit(connector, [host(locked)] * 8, errors)

    assert errors == []


def visit(connector: Connector, hosts: list[Host], errors: list[HostError]) -> None:
    """Connect to all hosts at once."""

    def one(target: Host) -> None:
        try:
            connector.open(target, soon(60)).close()
        except HostError as error:
            errors.append(error)

    threads = [threading.Thread(target=one, args=(target,)) for target in hosts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.usefixtures("agent")
def test_the_agents_key_of_an_encrypted_file_is_tried_before_the_others(start: Callable[..., Sshd], user: User) -> None:
    server = start(settings=("MaxAuthTries 2",))
    user.knows(server.known())
    for name in ("one", "two", "three"):
        keygen(user.home / name)
        add_to_agent(user.home / name)
    admit(server, (user.home / "three.pub").read_text())
    (user.home / "three").write_text("encrypted, say")

    connect(user, host(server, identity_file=("~/three",)))


@pytest.mark.usefixtures("agent")
def test_too_many_keys_make_a_host_hang_up_and_that_is_told(start: Callable[..., Sshd], user: User) -> None:
    server = start(settings=("MaxAuthTries 2",))
    user.knows(server.known())
    admit(server, "")
    for name in ("one", "two", "three"):
        keygen(user.home / name)
        add_to_agent(user.home / name)

    assert f"the host hung up on {USER}; tried: " in refusal(user, host(server))


@pytest.fixture
def stopped(agent: subprocess.Popen[bytes]) -> Iterator[Callable[[], None]]:
    """Stops the agent, until the end of the test."""
    yield lambda: agent.send_signal(signal.SIGSTOP)
    agent.send_signal(signal.SIGCONT)


def test_an_agent_that_never_answers_is_passed_over(locked: Sshd, user: User, stopped: Callable[[], None]) -> None:
    stopped()

    assert refusal(user, host(locked)).endswith("tried: the agent (does not answer), ~/.ssh/id_ed25519 (refused)")


def test_an_agent_that_does_not_sign_is_left_at_the_deadline(
    locked: Sshd, user: User, stopped: Callable[[], None]
) -> None:
    add_to_agent(user.home / ".ssh" / "id_ed25519")
    user.overrides["timeouts"] = {"connect": 1}
    with user.connector() as connector:
        with pytest.raises(UnreachableError, match="was not let in"):
            connector.open(host(locked), soon())
        stopped()
        with pytest.raises(UnreachableError, match="connect deadline: no end of the authentication"):
            connector.open(host(locked), soon())


def test_a_chain_of_jump_hosts_is_gone_along_in_order(start: Callable[..., Sshd], user: User) -> None:
    target, first, second = start(), start(), start()
    user.knows(target.known(), first.known(), second.known())
    chain = f"{USER}@127.0.0.1:{first.port},ssh://127.0.0.1:{second.port}"
    with user.connector() as connector, connector.open(host(target, jump=chain), soon()) as session:
        where = session._hop.where
        served = [len(server.children()) for server in (first, second, target)]

    assert where == f"127.0.0.1:{target.port} through 127.0.0.1:{second.port} through 127.0.0.1:{first.port}"
    assert served == [1, 1, 1]


def test_a_jump_host_has_its_own_block_of_ssh_config(start: Callable[..., Sshd], user: User) -> None:
    target, bastion = start(), start()
    user.knows(target.known("web1.example"), bastion.known())
    user.configures(
        f"Host bastion\n  HostName 127.0.0.1\n  Port {bastion.port}\n  ProxyJump none\n"
        f"Host web1\n  HostName 127.0.0.1\n  HostKeyAlias web1.example\n"
        f"Host *\n  ProxyJump bastion\n"
    )
    with user.connector() as connector:
        connector.open(host(target, address="web1", port=target.port), soon()).close()


def test_jump_hosts_in_a_circle_are_told(server: Sshd, user: User) -> None:
    user.configures("Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n")

    assert refusal(user, Host(name="a", address="a")) == "jump hosts in a circle: a:22 - b:22 - a:22"


def test_a_jump_host_that_forwards_nothing_is_told(start: Callable[..., Sshd], user: User) -> None:
    target, bastion = start(), start(settings=("AllowTcpForwarding no",))
    user.knows(target.known(), bastion.known())
    text = refusal(user, host(target, jump=f"127.0.0.1:{bastion.port}"))

    assert text.startswith(f"127.0.0.1:{bastion.port} does not connect us to 127.0.0.1:{target.port}: ")


def test_a_jump_host_that_reaches_nothing_is_told(server: Sshd, user: User) -> None:
    text = refusal(user, Host(name="x", address="127.0.0.1", port=1, jump=f"127.0.0.1:{server.port}"))

    assert text == f"127.0.0.1:{server.port} does not connect us to 127.0.0.1:1: Connect failed: Connection refused"


RELAY = """
import os, select, socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
while True:
    for r in select.select([0, s], [], [])[0]:
        data = os.read(0, 65536) if r == 0 else s.recv(65536)
        if not data:
            sys.exit()
        s.sendall(data) if r == 0 else os.write(1, data)
"""


def test_a_proxy_command_is_the_way(server: Sshd, user: User) -> None:
    (user.home / "relay.py").write_text(RELAY)
    user.configures(f"ProxyCommand python3 {user.home}/relay.py %h %p\n")
    connect(user, host(server))


def test_a_proxy_command_is_told_the_name_as_it_was_given_and_what_became_of_it(user: User) -> None:
    user.configures("Host web1\n  HostName 192.0.2.1\n  ProxyCommand sh -c 'echo %n %h %p >&2; exit 1'\n")

    assert refusal(user, Host(name="x", address="web1")).endswith("which says: web1 192.0.2.1 22")


def test_a_proxy_command_that_fails_is_told_by_its_last_words(user: User) -> None:
    user.configures("ProxyCommand sh -c 'echo no route >&2; exit 1'\n")

    assert refusal(user, Host(name="x", address="x")) == "x:22 through ProxyCommand, which says: no route"


def test_fifty_hosts_are_visited_at_once_and_none_hears_of_another(start: Callable[..., Sshd], user: User) -> None:
    addresses = tuple(f"127.0.0.{number}" for number in range(1, 11))  # sshd listens on 16 at most
    server = start(addresses=addresses)
    user.knows(*(server.known(f"[{address}]:{server.port}") for address in addresses))
    errors: list[HostError] = []
    with user.connector() as connector:
        visit(connector, [host(server, address=address) for address in addresses * 5], errors)

    assert errors == []


def test_a_wrong_value_in_ssh_config_is_told(server: Sshd, user: User) -> None:
    user.configures("Port twenty\n")

    assert "ssh_config or Fabric's configuration is wrong" in refusal(user, Host(name="x", address="127.0.0.1"))
