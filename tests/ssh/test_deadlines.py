"""Hosts that keep one waiting, in each phase of connecting."""

import asyncio
import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncssh
import pytest
from ports import free_port
from waiting import wait_until

from remedy.errors import ConnectDeadlineError, DeadlineError, UnreachableError
from remedy.inventory import Host
from remedy.ssh import dial
from remedy.ssh.deadline import Deadline

from .harness import Scripter, Sshd, User, host, listener, relay, soon

SHORT = 0.7


def silent(_connection: socket.socket) -> None:
    """Say nothing."""


def only_banner(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def at(port: int, **keys: object) -> Host:
    return Host(name="web1", address="127.0.0.1", port=port, **keys)  # type: ignore[arg-type]


def connect(user: User, target: Host, seconds: float = SHORT) -> None:
    user.overrides["timeouts"] = {"connect": seconds}
    with user.connector() as connector:
        connector.open(target, soon()).close()


@pytest.mark.parametrize(
    ("serve", "missing"), [(silent, "no SSH banner from"), (only_banner, "no end of the key exchange with")]
)
def test_the_connect_deadline_says_what_it_waited_for(
    user: User, serve: Callable[[socket.socket], None], missing: str
) -> None:
    with listener(serve) as port, pytest.raises(ConnectDeadlineError) as caught:
        connect(user, at(port))

    assert str(caught.value) == f"connect deadline: {missing} 127.0.0.1:{port} within 0.7 s"
    assert isinstance(caught.value, UnreachableError)


def test_the_deadline_holds_for_a_banner_that_trickles(user: User) -> None:
    def trickle(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(b"x")
                time.sleep(0.05)

    with listener(trickle) as port, pytest.raises(ConnectDeadlineError, match="no SSH banner"):
        connect(user, at(port))


def test_the_host_deadline_strikes_while_connecting(user: User) -> None:
    with (
        listener(silent) as port,
        user.connector() as connector,
        pytest.raises(DeadlineError, match=r"^host deadline: no SSH banner from .* within 0\.5 s$"),
    ):
        connector.open(at(port), Deadline(0.5, "host"))


class Mute(asyncssh.SSHServer):
    """Lets everybody in, later or never, and opens no channel."""

    def __init__(self, *, mute_at: str) -> None:
        self._mute_at = mute_at

    async def begin_auth(self, username: str) -> bool:
        if self._mute_at == "authentication":
            await asyncio.sleep(30)
        return False

    async def session_requested(self) -> bool:
        await asyncio.sleep(30)
        return True

    async def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> Any:
        await asyncio.sleep(30)


@contextlib.contextmanager
def mute_server(user: User, mute_at: str) -> Iterator[int]:
    """An asyncssh server in a thread, whose key the user knows."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1", 0, server_host_keys=[key], server_factory=lambda: Mute(mute_at=mute_at)
        )

    server = loop.run_until_complete(start())
    port = server.get_port()
    user.knows(f"[127.0.0.1]:{port} {key.export_public_key().decode()}")
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield port
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


@pytest.mark.parametrize(
    ("phase", "missing"), [("authentication", "no end of the authentication at"), ("channel", "no channel from")]
)
def test_a_server_that_stalls_after_the_key_exchange_is_left(user: User, phase: str, missing: str) -> None:
    with mute_server(user, phase) as port, pytest.raises(ConnectDeadlineError) as caught:
        connect(user, at(port), 1.5)

    assert str(caught.value) == f"connect deadline: {missing} 127.0.0.1:{port} within 1.5 s"


def test_a_silent_host_behind_a_jump_host_is_left(server: Sshd, user: User) -> None:
    with listener(silent) as port, pytest.raises(ConnectDeadlineError) as caught:
        connect(user, at(port, jump=f"127.0.0.1:{server.port}"), 1.5)

    through = f"127.0.0.1:{port} through 127.0.0.1:{server.port}"
    assert str(caught.value) == f"connect deadline: no SSH banner from {through} within 1.5 s"


def test_a_silent_jump_host_is_left(server: Sshd, user: User) -> None:
    with (
        listener(silent) as port,
        pytest.raises(ConnectDeadlineError, match=f"no SSH banner from 127.0.0.1:{port} within"),
    ):
        connect(user, host(server, jump=f"127.0.0.1:{port}"))


def test_a_jump_host_that_never_connects_us_is_left(user: User) -> None:
    with mute_server(user, "channel") as port, pytest.raises(ConnectDeadlineError) as caught:
        connect(user, Host(name="web1", address="web1", jump=f"127.0.0.1:{port}"), 1.5)

    assert str(caught.value) == f"connect deadline: no connection to web1:22 through 127.0.0.1:{port} within 1.5 s"


def test_a_proxy_command_that_says_nothing_is_left(user: User) -> None:
    user.configures("ProxyCommand sleep 20\n")
    with pytest.raises(ConnectDeadlineError, match=r"no SSH banner from .* through ProxyCommand within"):
        connect(user, at(22))


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A port that lets no connection be made: its queue is full."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        time.sleep(0.1)
        yield full.getsockname()[1]
        for client in waiting:
            client.close()


def test_a_host_that_does_not_answer_at_all_is_left(user: User, black_hole: int) -> None:
    with pytest.raises(ConnectDeadlineError, match="no TCP connection to"):
        connect(user, at(black_hole))


def test_a_black_hole_among_the_addresses_does_not_eat_the_deadline(server: Sshd, black_hole: int) -> None:
    addresses = [(socket.AF_INET, ("127.0.0.1", black_hole)), (socket.AF_INET, ("127.0.0.1", server.port))]
    with dial.connect(addresses, Deadline(10, "connect")) as connected:
        assert connected.getpeername() == ("127.0.0.1", server.port)


NO_FAMILY: Any = (255, ("::1", 22))  # no kernel has it


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_family_that_this_machine_does_not_have_is_passed_over(server: Sshd, black_hole: int, position: int) -> None:
    addresses: list[dial.Address] = [
        (socket.AF_INET, ("127.0.0.1", black_hole)),
        (socket.AF_INET, ("127.0.0.1", server.port)),
    ]
    addresses.insert(position, NO_FAMILY)
    with dial.connect(addresses, Deadline(10, "connect")) as connected:
        assert connected.getpeername() == ("127.0.0.1", server.port)


def test_where_there_are_no_other_addresses_that_is_the_reason() -> None:
    with pytest.raises(OSError, match="addresses of that kind are not supported on this machine"):
        dial.connect([NO_FAMILY], Deadline(10, "connect"))


def test_a_connector_that_is_closed_ends_what_is_being_connected_to(user: User, black_hole: int) -> None:
    connector = user.connector()
    threading.Timer(0.3, connector.close).start()
    began = time.monotonic()
    with pytest.raises(UnreachableError):
        connector.open(at(black_hole), soon())

    assert time.monotonic() - began < 8  # of ten


def test_a_resolver_that_hangs_is_left(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def hang(*_args: object, **_options: object) -> None:
        if not _options.get("flags"):
            asked.set()
            time.sleep(5)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", hang)  # no resolver hangs when told to
    with pytest.raises(ConnectDeadlineError, match=r"no address for slow\.example:22 within"):
        connect(user, Host(name="slow", address="slow.example"))
    assert asked.is_set()


NO_SSH = {"http": b"HTTP/1.0 400 Bad Request\r\n\r\n", "smtp": b"220 mail.example\r\n", "bare": b"\x1b[31mgo away"}


@pytest.mark.parametrize("say", NO_SSH.values(), ids=NO_SSH)
def test_a_server_that_speaks_no_ssh_is_quoted(user: User, say: bytes) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(say)
        connection.shutdown(socket.SHUT_WR)

    with listener(answer) as port, pytest.raises(UnreachableError) as caught:
        connect(user, at(port))

    said = say.decode().strip().replace("\x1b", "").split("\r\n")[0]
    assert str(caught.value) == f"127.0.0.1:{port}: no SSH server, it says: {said}"


def test_endless_talk_before_the_banner_is_no_ssh(user: User) -> None:
    def flood(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(b"x" * 65536)

    with listener(flood) as port, pytest.raises(UnreachableError, match="no SSH server, it says: xxx"):
        connect(user, at(port), 5)


def test_a_server_with_too_much_to_do_is_tried_again(server: Sshd, user: User) -> None:
    turned_away: list[bool] = []

    def turn_away_once(connection: socket.socket) -> None:
        if not turned_away:
            turned_away.append(True)
            connection.sendall(b"Exceeded MaxStartups\r\n")
            connection.close()
            return
        relay(connection, server.port)

    with listener(turn_away_once) as port:
        user.knows(server.known(f"[127.0.0.1]:{port}"))
        connect(user, at(port), 5)
    assert turned_away


def test_a_server_that_always_hangs_up_is_left(user: User) -> None:
    with listener(socket.socket.close) as port, pytest.raises(UnreachableError, match="hung up before the SSH banner"):
        connect(user, at(port), 1.5)


def test_a_closed_port_is_told_at_once(user: User) -> None:
    port = free_port()
    with pytest.raises(UnreachableError) as caught:
        connect(user, at(port))

    assert str(caught.value) == f"127.0.0.1:{port}: connection refused"


def test_a_name_that_is_not_known_is_told_with_a_hint(user: User) -> None:
    target = Host(name="wbe1", address="wbe1.invalid", hint="did you mean web1?")
    with pytest.raises(UnreachableError, match=r"^the name wbe1\.invalid is not known: .*; did you mean web1\?$"):
        connect(user, target)


@pytest.mark.parametrize("where", ["-t", "ssh_config", "timeouts", "nowhere"])
def test_the_connect_deadline_is_fabrics(user: User, where: str) -> None:
    if where == "-t":
        user.overrides["connect_kwargs"] = {"timeout": 1}
    if where in ("-t", "ssh_config"):
        user.configures(f"ConnectTimeout {'9' if where == '-t' else '1s'}\n")
    user.overrides["timeouts"] = {"connect": {"timeouts": 1, "nowhere": None}.get(where, 8)}
    expected = "10" if where == "nowhere" else "1"
    with listener(silent) as port, user.connector() as connector:
        if where == "nowhere":
            assert connector._hop(at(port)).connect_seconds == 10
            return
        with pytest.raises(ConnectDeadlineError, match=f"within {expected} s"):
            connector.open(at(port), soon())


def test_twenty_silent_hosts_cost_one_deadline(user: User) -> None:
    def expect_silence(port: int) -> None:
        with pytest.raises(ConnectDeadlineError):
            connect(user, at(port))

    began = time.monotonic()
    with listener(silent) as port, ThreadPoolExecutor(20) as pool:
        list(pool.map(expect_silence, [port] * 20))

    assert time.monotonic() - began < 20 * SHORT / 2


def test_who_has_said_nothing_for_a_while_is_quiet_until_it_is_given_up(user: User) -> None:
    user.overrides["timeouts"] = {"connect": 30}
    with listener(silent) as port, user.connector() as connector, ThreadPoolExecutor(1) as pool:
        refused = pool.submit(connector.open, at(port), soon())
        wait_until(lambda: bool(connector._open), "it is not begun")
        assert connector.quiet(before_login=True) == 0
        wait_until(lambda: connector.quiet(before_login=True) == 1, "it is not quiet")
        connector.close()
        with pytest.raises(UnreachableError):
            refused.result()
        assert connector.quiet(before_login=True) == 0


def test_a_host_that_lets_us_in_and_falls_quiet_counts_where_nothing_is_to_be_changed(
    server: Sshd, user: User, script: Scripter
) -> None:
    with user.connector() as connector, connector.open(host(server), soon()) as session:
        wait_until(lambda: connector.quiet(before_login=False) == 1, "it is not quiet")
        assert connector.quiet(before_login=True) == 0
        session.run(script(":"), step="probe", seconds=9)
        assert connector.quiet(before_login=False) == 0


def test_no_process_of_a_proxy_command_is_left(server: Sshd, user: User) -> None:
    user.configures(
        f"ProxyCommand sh -c 'echo $$ > {user.home}/pid; exec nc.openbsd 127.0.0.1 {server.port} || exec cat'\n"
    )
    with contextlib.suppress(UnreachableError):
        connect(user, host(server), 1)

    pid = int((user.home / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
