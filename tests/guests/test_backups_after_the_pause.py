"""Backups that a pause kept from being made: each is run once, by us or by cron, and never beside itself."""

import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from remedy.lab.guests.lab import Lab

from .host import Host, at_once
from .moments import Moment, struck
from .pauses import pause_each
from .toolkit import Ran, fab

SWALLOWED, REPLAYED, RUNNING, FAILING, CUT = "sysv", "openrc", "ntpsec", "dropbear", "chrony"
LONG, SHORT = 300, 120  # minutes: cron makes good what a pause of up to 180 swallowed
GAPS = {SWALLOWED: LONG, REPLAYED: SHORT, RUNNING: LONG, FAILING: LONG, CUT: LONG}
NIGHTLY = "/var/tmp/nightly"
GO, BEGUN, DUMPS = f"{NIGHTLY}-go", f"{NIGHTLY}-begun", "/var/backups/nightly-{}.dump"
CRONTAB = "/etc/cron.d/nightly"
OLD = 25 * 3600  # seconds; 26 hours would be right
LOST = 40.0  # seconds after which no connection survives a cut
SOON = 100.0  # seconds in which cron has begun to make good what it does, and a backup has ended that may

WAIT = f"looks=0; until [ -e {GO} ] || [ $looks -gt 600 ]; do looks=$((looks + 1)); sleep 0.5; done"
MIDDLES = {RUNNING: WAIT, CUT: WAIT, FAILING: "echo the disk is full; exit 3"}


@dataclass(frozen=True)
class Morning:
    """One run after the pause, one more while backups run, and a look when these have ended; and what was begun."""

    first: Ran
    second: Ran
    last: Ran
    begun: dict[str, int]

    def backup(self, ran: Ran, name: str) -> dict[str, Any]:
        found: dict[str, Any] = ran.host(name)["backups"][0]
        return found


def prepare(host: Host, now: float) -> None:
    """Give the host a backup that cron is to make in the middle of the pause."""
    script = ["#!/bin/sh", f"date >>{BEGUN}", MIDDLES.get(host.name, ""), f"date >{DUMPS.format('$(date +%s)')}"]
    middle = time.gmtime(now + GAPS[host.name] * 30)
    line = f"{middle.tm_min} {middle.tm_hour} * * * root {NIGHTLY}"
    files = {NIGHTLY: "\n".join(script), CRONTAB: line}
    program = [f"echo {shlex.quote(text)} >{path}" for path, text in files.items()]
    host.run("; ".join([*program, f"chmod +x {NIGHTLY}", f"touch -d @{now - OLD:.0f} {DUMPS.format('old')}"]))
    if host.name == RUNNING:
        host.run(f"setsid {NIGHTLY} </dev/null >/dev/null 2>&1 & until [ -e {BEGUN} ]; do sleep 0.1; done")


def clean(host: Host) -> None:
    host.run(f"touch {GO}; while pgrep -fx '/bin/sh {NIGHTLY}' >/dev/null; do sleep 0.2; done")
    host.run(f"rm -f {NIGHTLY}* {CRONTAB} {DUMPS.format('*')}")


def begun(host: Host) -> int:
    """How often its backup was begun."""
    return int(host.run(f"cat {BEGUN} 2>/dev/null | wc -l"))


def cut_for_a_while(host: Host) -> None:
    guest = host.lab.guest(host.name)
    guest.cut()
    time.sleep(LOST)
    guest.restore()


@pytest.fixture(scope="module")
def inventory(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    fleet = yaml.safe_load((lab.home / "hosts.yaml").read_text())
    backup = {"name": "nightly", "evidence": {"file": DUMPS.format("*")}, "max_age": "26h", "run": NIGHTLY}
    for name in GAPS:
        fleet["hosts"][name]["backups"] = ["auto", backup]
    path = tmp_path_factory.mktemp("fleet") / "hosts.yaml"
    path.write_text(yaml.safe_dump(fleet))
    return path


@pytest.fixture(scope="module")
def morning(lab: Lab, fleet: dict[str, Host], inventory: Path) -> Iterator[Morning]:
    hosts = [fleet[name] for name in GAPS]
    options = ("--inventory", str(inventory), "--parallel", str(len(hosts)))
    all_topics = ("--only", "clock,timeservice,jobs,backups", *options)
    try:
        pause_each(
            lab, GAPS, lambda names: at_once(lambda host: prepare(host, lab.time()), [fleet[n] for n in names]) and None
        )
        with struck({fleet[CUT]: Moment.BACKUP}, cut_for_a_while):
            first = fab(lab, "post-mainte", list(GAPS), *all_topics)
        fleet[REPLAYED].run(f"until [ -e {BEGUN} ]; do sleep 0.5; done")
        second = fab(lab, "post-mainte", [name for name in GAPS if name != FAILING], *all_topics)
        at_once(lambda host: host.run(f"touch {GO}"), hosts)
        at_once(
            lambda host: host.run(f"until [ -e {DUMPS.format('[1-9]*')} ]; do sleep 0.2; done"),
            [fleet[RUNNING], fleet[CUT]],
        )
        last = fab(lab, "check-backups", list(GAPS), *options)
        yield Morning(first, second, last, at_once(begun, hosts))
    finally:
        at_once(clean, hosts)


def test_what_was_swallowed_is_run_once(morning: Morning) -> None:
    backup = morning.backup(morning.first, SWALLOWED)
    assert morning.first.verdicts[SWALLOWED] == "repaired", morning.first.host(SWALLOWED)
    assert (backup["state"], backup["last_run"]["exit_status"]) == ("ran", 0)
    assert morning.second.verdicts[SWALLOWED] == "ok"
    assert morning.begun[SWALLOWED] == 1


def test_what_cron_makes_good_is_left_to_it(morning: Morning) -> None:
    assert morning.backup(morning.first, REPLAYED)["state"] == "stale"
    assert "cron runs it by itself" in str(morning.first.host(REPLAYED)["findings"])
    assert morning.backup(morning.second, REPLAYED)["state"] == "fresh"
    assert morning.begun[REPLAYED] == 1


def test_what_runs_is_not_begun_again(morning: Morning) -> None:
    assert morning.backup(morning.first, RUNNING)["state"] == "running"
    assert morning.backup(morning.second, RUNNING)["state"] == "running"
    assert morning.backup(morning.last, RUNNING)["state"] == "fresh"
    assert morning.begun[RUNNING] == 1


def test_what_fails_is_told_with_what_it_said(morning: Morning) -> None:
    backup = morning.backup(morning.first, FAILING)
    assert morning.first.verdicts[FAILING] == "failing"
    assert (backup["state"], backup["last_run"]["exit_status"]) == ("failed", 3)
    assert "the disk is full" in str(morning.first.host(FAILING)["findings"])
    assert morning.begun[FAILING] == 1


def test_a_backup_goes_on_without_the_link_and_is_found_again(morning: Morning) -> None:
    assert morning.backup(morning.first, CUT)["state"] == "running", morning.first.host(CUT)
    assert morning.backup(morning.second, CUT)["state"] == "running"
    assert morning.backup(morning.last, CUT)["state"] == "ran"
    assert morning.begun[CUT] == 1
