"""Backups that a pause kept from being made: each is run once, by us or by cron, and never beside itself."""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from remedy.lab.guests.lab import Lab

from . import nightly
from .host import Host, at_once
from .moments import Moment, struck
from .pauses import pause_each
from .toolkit import Ran, fab

CUT, SWALLOWED, REPLAYED, RUNNING, FAILING = "chrony", "sysv", "openrc", "ntpsec", "dropbear"
LONG, SHORT = 300, 120  # minutes: cron makes good what fell into a pause of up to 180
GAPS = {CUT: LONG, SWALLOWED: LONG, REPLAYED: SHORT, RUNNING: LONG, FAILING: LONG}
MIDDLES = {CUT: nightly.UNTIL_TOLD, RUNNING: nightly.UNTIL_TOLD, FAILING: nightly.FAIL}
LOST = 50.0  # seconds within which a cut is noticed


@dataclass(frozen=True)
class Morning:
    """One run after the pause, one more while backups run, a look when these have ended; and how many were begun."""

    first: Ran
    second: Ran
    last: Ran
    begun: dict[str, int]

    def states(self, name: str) -> list[str]:
        """How the backup stood after each."""
        return [_backup(ran, name)["state"] for ran in (self.first, self.second, self.last)]


def _backup(ran: Ran, name: str) -> dict[str, Any]:
    found: dict[str, Any] = ran.host(name)["backups"][0]
    return found


def cut_until_it_is_lost(host: Host) -> None:
    """Cut its link until no connection to it is left."""
    guest, deadline = host.lab.guest(host.name), time.monotonic() + LOST
    connections = host.lab.network.inside("ss", "-Htn", "state", "established", "dst", guest.machine.address)
    guest.cut()
    while subprocess.run(connections, check=True, capture_output=True).stdout:
        assert time.monotonic() < deadline, "a link that was cut is not noticed to be lost"
        time.sleep(0.5)
    guest.restore()


@pytest.fixture(scope="module")
def inventory(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    fleet = yaml.safe_load((lab.home / "hosts.yaml").read_text())
    for name in GAPS:
        fleet["hosts"][name]["backups"] = ["auto", dict(nightly.IN_HOSTS_YAML)]
    path = tmp_path_factory.mktemp("fleet") / "hosts.yaml"
    path.write_text(yaml.safe_dump(fleet))
    return path


@pytest.fixture(scope="module")
def morning(lab: Lab, fleet: dict[str, Host], inventory: Path) -> Iterator[Morning]:
    hosts = [fleet[name] for name in GAPS]
    options = ("--inventory", str(inventory))
    topics = ("--only", "clock,timeservice,jobs,backups")

    def install(host: Host) -> None:
        now = datetime.fromtimestamp(lab.time(), UTC)
        nightly.install(host, now, now + timedelta(minutes=GAPS[host.name] // 2), MIDDLES.get(host.name, ""))
        if host.name == RUNNING:
            nightly.begin(host)

    try:
        pause_each(lab, GAPS, lambda names: at_once(install, [fleet[name] for name in names]))
        with struck({fleet[CUT]: Moment.BACKUP}, cut_until_it_is_lost):
            first = fab(lab, "post-mainte", list(GAPS), *topics, *options)
        nightly.wait_for_its_end(fleet[REPLAYED])
        second = fab(lab, "post-mainte", list(GAPS), *topics, *options)
        at_once(nightly.let_end, hosts)
        at_once(nightly.wait_for_its_end, [fleet[CUT], fleet[RUNNING]])
        last = fab(lab, "check-backups", list(GAPS), *options)
        yield Morning(first, second, last, at_once(nightly.times_begun, hosts))
    finally:
        at_once(nightly.remove, hosts)


def test_what_was_swallowed_is_run_once(morning: Morning) -> None:
    assert morning.first.verdicts[SWALLOWED] == "repaired", morning.first.host(SWALLOWED)
    assert _backup(morning.first, SWALLOWED)["last_run"]["exit_status"] == 0
    assert morning.states(SWALLOWED) == ["ran", "ran", "ran"]
    assert morning.begun[SWALLOWED] == 1


def test_what_cron_makes_good_is_left_to_it(morning: Morning) -> None:
    first, *later = morning.states(REPLAYED)
    left = "cron runs it by itself within minutes" in str(morning.first.host(REPLAYED)["findings"])
    assert (first, left) in (("stale", True), ("fresh", False))  # cron may be quicker than our look
    assert later == ["fresh", "fresh"]
    assert morning.begun[REPLAYED] == 1


def test_what_runs_is_not_begun_again(morning: Morning) -> None:
    assert morning.states(RUNNING) == ["running", "running", "fresh"]
    assert morning.begun[RUNNING] == 1


def test_what_fails_is_told_with_what_it_said_and_tried_again_by_the_next_run(morning: Morning) -> None:
    assert morning.first.verdicts[FAILING] == "failing"
    assert _backup(morning.first, FAILING)["last_run"]["exit_status"] == 3
    assert "the disk is full" in str(morning.first.host(FAILING)["findings"])
    assert morning.states(FAILING) == ["failed", "failed", "failed"]
    assert morning.begun[FAILING] == 2


def test_a_backup_goes_on_without_the_link_and_is_found_again(morning: Morning) -> None:
    assert morning.states(CUT) == ["running", "running", "ran"], morning.first.host(CUT)
    assert morning.begun[CUT] == 1
