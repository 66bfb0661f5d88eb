"""Scripts on a real host: what comes back, whatever is in the way."""

import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable

import pytest
from waiting import wait_until

from remedy.errors import DeadlineError, HostError, LinkLostError, ProbeError
from remedy.shell.answers import OUTPUT_LIMIT, Answer, Answers
from remedy.shell.script import Script
from remedy.ssh import Conversation

from .harness import Scripter, Sshd, User, host, listener, relay, soon


def run(user: User, server: Sshd, script: Script, seconds: float = 10) -> Answers:
    with user.connector() as connector, connector.open(host(server), soon()) as session:
        return session.run(script, step="probe", seconds=seconds)


def test_a_script_is_run_and_answered(server: Sshd, user: User, script: Scripter) -> None:
    answers = run(user, server, script('value name "$NAME"; answer say printf "a b\\n"', NAME="it's"))

    assert (answers.text("name"), answers.text("say")) == ("it's", "a b")


def test_scripts_follow_each_other_on_one_connection(server: Sshd, user: User, script: Scripter) -> None:
    with user.connector() as connector, connector.open(host(server), soon()) as session:
        told = [session.run(script(f"value n {n}"), step="probe", seconds=9).text("n") for n in range(5)]
        connections = server.children()

    assert told == list("01234")
    assert len(connections) == 1


@pytest.mark.parametrize(
    "flood", ["yes", "tr '\\\\0' x </dev/zero", "tr '\\\\0' '\\\\n' </dev/zero", "cat /dev/urandom"]
)
def test_a_flood_within_an_answer_is_cut_off_and_the_next_answer_heard(
    server: Sshd, user: User, script: Scripter, flood: str
) -> None:
    answers = run(user, server, script(f'answer flood sh -c "{flood} | head -c 10000000"; value after ok'), 30)
    answer = answers.get("flood")

    assert answer is not None
    assert (answer.truncated, answer.status, answers.text("after")) == (True, 0, "ok")
    assert len(answer.output) <= OUTPUT_LIMIT * 4  # what is no UTF-8 is shown as \xNN


def test_a_host_whose_answers_do_not_end_is_left(server: Sshd, user: User, script: Scripter) -> None:
    began = time.monotonic()
    with pytest.raises(ProbeError, match="the host says too much in the probe"):
        run(user, server, script("long=$(head -c 15000 /dev/zero | tr '\\0' x); while :; do value a $long; done"), 60)

    assert time.monotonic() - began < 30


CHATTER = {
    "a banner": "echo Welcome; echo to web1",
    "a flood": "yes | head -c 10000000",
    "a flood without a newline": "head -c 10000000 /dev/zero",
    "what is no UTF-8": "printf '\\377\\376'",
    "no newline": "printf 'a prompt> '",
    "errors": "echo oops >&2",
}


@pytest.mark.parametrize("chatter", CHATTER.values(), ids=CHATTER)
def test_what_a_login_says_does_no_harm(start: Callable[..., Sshd], user: User, script: Scripter, chatter: str) -> None:
    server = start(settings=(f'ForceCommand {chatter}; eval "$SSH_ORIGINAL_COMMAND"',))
    user.knows(server.known())

    assert run(user, server, script("value all well"), 30).text("all") == "well"


SHELLS = [shell for shell in ("bash", "dash", "tcsh", "csh", "fish", "zsh", "ksh", "rbash") if shutil.which(shell)]


@pytest.mark.parametrize("shell", SHELLS)
def test_any_login_shell_will_do(start: Callable[..., Sshd], user: User, script: Scripter, shell: str) -> None:
    server = start(settings=(f'ForceCommand {shutil.which(shell)} -c "$SSH_ORIGINAL_COMMAND"',))
    user.knows(server.known())

    assert run(user, server, script("value all well")).text("all") == "well"


def test_an_account_without_a_shell_is_told_by_its_words(
    start: Callable[..., Sshd], user: User, script: Scripter
) -> None:
    server = start(settings=("ForceCommand printf 'This account is \\033[1mnot\\033[0m available.\\n'; exit 1",))
    user.knows(server.known())

    with pytest.raises(ProbeError) as caught:
        run(user, server, script("value all well"))
    assert str(caught.value) == (
        "the host did not run our script (exit status 1); it said: This account is [1mnot[0m available."
    )


def test_a_host_that_only_moves_files_is_told(start: Callable[..., Sshd], user: User, script: Scripter) -> None:
    server = start(settings=("Subsystem sftp internal-sftp", "ForceCommand internal-sftp"))
    user.knows(server.known())

    with pytest.raises(ProbeError, match="did not run our script"):
        run(user, server, script("value all well"))


def test_a_shell_that_dies_in_the_middle_leaves_the_outcome_unknown(server: Sshd, user: User, script: Scripter) -> None:
    with pytest.raises(LinkLostError, match=r"the shell ended in the probe at the killer: how") as caught:
        run(user, server, script("value first 1; mark run kill the killer; echo on it; kill -9 $$"))

    assert [(answer.name, answer.output, answer.ended) for answer in caught.value.answers][1:] == [
        ("kill", "on it\n", None)
    ]


