"""Catching up under every shell: each run is made once, in cron's environment, and survives us."""

import os
import shlex
import signal

import pytest
from waiting import wait_until

from remedy.jobs.byhand import by_hand
from remedy.jobs.catchup import SECTIONS
from remedy.jobs.crontab import CronJob
from remedy.jobs.daemon import Daemon
from remedy.shell.answers import Answers
from remedy.shell.script import Script

from .fake_host import FakeHost
from .jobs_host import NOW, furnish
from .runner import run

MARK = "0123456789abcdef-1764000000"
CRON = Daemon("vixie")


def job(command: str, **environment: str) -> str:
    """The line that runs this command of root's."""
    return by_hand(CronJob("30 2 * * *", None, "root", command, "/etc/crontab", 1, environment), CRON)


def catch_up(host: FakeHost, *lost: tuple[str, str, str, str], not_before: int = NOW, followed: int = 10) -> Answers:
    calls = "\n".join(shlex.join(("jobs_lost", *words)) for words in lost)
    values = {"JOBS_LOST": calls, "JOBS_NOT_BEFORE": str(not_before), "JOBS_FOLLOWED": str(followed)}
    return run(host.argv, Script(SECTIONS, ("jobs_catch_up",), values, detached=True), host.env)


def one(command: str, mark: str = MARK, **environment: str) -> tuple[str, str, str, str]:
    return mark, command, command, job(command, **environment)


def told(answers: Answers) -> list[tuple[str, int | None]]:
    return [(answer.output, answer.status) for answer in answers]


@pytest.fixture(autouse=True)
def furnished(host: FakeHost) -> None:
    furnish(host)
    (host.root / "home").mkdir()
    (host.root / "var/lib").mkdir(parents=True)
    host.put("usr/bin/su", f'#!/bin/sh\necho "su $5" >>"$STATE/log"\nHOME={host.root}/home exec sh -c "$4"\n')


def test_a_job_runs_as_cron_has_it(host: FakeHost) -> None:
    read = catch_up(host, one("pwd; env | sort; cat; tty", MAILTO="a b", **{"bad name": "x"}))
    (answer,) = read
    assert answer.output.splitlines() == [
        f"{host.root}/home",
        f"HOME={host.root}/home",
        "LOGNAME=root",
        "MAILTO=a b",
        "PATH=/usr/bin:/bin",
        f"PWD={host.root}/home",
        "SHELL=/bin/sh",
        "not a tty",
    ]
    assert (answer.status, answer.words) == (1, job("pwd; env | sort; cat; tty", MAILTO="a b"))
    assert host.log == ["su root"]


def test_what_stands_after_a_percent_sign_is_given_to_read(host: FakeHost) -> None:
    assert told(catch_up(host, one(r"date +\%s; cat % it's line 1 % line 2 \% more"))) != []
    (answer,) = catch_up(host, one(r"printf '\%s.' x; cat % it's line 1%line 2 \% more", MARK.replace("4", "5")))
    assert answer.output == "x. it's line 1\nline 2 % more\n"


def test_no_job_runs_twice_even_if_it_failed(host: FakeHost) -> None:
    lost = one(f"echo ran >>{host.root}/runs; exit 3")
    assert told(catch_up(host, lost)) == [("", 3)]
    assert told(catch_up(host, lost)) == [("it was caught up with before: left alone\n", 0)]
    assert (host.root / "runs").read_text() == "ran\n"
    folder = host.root / f"var/lib/post-mainte/jobs/{MARK}"
    assert ((folder / "status").read_text(), (folder / "began").read_text()) == ("3\n", f"{NOW}\n")
    assert folder.stat().st_mode & 0o077 == 0


def test_jobs_run_one_after_the_other(host: FakeHost) -> None:
    runs = host.root / "runs"
    first, second = (
        one(f"echo {n} begins >>{runs}; sleep {s}; echo {n} ends >>{runs}", f"{MARK}{n}") for n, s in ((1, 1), (2, 0))
    )
    catch_up(host, first, second)
    assert runs.read_text().splitlines() == ["1 begins", "1 ends", "2 begins", "2 ends"]


def test_a_job_that_runs_now_is_left_alone(host: FakeHost) -> None:
    host.put("proc/99/cmdline", "/bin/sh\0-c\0/usr/local/bin/backup --all >/dev/null\0")
    lost = (
        MARK,
        "/usr/local/bin/backup --all >/dev/null",
        "/usr/local/bin/backup --all",
        job(f"touch {host.root}/ran"),
    )
    assert told(catch_up(host, lost)) == [("it runs now: left alone\n", 0)]
    host.put("proc/99/cmdline", "/bin/sh\0/usr/local/bin/backup\0--all\0")
    assert told(catch_up(host, lost)) == [("it runs now: left alone\n", 0)]
    host.put("proc/99/cmdline", "/srv/usr/local/bin/backup\0--all\0")
    assert told(catch_up(host, lost)) == [("", 0)]
    assert (host.root / "ran").exists()


def test_nothing_runs_while_the_clock_is_not_right(host: FakeHost) -> None:
    ((said, status),) = told(catch_up(host, one(f"touch {host.root}/ran"), not_before=NOW + 1))
    assert (said, status) == ("the clock is not right yet: nothing was run\n", 75)
    assert not (host.root / "ran").exists()


def test_nothing_runs_where_that_can_not_be_noted(host: FakeHost) -> None:
    for place in ("var/lib", "run"):
        (host.root / place).rmdir()
        (host.root / place).write_text("no folder")
    ((_, status),) = told(catch_up(host, one(f"touch {host.root}/ran")))
    assert status == 73
    assert not (host.root / "ran").exists()


def test_a_job_that_takes_long_goes_on_without_us(host: FakeHost) -> None:
    go_on = host.root / "go-on"
    ((said, status),) = told(catch_up(host, one(f"while ! [ -e {go_on} ]; do sleep 0.05; done; echo done"), followed=0))
    assert said.startswith("it goes on without us")
    assert status == 0
    go_on.touch()
    folder = host.root / f"var/lib/post-mainte/jobs/{MARK}"
    wait_until((folder / "status").exists, "the job does not end")
    assert (folder / "output").read_text() == "done\n"


def test_a_daemon_that_a_job_leaves_behind_holds_up_neither_the_next_job_nor_us(host: FakeHost) -> None:
    pid = host.root / "pid"
    leaves = one(f"sleep 60 & echo $! >{pid}; echo left", f"{MARK}1")
    try:
        read = catch_up(host, leaves, one("echo next", f"{MARK}2"))
    finally:
        os.kill(int(pid.read_text()), signal.SIGKILL)
    assert [status for _, status in told(read)] == [0, 0]
    assert told(read)[1] == ("next\n", 0)


def test_megabytes_and_odd_bytes_of_a_job_are_bounded(host: FakeHost) -> None:
    (answer,) = catch_up(host, one(r"head -c 5000000 /dev/zero | tr '\0' x; printf '\nTOKEN end\n\377\033[31m'"))
    assert len(answer.output) < 9000
    assert answer.output.endswith("\\xff[31m")


def test_hostile_commands_reach_no_shell_but_the_one_that_cron_would_give_them(host: FakeHost) -> None:
    command = f'echo \'$(touch {host.root}/here)\' "`echo b`" \\\\\\\\ ; echo "it\'s" {{ }}'
    (answer,) = catch_up(host, one(command))
    assert answer.output == f"$(touch {host.root}/here) b \\\nit's {{ }}\n"
    assert not (host.root / "here").exists()
