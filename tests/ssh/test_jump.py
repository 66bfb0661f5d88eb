"""Jump hosts: one connection to each, shared by many hosts, of which none disturbs the others."""

import contextlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from paramiko.common import cMSG_CHANNEL_DATA
from paramiko.message import Message
from waiting import wait_until

from remedy.errors import DeadlineError, HostError, HostKeyUnknownError, UnreachableError
from remedy.inventory import Host
from remedy.shell.answers import Answer
from remedy.ssh import Conversation
from remedy.ssh.deadline import Deadline

from .harness import Scripter, Sshd, User, host, listener, relay, soon
from .test_deadlines import silent
from .test_login import RELAY

MINUTES = 120.0  # seconds: what a machine under load may take

Start = Callable[..., Sshd]


@pytest.fixture
def bastion(start: Start, user: User, server: Sshd) -> Sshd:
    """A jump host, known to the user beside the server behind it; machines under load get a minute to connect."""
    user.overrides["timeouts"] = {"connect": 60}
    running = start()
    user.knows(server.known(), running.known())
    return running


def behind(bastion: Sshd, server: Sshd, **keys: object) -> Host:
    return host(server, jump=f"127.0.0.1:{bastion.port}", **keys)


def logins(server: Sshd) -> int:
    """How many times somebody was let in."""
    return (server.folder / "log").read_text().count("Accepted publickey")


def at_once(hosts: int, work: Callable[[int], str]) -> list[str]:
    """What work on each of so many hosts brought, or the error."""

    def told(number: int) -> str:
        try:
            return work(number)
        except HostError as error:
            return str(error)

    with ThreadPoolExecutor(hosts) as threads:
        return list(threads.map(told, range(hosts)))


def test_twenty_hosts_share_one_connection_to_their_jump_host(
    bastion: Sshd, server: Sshd, user: User, script: Scripter
) -> None:
    values = [script('value name "$NAME"', NAME=f"web{number}") for number in range(20)]
    with user.connector() as connector:

        def work(number: int) -> str:
            with connector.open(behind(bastion, server), soon(MINUTES)) as session:
                return session.run(values[number], step="probe", seconds=MINUTES).text("name")

        assert at_once(20, work) == [f"web{number}" for number in range(20)]

    assert (logins(bastion), logins(server)) == (1, 20)


def test_each_of_many_hosts_goes_its_own_way_while_deadlines_and_closings_strike_others(
    bastion: Sshd, server: Sshd, user: User, script: Scripter
) -> None:
    nap, greet = script("sleep 20"), script("sleep 1; value all well")
    with listener(silent) as mute, user.connector() as connector:

        def work(number: int) -> str:
            kind = number % 4
            port = mute if kind == 0 else server.port
            with connector.open(behind(bastion, server, port=port), soon(2 if kind == 0 else MINUTES)) as session:
                if kind == 1:
                    return session.run(nap, step="probe", seconds=0.3).text("never")
                return session.run(greet, step="probe", seconds=MINUTES).text("all") if kind == 2 else "closed at once"

        told = at_once(24, work)

    assert all(text.startswith("host deadline: no ") and text.endswith(" within 2 s") for text in told[0::4])
    assert {text.replace("no shell for the probe", "the probe did not end") for text in told[1::4]} == {
        "step deadline: the probe did not end within 0.3 s"
    }
    assert told[2::4] == ["well"] * 6
    assert told[3::4] == ["closed at once"] * 6
    assert logins(bastion) == 1


def test_the_connection_outlives_its_hosts_and_ends_with_the_run(bastion: Sshd, server: Sshd, user: User) -> None:
    before = threading.active_count()
    with user.connector() as connector:
        for _ in range(3):
            connector.open(behind(bastion, server), soon(MINUTES)).close()
        wait_until(lambda: not server.children(), "what was opened for a host alone is not closed")
        assert len(bastion.children()) == 1

    assert logins(bastion) == 1
    wait_until(lambda: not bastion.children() and threading.active_count() <= before, "it does not end with the run")


