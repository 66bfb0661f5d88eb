"""A backup over a real connection: followed to its end, and going on when the connection is cut in its middle."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pytest
from waiting import wait_until

from remedy.backups import TOPIC
from remedy.errors import LinkLostError
from remedy.inventory.host import Backup, Evidence, Host
from remedy.probe import probe_script
from remedy.reference import Reference
from remedy.shell.answers import Answers
from remedy.shell.script import Script
from remedy.ssh.connection import Session
from remedy.topic import Situation

from .harness import Sshd, User, host, soon


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A file tree of its own for a host's runs and backups; its programs and processes are those of this machine."""
    root = tmp_path / "tree"
    for folder in ("run", "tmp", "etc", "backups"):
        (root / folder).mkdir(parents=True)
    for link in ("usr", "bin", "proc"):
        (root / link).symlink_to(f"/{link}")
    return root


def backup(tree: Path) -> Backup:
    """One that waits until it may go on."""
    wait = f"echo begun; : >{tree}/begun; while [ ! -e {tree}/go ]; do sleep 0.05; done"
    return Backup(
        "nightly",
        Evidence(file="/backups/db-*"),
        run=f"{wait}; echo made >{tree}/backups/db-1; echo done",
        timeout=60.0,
    )


def send(session: Session, script: Script, tree: Path) -> Answers:
    return session.run(replace(script, values={**script.values, "REMEDY_ROOT": str(tree)}), step="backup", seconds=30)


def situation(tree: Path) -> Situation:
    reference = Reference("ntp", time.time() - time.monotonic(), 0.0, time.monotonic())
    known = Host("web1", "127.0.0.1", backups=(backup(tree),))
    return Situation(known, reference, now=time.time(), run_backups="missing")


def look(session: Session, tree: Path) -> tuple[str, tuple[Script, ...]]:
    """How the backup stands, and what is to be run."""
    at = situation(tree)
    facts = TOPIC.read(send(session, probe_script((TOPIC,), at.host), tree), at)
    return TOPIC.section(facts, None)[0]["state"], tuple(repair.script for repair in TOPIC.repairs(facts, at))


def test_it_is_followed_to_its_end(server: Sshd, user: User, tree: Path) -> None:
    with user.connector() as connector, connector.open(host(server), soon(60)) as session:
        state, (script,) = look(session, tree)
        assert state == "missing"
        Timer(0.5, (tree / "go").touch).start()
        answer = send(session, script, tree).get("backup")
        assert answer
        assert (answer.status, answer.output.strip()) == (0, "begun\ndone")
        assert look(session, tree) == ("ran", ())


def test_it_goes_on_when_the_connection_is_cut(server: Sshd, user: User, tree: Path) -> None:
    with user.connector() as connector:
        with connector.open(host(server), soon(60)) as session, ThreadPoolExecutor(1) as pool:
            _, (script,) = look(session, tree)
            sent = pool.submit(send, session, script, tree)
            wait_until((tree / "begun").exists, "the backup does not begin")
            for child in server.children():
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            with pytest.raises(LinkLostError):
                sent.result()
        with connector.open(host(server), soon(60)) as session:
            assert look(session, tree) == ("running", ())
            (tree / "go").touch()
            wait_until(lambda: look(session, tree)[0] == "ran", "it does not go on to its end")
