"""A fake host with backups: real tools of this machine, its processes, and systemctl, restic and borg as stand-ins."""

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from remedy.backups import TOPIC, BackupsFacts
from remedy.inventory.host import Backup, Evidence, Host
from remedy.probe import probe_script
from remedy.reference import Reference
from remedy.shell.script import Script
from remedy.topic import Situation

from .fake_host import FakeHost
from .runner import run

BORROWED = ("date", "dd", "df", "gzip", "head", "id", "mkfifo", "mv", "stat", "uname")
DUMP = "-- MySQL dump 10.13\n{}\n-- Dump completed on 2026-01-02  3:04:05\n"
HOUR = 3600.0


def with_backups(host: FakeHost) -> FakeHost:
    """Give it what backups need. Nothing that they do leaves its tree."""
    (host.root / "usr/bin/date").unlink()
    (host.root / "usr/bin/id").unlink()
    host.borrow(*BORROWED)
    for path in (host.root / "proc/self/status", host.root / "proc/uptime"):
        path.unlink()
    (host.root / "proc/self").rmdir()
    (host.root / "proc").rmdir()
    (host.root / "proc").symlink_to("/proc")
    (host.root / "bin").symlink_to("usr/bin")
    host.put("etc/passwd", f"root:x:0:0:root:{host.root}/root:/bin/bash\n")
    (host.root / "root").mkdir()
    return host


def nightly(run: str | None = None, timeout: float = 60.0, max_age: float = 26 * HOUR, **evidence: Any) -> Backup:
    """A backup of files, unless its evidence is said."""
    proof = Evidence(**(evidence or {"file": "/var/backups/db-*"}))
    return Backup("nightly", proof, max_age, run, timeout)


def situation(*backups: Backup, which: str = "", by: str = "") -> Situation:
    """That of a host with these backups, now."""
    reference = Reference("ntp", time.time() - time.monotonic(), 0.0, time.monotonic())
    return Situation(Host("web1", "192.0.2.1", backups=backups), reference, now=time.time(), run_backups=which, run=by)


def look(host: FakeHost, *backups: Backup) -> BackupsFacts:
    """What a probe of it finds."""
    at = situation(*backups)
    answers = run(host.argv, probe_script((TOPIC,), at.host), host.env)
    facts: BackupsFacts = TOPIC.read(answers, replace(at, now=time.time()))
    return facts


def states(facts: BackupsFacts) -> list[str]:
    return [entry["state"] for entry in TOPIC.section(facts, None)]


def scripts(facts: BackupsFacts, *backups: Backup, which: str = "missing", by: str = "") -> list[Script]:
    """What is sent to run those that are to be run."""
    return [repair.script for repair in TOPIC.repairs(facts, situation(*backups, which=which, by=by))]


def put_file(host: FakeHost, name: str, data: bytes, age: float = 60.0) -> Path:
    path = host.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (time.time() - age,) * 2)
    return path
