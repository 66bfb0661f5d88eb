"""What is to be done by hand: lines that do on the host, when they are pasted, what was meant."""

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whole_runs import BACKUP, host, site, without_backup

from remedy.model import Finding, HostReport, Level, Verdict
from remedy.report.hand import Chore, chores, typed

SSH = """#!/bin/sh
# Stands for ssh: what follows the destination goes to a shell, as sshd does it with the words of ssh.
echo "$2" >> "$SEEN/hosts"
shift 2
exec sh -c "$*"
"""
SUDO = '#!/bin/sh\nexec "$@"\n'
RECORD = '#!/bin/sh\nprintf "%s\\0" "$@" >> "$SEEN/words"\n'
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n\t'\"\\$`!"))


@dataclass
class Shell:
    """A shell for which ssh and sudo are stand-ins; what `record` was called with on which hosts is kept."""

    folder: Path

    def paste(self, line: str) -> tuple[list[str], list[str]]:
        """Run the line; the destinations of ssh, and the words that `record` got."""
        path = f"{self.folder}:{Path(sys.executable).parent}:{os.environ['PATH']}"  # nodeset comes with ClusterShell
        for name in ("hosts", "words"):
            (self.folder / name).write_text("")
        subprocess.run(["bash", "-c", line], env={"PATH": path, "SEEN": str(self.folder)}, check=True, timeout=20)
        return (self.folder / "hosts").read_text().split(), (self.folder / "words").read_text().split("\0")[:-1]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("bin")
    for name, text in {"ssh": SSH, "sudo": SUDO, "record": RECORD}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return Shell(folder)


def to_do(command: str, *, sudo: bool = False, topic: str = "services") -> HostReport:
    """A host on which this command is to be typed."""
    login = ("ssh", "-t", "admin@203.0.113.9", "sudo") if sudo else ("ssh", "-n", "root@203.0.113.9")
    report = host("web1", 9, Verdict.FAILING, sites=[site("https://www.example.jp/")])
    return replace(report, findings=(Finding(topic, Level.BAD, "broken", "", command),), login=login)


def lines(*reports: HostReport) -> list[str]:
    """The lines for the first thing to do on these hosts."""
    return list(typed(next(chores(reports[0])), reports))


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("systemctl start nginx", "ssh -n root@203.0.113.9 systemctl start nginx"),
        ("mailq | tail -1", "ssh -n root@203.0.113.9 'mailq | tail -1'"),
        ("echo 'a b'", "ssh -n root@203.0.113.9 \"echo 'a b'\""),
        ("echo 'a' $HOME", "ssh -n root@203.0.113.9 'echo '\\''a'\\'' $HOME'"),
        ("first\nsecond 'a'", "ssh -n root@203.0.113.9 $'first\\nsecond \\'a\\''"),
    ],
)
def test_a_command_is_quoted_only_as_much_as_it_needs(command: str, line: str) -> None:
    assert lines(to_do(command)) == [line]


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("systemctl start nginx", "ssh -t admin@203.0.113.9 sudo systemctl start nginx"),
        ("su -c 'a b' www", "ssh -t admin@203.0.113.9 sudo \"su -c 'a b' www\""),
        ("mailq | tail -1", "ssh -t admin@203.0.113.9 sudo \"sh -c 'mailq | tail -1'\""),
    ],
)
def test_all_of_a_command_is_done_as_root(command: str, line: str) -> None:
    assert lines(to_do(command, sudo=True)) == [line]


@settings(max_examples=15, deadline=None)
@given(words=st.lists(WORDS, min_size=1, max_size=8), sudo=st.booleans())
def test_whatever_the_words_are_the_host_s_shell_reads_them_as_they_were(
    shell: Shell, words: list[str], sudo: bool
) -> None:
    (line,) = lines(to_do(shlex.join(["record", *words]), sudo=sudo))
    assert "\n" not in line
    assert shell.paste(line)[1] == words


@pytest.mark.parametrize("sudo", [False, True])
def test_a_command_with_shell_in_it_runs_whole_on_the_host(shell: Shell, sudo: bool) -> None:
    (line,) = lines(to_do("for i in 1 '2 3'; do record \"$i\"; done | cat\nrecord end", sudo=sudo))
    assert shell.paste(line)[1] == ["1", "2 3", "end"]


def on_many(count: int) -> list[HostReport]:
    hosts = (to_do("record 'a b'") for _ in range(count))
    return [
        replace(report, address=f"203.0.113.{n}", login=("ssh", "-n", f"root@203.0.113.{n}"))
        for n, report in enumerate(hosts, 1)
    ]


def test_a_few_hosts_have_a_line_each() -> None:
    assert lines(*on_many(3)) == [f"ssh -n root@203.0.113.{n} \"record 'a b'\"" for n in (1, 2, 3)]


@pytest.mark.parametrize("count", [4, 20, 21, 250])
def test_many_hosts_have_one_loop_that_reaches_them_all(shell: Shell, count: int) -> None:
    (line,) = lines(*on_many(count))
    assert len(line) < 400
    assert shell.paste(line) == ([f"root@203.0.113.{n}" for n in range(1, count + 1)], ["a b"] * count)


def test_a_host_of_an_old_document_is_reached_by_its_address() -> None:
    assert lines(replace(to_do("true"), login=())) == ["ssh -n 203.0.113.9 true"]


def test_a_site_that_we_asked_is_asked_again_from_here() -> None:
    curl = "curl -sSI https://www.example.jp/"
    assert lines(to_do(curl, topic="sites")) == [curl]


def test_a_site_that_the_host_asked_is_asked_there() -> None:
    report = to_do("curl -sSI https://www.example.jp/", topic="sites")
    asked = {**site("https://www.example.jp/"), "from": "host"}
    (line,) = lines(replace(report, sections={"sites": [asked]}))
    assert line.startswith("ssh ")


def test_nothing_is_to_be_done_by_hand_where_there_is_a_plan() -> None:
    assert not list(chores(replace(to_do("true"), verdict=Verdict.PLANNED)))


def test_a_backup_is_made_by_hand_only_where_we_can_not_make_it() -> None:
    report = without_backup("db1")
    assert BACKUP not in [chore.command for chore in chores(report)]
    backups = [{"name": "nightly", "state": "stale", "run": False}]
    assert BACKUP in [chore.command for chore in chores(replace(report, sections={"backups": backups}))]


def test_a_backup_whose_name_begins_with_another_s_is_not_taken_for_it() -> None:
    backups = [{"name": "home", "state": "stale"}, {"name": "home-offsite", "state": "stale", "run": False}]
    offsite = Finding("backups", Level.BAD, "the backup home-offsite is 3 d old", "", "true", entry="home-offsite")
    report = replace(to_do("true"), sections={"backups": backups}, findings=(offsite,))
    assert [chore.command for chore in chores(report)] == ["true"]


def test_a_command_too_long_to_be_copied_is_left_out() -> None:
    assert not list(chores(to_do("x" * 1_000_000)))


def test_the_same_command_is_one_thing_to_do_though_the_reasons_differ() -> None:
    assert Chore("ssh -n a", "true", "3 h old") == Chore("ssh -n a", "true", "4 h old")
