"""`make demo`: it puts the morning right, closes the circle, and tells the truth about both."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import wait_until

from remedy.lab.demo import stage
from remedy.lab.demo.__main__ import main

SECONDS = 110.0


def start(folder: Path) -> "subprocess.Popen[str]":
    """The demo, as make starts it, in a process group of its own as on a terminal; its lab is in that folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "remedy.lab.demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=stage.ROOT,
        env=os.environ | {"TMPDIR": str(folder)},
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a demo says that is played to its end."""
    folder = tmp_path_factory.mktemp("demo")
    with start(folder) as playing:
        said, _ = playing.communicate(timeout=SECONDS)
    assert playing.returncode == 0, said
    assert not list(folder.iterdir())
    return said


def test_the_demo_puts_the_morning_right(said: str) -> None:
    assert re.search(r"cron runs by itself[^\n]*\n +web2: .* 03:10", said)
    assert re.search(r"nothing runs them[^\n]*\n +db1: .* 02:30", said)
    assert said.count("The lab itself says: all are right.") == 2


def test_the_demo_shows_what_a_user_types(said: str) -> None:
    assert [line for line in said.splitlines() if line.startswith("$ ")] == [
        "$ fab check-jobs -H web2,db1",
        "$ fab post-mainte",
        "$ fab post-mainte --resume last --allow-backward --yes",
        "$ fab post-mainte --yes",
        "$ xclip -o | fab maintenance.add -H web1 --notice-text - --yes",
        "$ fab watch -H web1,mail1",
    ]


def test_the_demo_shows_that_an_outage_is_told_unless_it_was_announced(said: str) -> None:
    assert re.search(r"^web1 is DOWN since .*announced until .*nobody is told", said, re.MULTILINE)
    alarm, *returns = said.split("This mail has arrived:")[1:]
    assert "Subject: post-mainte: mail1 is DOWN\n" in alarm
    assert "web1 is DOWN" not in "".join(returns)


def test_the_demo_shows_each_return_with_its_repair(said: str) -> None:
    repaired = r"^    (\w+) is back since .*\n +post-mainte: repaired: 3 h 10 min behind → right within"
    assert sorted(re.findall(repaired, said, re.MULTILINE)) == ["mail1", "web1"]


def test_the_demo_does_not_take_the_commands_word_for_it(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stage, "FAB", Path("/bin/true"))
    assert main() == 1
    said = capfd.readouterr().out
    for what in (
        "web1: the clock is off by -11400.000 s",
        "web1: ntpd does not run",
        "web1: nginx does not run",
        "web1: ntpd does not start at boot",
        "web2: backup-www ran 0 times",
        "db1: backup-db ran 0 times",
        "mail1: mail still waits",
    ):
        assert what in said
    assert "app1: " not in said.split("$ fab post-mainte")[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    with start(tmp_path) as playing:
        assert playing.stdout
        assert any(line.startswith("$ fab post-mainte") for line in playing.stdout), "it ends before that"
        os.killpg(playing.pid, number)
        playing.communicate(timeout=SECONDS)
    assert playing.returncode == 128 + number
    assert not list(tmp_path.iterdir())
    wait_until(lambda: not _processes(playing.pid), "something of it still runs")


def _processes(session: int) -> list[str]:
    """What still runs of that session."""
    return [path.name for path in Path("/proc").glob("[0-9]*") if _session(path) == session]


def _session(process: Path) -> int | None:
    """The session of a process (proc(5)); None if it has ended."""
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[3])
    except OSError:
        return None