def test_ctrl_c_ends_hosts_behind_a_jump_host_and_the_connecting_to_one(
    bastion: Sshd, server: Sshd, user: User, script: Scripter
) -> None:
    naps, connector = threading.Event(), user.connector()

    def nap() -> str:
        with connector.open(behind(bastion, server), soon(MINUTES)) as session:
            return session.run(
                script("mark run nap; sleep 100"), step="probe", seconds=MINUTES, on_answer=lambda _: naps.set()
            ).text("")

    def knock(port: int) -> str:
        naps.wait(MINUTES)
        threading.Timer(0.3, connector.close).start()
        return str(connector.open(host(server, jump=f"127.0.0.1:{port}"), soon(MINUTES)))

    began = time.monotonic()
    with listener(silent) as mute:
        told = at_once(2, lambda number: knock(mute) if number else nap())

    assert "the probe did not end at nap" in told[0]
    assert f"no SSH banner from 127.0.0.1:{mute}" in told[1]
    assert time.monotonic() - began < 50  # of sixty
    wait_until(lambda: not bastion.children(), "the connection to the jump host is not closed")


def test_a_host_that_has_little_time_left_spoils_no_other_ones_way(bastion: Sshd, server: Sshd, user: User) -> None:
    gate = threading.Event()

    def carry_late(connection: socket.socket) -> None:
        gate.wait(MINUTES)
        relay(connection, bastion.port)

    with listener(carry_late) as port, user.connector() as connector:
        user.knows(server.known(), bastion.known(f"[127.0.0.1]:{port}"))
        target = host(server, jump=f"127.0.0.1:{port}")
        with pytest.raises(DeadlineError, match=rf"^host deadline: no SSH banner from 127\.0\.0\.1:{port} within 1 s"):
            connector.open(target, Deadline(1, "host"))
        threading.Timer(0.3, gate.set).start()
        connector.open(target, soon(MINUTES)).close()

    assert logins(bastion) == 1


def test_a_jump_host_that_refuses_is_asked_once_and_each_host_told_why(start: Start, server: Sshd, user: User) -> None:
    closed = start(settings=("PubkeyAuthentication no",))
    user.knows(server.known(), closed.known())
    with user.connector() as connector:
        together = at_once(8, lambda _: str(connector.open(behind(closed, server), soon(MINUTES))))
        afterwards = at_once(2, lambda _: str(connector.open(behind(closed, server), soon(MINUTES))))

    assert all(told.startswith(f"127.0.0.1:{closed.port}: ") and "was not let in" in told for told in together)
    assert set(afterwards) == set(together)
    assert (closed.folder / "log").read_text().count("Connection from") - 1 == 1  # the harness was the first


def test_a_jump_host_whose_key_is_not_known_is_told_to_each_host(bastion: Sshd, server: Sshd, user: User) -> None:
    user.knows(server.known())
    with user.connector() as connector:
        for _ in range(2):
            with pytest.raises(HostKeyUnknownError, match=rf"\[127\.0\.0\.1\]:{bastion.port} is not known"):
                connector.open(behind(bastion, server), soon(MINUTES))


