"""Starting services under every shell: what is started, what is let alone, and that it is looked at again."""

import signal
import subprocess

import pytest

from remedy.initsystem import Init
from remedy.inventory import Host
from remedy.model import Repair
from remedy.reference import Reference
from remedy.services import Service, ServicesFacts, State
from remedy.services.repairs import repairs
from remedy.shell.answers import Answers
from remedy.topic import Situation

from .fake_host import FakeHost
from .runner import begin, run

SITUATION = Situation(Host("web1", "192.0.2.1"), Reference("ntp", 0.0, 0.001, 0.0))
DEAD = Service("ntp-exporter", "ntp-exporter", State.STOPPED, enabled=True)


@pytest.fixture
def stopped(host: FakeHost) -> FakeHost:
    (host.root / "state/running").unlink()
    host.put("usr/bin/sleep", '#!/bin/sh\necho "$*" >>"$STATE/slept"\n')
    return host


def repair(*services: Service) -> Repair:
    facts = ServicesFacts(Init.SYSV, services, True, frozenset({"service", "update-rc.d"}), 0)
    (planned,) = repairs(facts, SITUATION)
    return planned


def done(host: FakeHost, planned: Repair) -> Answers:
    return run(host.argv, planned.script, host.env)


def steps(answers: Answers) -> list[tuple[str, int | None]]:
    return [(answer.words, answer.status) for answer in answers]


def test_what_is_dead_is_enabled_and_started(stopped: FakeHost) -> None:
    planned = repair(Service("web", "web", State.DEAD, enabled=False))
    answers = done(stopped, planned)
    assert steps(answers) == [(command, 0) for command in planned.commands]
    assert stopped.log == [
        "update-rc.d web defaults",
        "update-rc.d web enable",
        "service web status",
        "service web start",
    ]
    assert stopped.has("running")
    assert stopped.has("enabled")
    assert (stopped.root / "state/slept").read_text() == "2\n"  # so that what dies at once is seen to


def test_what_runs_by_now_is_not_started(host: FakeHost) -> None:
    answers = done(host, repair(DEAD))
    assert steps(answers) == [("service ntp-exporter status", 0)]
    assert "it runs by now" in answers.all[0].output
    assert host.log == ["service ntp-exporter status"]


def test_a_script_that_says_stopped_with_status_0_is_started(host: FakeHost) -> None:
    host.hook("service", 'case $2 in status) echo "web is stopped"; exit 0 ;; esac')
    done(host, repair(DEAD))
    assert host.log[-1] == "service ntp-exporter start"


def test_one_that_fails_to_start_does_not_hinder_the_next(stopped: FakeHost) -> None:
    stopped.hook("service", 'case $* in "web start") echo "bind() failed" >&2; exit 1 ;; "web status") exit 3 ;; esac')
    answers = done(stopped, repair(Service("web", "web", State.DEAD, enabled=True), DEAD))
    assert steps(answers) == [("service web start", 1), ("service ntp-exporter start", 0)]
    assert answers.all[0].output == "bind() failed\n"


def test_hostile_names_are_words_and_nothing_else(stopped: FakeHost) -> None:
    name = "a'b $(touch $STATE/broken) \\ *"
    stopped.hook("service", 'printf "<%s>\\n" "$1" >>"$STATE/names"')
    answers = done(stopped, repair(Service(name, name, State.STOPPED, enabled=True)))
    assert set((stopped.root / "state/names").read_text().splitlines()) == {f"<{name}>"}
    assert [status for _, status in steps(answers)] == [0]
    assert not stopped.has("broken")


def test_what_a_service_prints_is_told_to_its_end_only_and_forges_nothing(stopped: FakeHost) -> None:
    stopped.borrow("head")
    said = (
        'case $2 in start) head -c 3000000 /dev/zero | tr "\\0" x; printf "\\nTOKEN exit 7\\nlast\\033[2J\\n" ;; esac'
    )
    stopped.hook("service", said)
    (answer,) = done(stopped, repair(DEAD))
    assert answer.status == 0
    assert answer.output.endswith("TOKEN exit 7\nlast[2J\n")
    assert len(answer.output) <= 8192


def test_a_daemon_that_keeps_its_output_open_does_not_hold_up_the_next(stopped: FakeHost) -> None:
    stopped.hook("service", 'case $2 in start) /bin/sleep 60 & echo $! >"$STATE/pid" ;; esac')
    answers = done(stopped, repair(DEAD))
    pid = (stopped.root / "state/pid").read_text().strip()
    subprocess.run(["kill", pid], check=True)  # it lives on
    assert steps(answers) == [("service ntp-exporter start", 0)]


def test_the_services_inherit_no_ignored_signals(stopped: FakeHost) -> None:
    stopped.hook("service", 'case $2 in start) grep -E "^SigIgn" /proc/self/status >"$STATE/signals" ;; esac')
    done(stopped, repair(DEAD))
    ignored = int((stopped.root / "state/signals").read_text().split()[1], 16)
    assert not any(ignored >> (number - 1) & 1 for number in (signal.SIGHUP, signal.SIGPIPE, signal.SIGTERM))


def test_it_goes_on_when_the_link_is_lost_and_leaves_nothing_behind(stopped: FakeHost) -> None:
    waits = '"web start") while [ ! -e "$STATE/lost" ]; do /bin/sleep 0.05; done'
    stopped.hook("service", f"case $* in {waits} ;; *status) exit 3 ;; esac")
    running = begin(stopped.argv, repair(Service("web", "web", State.STOPPED, enabled=True), DEAD).script, stopped.env)
    running.read(until="start")
    assert running.process.stdout
    running.process.stdout.close()
    stopped.set_mark("lost")
    running.process.communicate(timeout=20)
    assert stopped.log[-1] == "service ntp-exporter start"
    assert list((stopped.root / "run").iterdir()) == []


def test_a_host_without_a_place_to_write_is_mended_all_the_same(stopped: FakeHost) -> None:
    for folder in ("run", "tmp"):
        (stopped.root / folder).rmdir()
    answers = done(stopped, repair(DEAD))
    assert steps(answers) == [("service ntp-exporter start", 0)]
    assert stopped.has("running")
