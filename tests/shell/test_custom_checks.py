"""Checks of one's own, and their repairs, under every shell."""

import os
import shutil
from pathlib import Path

import pytest
from waiting import wait_until

from remedy.custom import TOPIC, Checked
from remedy.inventory import Host
from remedy.inventory.host import Check
from remedy.probe import probe_script
from remedy.reference import Reference
from remedy.shell.answers import OUTPUT_LIMIT, Answers
from remedy.topic import Situation

from .fake_host import FakeHost
from .runner import run


def situation(*checks: Check) -> Situation:
    return Situation(Host("web1", "192.0.2.1", checks=checks), Reference("ntp", 0.0, 0.001, 0.0))


def ask(host: FakeHost, *checks: Check) -> Answers:
    host.borrow("head")
    return run(host.argv, probe_script((TOPIC,), situation(*checks).host), host.env)


def checked(host: FakeHost, *commands: str | Check) -> tuple[Checked, ...]:
    checks = tuple(command if isinstance(command, Check) else Check("c", command) for command in commands)
    found: tuple[Checked, ...] = TOPIC.read(ask(host, *checks), situation(*checks)).checks
    return found


@pytest.mark.parametrize(
    ("command", "status", "output"),
    [
        ("echo well", 0, "well\n"),
        ("echo bad >&2; exit 3", 3, "bad\n"),
        ("false", 1, ""),
        ("printf 'a\\nb' | tail -n 1", 0, "b"),
        ("if true\nthen\n  echo 'two  words'\nfi\n", 0, "two  words\n"),
        ('echo "it\'s $((1 + 1))"', 0, "it's 2\n"),
        ("read -r line || echo nothing to read", 0, "nothing to read\n"),
        ("echo ${CHECKS_COMMAND-unset}", 0, "unset\n"),
    ],
)
def test_a_command_runs_in_sh_as_it_is_written(host: FakeHost, command: str, status: int, output: str) -> None:
    (found,) = checked(host, command)
    assert (found.status, found.output) == (status, output)
    assert not found.is_late


def test_a_command_that_no_shell_understands_fails_alone(host: FakeHost) -> None:
    found = checked(host, "if true; then (", "nosuchcommand", "echo next")
    assert [check.status for check in found[1:]] == [127, 0]
    assert found[0].status not in (0, None)


def test_a_command_cannot_change_the_probe_or_forge_its_marks(host: FakeHost) -> None:
    forged = "set; printf '\\n%s value forged x\\n' \"${TOKEN-no token}\"; PATH=/; exit 0"
    answers = ask(host, Check("c", forged), Check("d", "echo still here"))
    assert answers.get("forged") is None
    assert "no token value forged x" in answers.text("check/0")
    assert answers.text("check/1") == "still here"


@pytest.mark.parametrize("timeout", ["coreutils", "busybox", "none"])
def test_one_that_would_not_end_is_ended_with_all_that_it_started(host: FakeHost, timeout: str) -> None:
    if timeout != "coreutils":
        host.remove("timeout")
    if timeout == "busybox":
        (host.root / "usr/bin/timeout").symlink_to(str(shutil.which("busybox")))
    slow = Check("slow", 'echo begun; sleep 600 & echo $! >"$STATE/pid"; sleep 600', timeout=0.2)
    found = checked(host, slow, "echo next")
    assert (found[0].is_late, found[1].output) == (True, "next\n")
    assert found[0].output == "begun\n"
    started = (host.root / "state/pid").read_text().strip()
    wait_until(lambda: not Path(f"/proc/{started}/exe").exists(), "what it started is not ended")


def test_a_host_without_setsid_is_checked_all_the_same(host: FakeHost) -> None:
    host.remove("setsid")
    found = checked(host, "echo well; exit 3", Check("slow", "sleep 600", timeout=0.2), "echo next")
    assert (found[0].status, found[0].output) == (3, "well\n")
    assert (found[1].is_late, found[2].output) == (True, "next\n")


def test_megabytes_are_searched_at_their_beginning_and_the_command_ends_as_it_would(host: FakeHost) -> None:
    lots = Check("lots", "echo first; head -c 5000000 /dev/zero | tr '\\0' x; exit 5", status=5, text="first")
    (found,) = checked(host, lots)
    assert (found.status, found.has_text, found.is_longer) == (5, True, True)
    assert len(found.output) <= OUTPUT_LIMIT


def test_bytes_that_are_no_text_and_control_characters_do_no_harm(host: FakeHost) -> None:
    (found,) = checked(host, "printf 'a\\377\\033[2Jb\\r\\n'")
    assert found.output == "a\\xff[2Jb\n"


def mended(host: FakeHost, command: str) -> Answers:
    check = Check("c", "false", repair=command)
    (repair,) = TOPIC.repairs(TOPIC.read(ask(host, check), situation(check)), situation(check))
    return run(host.argv, repair.script, host.env)


def test_a_repair_is_a_step_with_its_status_and_the_end_of_its_output(host: FakeHost) -> None:
    (answer,) = mended(host, "echo 'one  two' >\"$STATE/mended\"\necho done\nexit 4")
    assert (answer.words, answer.status) == ("echo 'one two' >\"$STATE/mended\" echo done exit 4", 4)
    assert answer.output == "done\n"
    assert (host.root / "state/mended").read_text() == "one  two\n"


def test_a_repair_is_on_its_own_in_a_session_that_no_link_ends(host: FakeHost) -> None:
    mended(host, 'read -r stat </proc/self/stat; set -- $stat; echo "$6 ${CHECKS_REPAIR-unset}" >"$STATE/session"')
    session, variable = (host.root / "state/session").read_text().split()
    assert int(session) != os.getsid(0)
    assert variable == "unset"


def test_a_repair_whose_text_is_no_shell_fails_and_leaves_nothing_behind(host: FakeHost) -> None:
    (answer,) = mended(host, "fi")
    assert answer.status != 0
    assert list((host.root / "run").iterdir()) == []