def test_a_jump_host_that_failed_is_tried_again_later(
    bastion: Sshd, server: Sshd, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remedy.ssh.jump.REST", 0.2)
    bastion.stop()
    with user.connector() as connector:
        with pytest.raises(UnreachableError, match="connection refused"):
            connector.open(behind(bastion, server), soon(MINUTES))
        bastion.start()
        time.sleep(0.2)
        connector.open(behind(bastion, server), soon(MINUTES)).close()


def test_a_jump_host_killed_in_the_middle_is_told_and_connected_to_anew(
    bastion: Sshd, server: Sshd, user: User, script: Scripter
) -> None:
    both_run = threading.Barrier(2)

    def kill(answer: Answer) -> None:
        if answer.name == "nap" and answer.ended is None and both_run.wait(MINUTES) == 0:
            for child in bastion.children():
                os.kill(child, signal.SIGKILL)

    nap = script("mark run nap; sleep 20")
    with user.connector() as connector:

        def work(_: int) -> str:
            with connector.open(behind(bastion, server), soon(MINUTES)) as session:
                return session.run(nap, step="repair", seconds=MINUTES, on_answer=kill).text("never")

        lost = "the connection was lost in the repair at nap: how it ended is unknown"
        assert at_once(2, work) == [lost, lost]
        connector.open(behind(bastion, server), soon(MINUTES)).close()

    assert logins(bastion) == 2


def test_what_a_host_still_has_to_say_after_its_end_does_no_harm_to_others(
    bastion: Sshd, server: Sshd, user: User, script: Scripter
) -> None:
    with user.connector() as connector, connector.open(behind(bastion, server), soon(MINUTES)) as stays:
        gone = connector.open(behind(bastion, server), soon(MINUTES))
        tunnel = gone._hop._tunnel
        gone.close()
        wait_until(lambda: len(server.children()) == 1, "the jump host has not forgotten the tunnel")
        late = Message()
        late.add_byte(cMSG_CHANNEL_DATA)
        late.add_int(tunnel.remote_chanid)
        late.add_string("too late")
        tunnel.transport._send_user_message(late)

        assert stays.run(script("value all well"), step="probe", seconds=MINUTES).text("all") == "well"


def test_a_connection_that_comes_after_its_host_gave_up_is_closed(bastion: Sshd, user: User) -> None:
    with full_queue() as full, user.connector() as connector:
        port = full.getsockname()[1]
        target = Host(name="web1", address="127.0.0.1", port=port, jump=f"127.0.0.1:{bastion.port}")
        with pytest.raises(DeadlineError, match=f"no connection to 127.0.0.1:{port} through"):
            connector.open(target, Deadline(0.5, "host"))
        full.settimeout(10)
        late = [full.accept()[0] for _ in range(3)][-1]  # the kernel tries again after a second
        late.settimeout(10)
        assert late.recv(1) == b""


@contextlib.contextmanager
def full_queue() -> Iterator[socket.socket]:
    """A server whose two places for those that wait are taken."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(1)
        for client in (first, second):
            client.connect(full.getsockname())
        yield full


@pytest.mark.parametrize("who", ["the jump host", "we"])
def test_keys_that_are_renewed_all_the_time_do_no_harm(
    start: Start, server: Sshd, user: User, script: Scripter, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    busy = start(settings=("RekeyLimit 16K",) if who == "the jump host" else ())
    if who == "we":
        monkeypatch.setattr("paramiko.packet.Packetizer.REKEY_BYTES", 16_000)
    user.knows(server.known(), busy.known())
    flood = script("answer flood head -c 30000 /dev/zero; value all well")
    with user.connector() as connector:

        def work(_: int) -> str:
            with connector.open(behind(busy, server), soon(MINUTES)) as session:
                return session.run(flood, step="probe", seconds=MINUTES).text("all")

        assert at_once(20, work) == ["well"] * 20

    assert logins(busy) == 1


def test_a_jump_host_that_stops_reading_is_left_and_connected_to_anew(
    bastion: Sshd, server: Sshd, user: User, script: Scripter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remedy.ssh.jump.STUCK", 1.0)
    monkeypatch.setattr("remedy.ssh.jump.LOOKS", 0.2)
    swallow, all_are_there = script("mark run swallow; cat >/dev/null"), threading.Barrier(8)
    stopped: list[int] = []

    def stop_it_and_talk_on(conversation: Conversation) -> None:
        if all_are_there.wait(MINUTES) == 0:
            stopped.extend(bastion.children())
            for child in stopped:
                os.kill(child, signal.SIGSTOP)
        all_are_there.wait(MINUTES)
        conversation.tell(b"x" * 2_000_000)
        conversation.listen()

    with user.connector() as connector:

        def work(_: int) -> str:
            with connector.open(behind(bastion, server), soon(MINUTES)) as session:
                talks = {"swallow": stop_it_and_talk_on}
                return session.run(swallow, step="probe", seconds=MINUTES, talks=talks).text("never")

        lost = "the connection was lost in the probe at swallow: how it ended is unknown"
        assert at_once(8, work) == [lost] * 8
        connector.open(behind(bastion, server), soon(MINUTES)).close()
    for child in stopped:
        os.kill(child, signal.SIGKILL)


def test_a_jump_host_behind_a_proxy_command_is_shared_and_its_process_ended(
    bastion: Sshd, server: Sshd, user: User
) -> None:
    (user.home / "relay.py").write_text(RELAY)
    relay_to = f"{sys.executable} {user.home}/relay.py 127.0.0.1 {bastion.port}"
    user.configures(
        f"Host bastion\n  HostKeyAlias bastion\n  ProxyCommand sh -c 'echo $$ >> ~/pids; exec {relay_to}'\n"
    )
    user.knows(server.known(), bastion.known("bastion"))
    with user.connector() as connector:
        for _ in range(2):
            connector.open(host(server, jump="bastion"), soon(MINUTES)).close()

    pids = [int(pid) for pid in (user.home / "pids").read_text().split()]
    assert len(pids) == logins(bastion) == 1
    wait_until(lambda: not Path(f"/proc/{pids[0]}").exists(), "the process of the proxy command is not ended")
