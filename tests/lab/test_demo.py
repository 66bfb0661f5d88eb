"""`make demo`: it puts the morning right, and tells the truth about it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from remedy.lab.demo import story
from remedy.lab.demo.__main__ import main

SECONDS = 60.0


def start(folder: Path) -> "subprocess.Popen[str]":
    """The demo, as make starts it, in a process group of its own as on a terminal; its lab is in that folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "remedy.lab.demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=story.ROOT,
        env=os.environ | {"TMPDIR": str(folder)},
        start_new_session=True,
    )


def test_the_demo_puts_the_morning_right(tmp_path: Path) -> None:
    with start(tmp_path) as playing:
        said, _ = playing.communicate(timeout=SECONDS)
    assert playing.returncode == 0, said
    commands = [line for line in said.splitlines() if line.startswith("$ fab ")]
    assert commands == [
        "$ fab check-jobs -H web2,db1",
        "$ fab post-mainte",
        "$ fab post-mainte --resume last --allow-backward --yes",
        "$ fab post-mainte --yes",
    ]
    assert re.search(r"cron runs by itself[^\n]*\n +web2: .* 03:10", said)
    assert re.search(r"nothing runs them[^\n]*\n +db1: .* 02:30", said)
    assert said.rstrip().endswith("The lab itself says: all are right.")
    assert not list(tmp_path.iterdir())


def test_the_demo_does_not_take_the_commands_word_for_it(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(story, "FAB", Path("/bin/true"))
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
        while not playing.stdout.readline().startswith("$ fab post-mainte"):
            pass
        os.killpg(playing.pid, number)
        playing.communicate(timeout=SECONDS)
    assert playing.returncode == 128 + number
    assert not list(tmp_path.iterdir())
    assert not _processes(playing.pid)


def _processes(session: int) -> list[str]:
    """What still runs of that session; a moment's grace for what is being ended."""
    deadline = time.monotonic() + 5
    while (found := [path.name for path in Path("/proc").glob("[0-9]*") if _session(path) == session]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.05)
    return found


def _session(process: Path) -> int | None:
    """The session of a process (proc(5)); None if it has ended."""
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[3])
    except OSError:
        return None