def test_a_link_cut_in_the_middle_leaves_the_outcome_unknown_and_what_was_told(
    server: Sshd, user: User, script: Scripter
) -> None:
    links: list[socket.socket] = []

    def carry(connection: socket.socket) -> None:
        links.append(connection)
        relay(connection, server.port)

    def cut(answer: Answer) -> None:
        if answer.name == "wait":
            links[0].shutdown(socket.SHUT_RDWR)

    with listener(carry) as port, user.connector() as connector:
        user.knows(server.known(f"[127.0.0.1]:{port}"))
        with connector.open(host(server, port=port), soon()) as session:
            with pytest.raises(LinkLostError, match="lost in the repair at wait: how it ended is unknown") as caught:
                session.run(script("value before cut; answer wait sleep 20"), step="repair", seconds=15, on_answer=cut)
            with pytest.raises(LinkLostError, match="the connection was lost before the probe"):
                session.run(script("value more"), step="probe", seconds=5)

    assert caught.value.answers.text("before") == "cut"


def test_the_step_deadline_is_named_with_the_command_that_it_struck(server: Sshd, user: User, script: Scripter) -> None:
    with pytest.raises(DeadlineError) as caught:
        run(user, server, script('value first 1; mark run nap "sleep well"; sleep 20'), seconds=0.5)

    assert str(caught.value) == "step deadline: the probe did not end at sleep well within 0.5 s"
    assert caught.value.answers.text("first") == "1"


def test_the_host_deadline_strikes_within_a_step(server: Sshd, user: User, script: Scripter) -> None:
    with (
        user.connector() as connector,
        connector.open(host(server), soon(1.5)) as session,
        pytest.raises(DeadlineError, match=r"^host deadline: the probe did not end within 1\.5 s$"),
    ):
        session.run(script("sleep 20"), step="probe", seconds=15)


def test_a_stopped_host_is_left_at_the_deadline(server: Sshd, user: User, script: Scripter) -> None:
    def stop(_answer: Answer) -> None:
        for child in server.children():
            os.kill(child, signal.SIGSTOP)

    with user.connector() as connector, connector.open(host(server), soon()) as session:
        with pytest.raises(DeadlineError, match="step deadline"):
            session.run(script("value now; sleep 5"), step="probe", seconds=1, on_answer=stop)
        for child in server.children():
            os.kill(child, signal.SIGKILL)


def test_connections_are_closed_and_leave_no_threads(server: Sshd, user: User, script: Scripter) -> None:
    run(user, server, script("value a b"))
    before = threading.active_count()
    for _ in range(5):
        run(user, server, script("value a b"))

    wait_until(lambda: threading.active_count() <= before, "threads are left")
    wait_until(lambda: not server.children(), "connections are left")


def test_a_connector_that_is_closed_ends_what_runs(server: Sshd, user: User, script: Scripter) -> None:
    connector = user.connector()
    session = connector.open(host(server), soon())
    threading.Timer(0.3, connector.close).start()

    with pytest.raises(HostError):
        session.run(script("sleep 20"), step="probe", seconds=15)
    with pytest.raises(HostError, match="interrupted"):
        connector.open(host(server), soon())
    session.close()


PONG = (
    'mark run pong; echo ready; while read -r line; do [ "$line" = stop ] && break; echo "got $line"; done; mark exit 0'
)


def test_a_command_is_talked_to(server: Sshd, user: User, script: Scripter) -> None:
    def talk(conversation: Conversation) -> list[str]:
        time.sleep(0.3)  # until the greeting is there, which is no reply
        lines = [conversation.ask(f"ping {number}".encode()) for number in range(3)]
        conversation.tell(b"stop")
        assert all(reply.sent <= reply.received for reply in lines)
        return [reply.line for reply in lines]

    with user.connector() as connector, connector.open(host(server), soon()) as session:
        answers = session.run(script(PONG + "; value after 1"), step="probe", seconds=9, talks={"pong": talk})

    assert answers.talks["pong"] == ["got ping 0", "got ping 1", "got ping 2"]
    assert answers.text("after") == "1"


def test_a_talk_with_a_command_that_ends_brings_nothing_and_spoils_nothing(
    server: Sshd, user: User, script: Scripter
) -> None:
    def talk(conversation: Conversation) -> str:
        return conversation.ask(b"ping").line

    with user.connector() as connector, connector.open(host(server), soon()) as session:
        answers = session.run(
            script("mark run pong; mark exit 127; value after 1"), step="probe", seconds=9, talks={"pong": talk}
        )

    assert (dict(answers.talks), answers.text("after")) == ({}, "1")


def test_a_talk_is_bounded_by_the_step(server: Sshd, user: User, script: Scripter) -> None:
    def talk(conversation: Conversation) -> str:
        return conversation.ask(b"ping").line

    with (
        user.connector() as connector,
        connector.open(host(server), soon()) as session,
        pytest.raises(DeadlineError, match="step deadline: the probe did not end at pong within"),
    ):
        session.run(script("mark run pong; sleep 9"), step="probe", seconds=0.5, talks={"pong": talk})
