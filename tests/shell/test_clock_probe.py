"""The clock probe under every shell: each source of readings, with a bound that holds, and what it says of the host."""

import time
from pathlib import Path

import pytest

from remedy.clock import TOPIC, ClockFacts
from remedy.inventory import Host
from remedy.probe import probe_script
from remedy.reference import Reference
from remedy.shell.answers import Answers
from remedy.ssh import Conversation
from remedy.topic import Situation

from .fake_host import MICROSECONDS, NANOSECONDS, FakeHost
from .runner import run

SCRIPT = probe_script((TOPIC,), Host("web1", "192.0.2.1"))


def probe(host: FakeHost) -> Answers:
    return run(host.argv, SCRIPT, host.env, TOPIC.talks)


def facts(host: FakeHost) -> ClockFacts:
    answers = probe(host)
    reference = Reference("ntp", time.time() - time.monotonic(), 0.0, time.monotonic())
    read: ClockFacts = TOPIC.read(answers, Situation(Host("web1", "192.0.2.1"), reference))
    return read


@pytest.mark.parametrize(("program", "bound"), [("bash", 0.01), ("perl", 0.01), ("python3", 0.01)])
def test_a_program_of_the_host_tells_the_clock_to_the_microsecond(host: FakeHost, program: str, bound: float) -> None:
    host.borrow(program)
    read = facts(host)
    assert read.source == program
    assert abs(read.offset.seconds) <= read.offset.error + 0.0001
    assert read.offset.error < bound


@pytest.mark.parametrize("offset", [0.0, -10800.25])
def test_date_tells_it_where_there_is_nothing_else(host: FakeHost, offset: float) -> None:
    host.set_offset(offset)
    read = facts(host)
    assert read.source == "date"
    assert abs(read.offset.seconds - offset) <= read.offset.error + 0.0001


@pytest.mark.parametrize("adjtimex", [MICROSECONDS, NANOSECONDS])
def test_adjtimex_tells_it_where_date_has_whole_seconds(host: FakeHost, adjtimex: str) -> None:
    host.hook("date", 'case $1 in "+%s %N") echo "$(date +%s) %N"; exit ;; esac')
    host.put("usr/bin/adjtimex", adjtimex)
    read = facts(host)
    assert (read.source, read.baseline_source) == ("adjtimex", "adjtimex")
    assert abs(read.offset.seconds) <= read.offset.error + 0.0001


def test_whole_seconds_are_told_by_their_tick(host: FakeHost) -> None:
    host.hook("date", 'case $1 in "+%s %N") echo "$(date +%s) %N"; exit ;; esac')
    host.set_offset(7.5)
    read = facts(host)
    assert read.source == "whole"
    assert abs(read.offset.seconds - 7.5) <= read.offset.error + 0.0001


def test_a_program_that_does_not_work_is_passed_over(host: FakeHost) -> None:
    for name in ("bash", "perl", "python3"):
        host.put(f"usr/bin/{name}", "#!/bin/sh\nexit 1\n")
    assert facts(host).source == "date"


def test_a_chatty_bashrc_is_not_run_for_the_readings(host: FakeHost) -> None:
    def talk(conversation: Conversation) -> str:
        line = conversation.ask(b"?").line
        conversation.tell(b".")
        return line

    host.borrow("bash")
    host.put("home/.bashrc", "echo Good morning\n")
    by_ssh = {**host.env, "HOME": f"{host.root}/home", "SSH_CLIENT": "192.0.2.9 4711 22"}
    answers = run(host.argv, SCRIPT, by_ssh, {"ticks": talk})
    assert float(str(answers.talks["ticks"])) == pytest.approx(time.time(), abs=5)


def test_the_baseline_is_clock_minus_uptime(host: FakeHost) -> None:
    host.set_offset(-10800.0)
    expected = time.time() - 10800.0 - float(Path("/proc/uptime").read_text().split()[0])
    assert facts(host).baseline == pytest.approx(expected * 1000, abs=1000)


def test_a_baseline_that_a_busy_machine_took_too_long_over_is_read_again(host: FakeHost) -> None:
    host.hook("date", '[ -e "$STATE/slow" ] || { : >"$STATE/slow"; sleep 0.5; }')
    expected = time.time() - float(Path("/proc/uptime").read_text().split()[0])
    assert facts(host).baseline == pytest.approx(expected * 1000, abs=200)


def test_it_says_who_may_set_the_clock_and_with_what(host: FakeHost) -> None:
    (host.root / "dev/rtc0").touch()
    (host.root / "run/systemd").mkdir(parents=True)
    read = facts(host)
    assert (read.uid, read.rtc, read.has_capability, read.container) == (0, "/dev/rtc0", True, "")
    assert read.tools == {"ntpdate", "chronyd", "hwclock"}
    (host.root / "run/systemd/container").write_text("lxc\n")
    (host.root / "proc/self/status").write_text("CapEff:\t000001fffdffffff\n")
    read = facts(host)
    assert (read.has_capability, read.container, read.may_set) == (False, "lxc", False)


@pytest.mark.parametrize(
    ("evidence", "container"),
    [
        ({"proc/vz/": ""}, "openvz"),
        ({"proc/vz/": "", "proc/bc/": ""}, ""),
        ({".dockerenv": ""}, "docker"),
        ({"run/.containerenv": ""}, "podman"),
        ({"proc/1/environ": "TERM=linux\0container=lxc\0"}, "lxc"),
        ({"proc/1/environ": "TERM=linux\0"}, ""),
    ],
)
def test_containers_are_told_by_what_they_leave_behind(
    host: FakeHost, evidence: dict[str, str], container: str
) -> None:
    for name, text in evidence.items():
        path = host.root / name
        if name.endswith("/"):
            path.mkdir()
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    assert facts(host).container == container


def test_lines_that_are_no_question_are_not_answered(host: FakeHost) -> None:
    def talk(conversation: Conversation) -> str:
        conversation.tell(b"exit\n\nx?")
        line = conversation.ask(b"?").line
        conversation.tell(b".")
        return line

    for program in ("", "bash", "perl", "python3"):
        if program:
            host.borrow(program)
        answers = run(host.argv, SCRIPT, host.env, {"ticks": talk})
        assert float(str(answers.talks["ticks"])) == pytest.approx(time.time(), abs=5)
        assert answers.text("ticks") == ""
        if program:
            host.remove(program)
