"""What the lab's hosts have besides clocks: services of any kind, cron, sites, programs, a zone; under every sh."""

import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from typed import FAB, PROJECT
from waiting import wait_until

from remedy.lab.embedded import Daemon, EmbeddedLab, File, HostSpec, Init, Running, Service

from .command import fab
from .machine import MakeMachine, Said

NGINX = Service("nginx", Running.DEAD)
CRON = Service(Daemon.CRON)
HOUR = 3600.0
DAY = 24 * HOUR


def test_systemd_starts_any_service_and_ends_no_other_for_it(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.CHRONYD), NGINX, offset=-10.0)
    assert host.run("systemctl", "is-active", "nginx") == Said("failed\n", 3)
    assert host.run("systemctl", "start", "nginx") == Said("", 0)
    assert (host.state.running("nginx"), host.state.running("chrony")) == (Running.YES, Running.YES)
    assert host.state.offset == -10.0  # only a time service sets the clock at its start


def test_a_service_that_keeps_no_time_runs_in_a_container_as_well(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, NGINX, capable=False, container="lxc")
    host.run("systemctl", "start", "nginx")
    assert "ActiveState=active\n" in host.run("systemctl", "show", "nginx").text


def test_systemctl_shows_nothing_of_a_pattern_that_no_unit_has(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, CRON)
    said = host.run("systemctl", "show", "-p", "Id", "-p", "LoadState", "cron.service", "*.timer")
    assert said == Said("Id=cron.service\nLoadState=loaded\n", 0)


@pytest.mark.parametrize(("init", "name"), [(Init.REDHAT, "crond"), (Init.DEBIAN, "cron"), (Init.SYSTEMD, "cron")])
def test_cron_is_called_what_it_is_called_there(machine: MakeMachine, init: Init, name: str) -> None:
    root = machine(init, CRON).state.root
    assert [path.read_text() for path in root.glob("proc/4*/comm")] == [f"{name}\n"]
    assert ("CRON_TZ" in (root / "usr/sbin" / name).read_text()) is (init is Init.REDHAT)  # by which cronie is known


def test_a_process_tells_when_it_started(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, NGINX)
    host.run("systemctl", "start", "nginx")
    (stat,) = host.state.root.glob("proc/4*/stat")
    started = int(stat.read_text().rpartition(") ")[2].split()[19]) / 100
    assert 0 <= float(Path("/proc/uptime").read_text().split()[0]) - started < 20


@pytest.mark.parametrize(
    ("seconds", "runs"), [(300.0, 0), (HOUR, 1), (3 * HOUR - 120, 1), (3 * HOUR, 0), (-HOUR, 0)], ids=str
)
def test_cron_makes_good_after_a_leap_of_less_than_three_hours(machine: MakeMachine, seconds: float, runs: int) -> None:
    host = machine(Init.DEBIAN, CRON, offset=-seconds, replayed=("echo $HOME >>../ran", "exit 3"))
    host.run("date", "-s", f"{seconds:+.0f} seconds")
    root = host.state.root
    assert (root / "ran").exists() is bool(runs)
    assert not runs or (root / "ran").read_text() == f"{root}/root\n"
    log = root / "var/log/syslog"
    assert len(log.read_text().splitlines() if log.exists() else ()) == 2 * runs
    assert not runs or ": (root) CMD (exit 3)\n" in log.read_text()


def test_a_cron_that_does_not_run_makes_good_for_nothing(machine: MakeMachine) -> None:
    host = machine(Init.DEBIAN, Service(Daemon.CRON, Running.NO), offset=-HOUR, replayed=("echo >>../ran",))
    host.run("date", "-s", "+3600 seconds")
    assert not (host.state.root / "ran").exists()


def test_a_host_has_a_zone_of_its_own_unless_the_caller_wants_another(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, zone=9)
    assert (host.state.root / "etc/localtime").readlink().name == "GMT-9"
    env = {"PATH": f"{host.state.root}/bin"}
    for zone, told in (({}, "+0900"), ({"TZ": "UTC"}, "+0000")):
        command = [*host.shell, f"{host.state.root}/bin/date", "+%z"]
        assert subprocess.run(command, env=env | zone, capture_output=True, check=True).stdout == f"{told}\n".encode()


def test_a_shell_and_what_it_becomes_shows_in_the_hosts_proc(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD)
    said = host.run("sh", "-c", 'echo $$; exec cat "$REMEDY_ROOT/proc/$$/comm"')
    number, shown = said.text.split()
    assert shown == "cat"
    assert not (host.state.root / "proc" / number).exists()  # for it has ended


def test_last_tells_of_a_boot_that_is_long_ago(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD)
    line = host.run("last", "-x", "-F", "-n", "40", "reboot", "shutdown").text.split()
    assert line[:3] == ["reboot", "system", "boot"]
    booted = time.mktime(time.strptime(" ".join(line[5:9]), "%b %d %H:%M:%S %Y")) - time.timezone
    assert 13 * 86400 < time.time() - booted < 15 * 86400


def test_programs_and_files_of_a_host_are_in_its_tree(machine: MakeMachine, tmp_path: Path) -> None:
    program = tmp_path / "hello"
    program.write_text("#!/bin/sh\necho hello from ${0%/usr/bin/*}\n")
    program.chmod(0o755)
    root = machine(Init.SYSTEMD, programs={"hello": program}, files=(File("var/x/y", "z\n", age=DAY),)).state.root
    assert subprocess.check_output([root / "usr/bin/hello"], text=True) == f"hello from {root}\n"
    assert (root / "var/x/y").read_text() == "z\n"
    said = subprocess.check_output([root / "bin/stat", "-c", "%a %u %U %n", "var/x/y"], cwd=root, text=True)
    assert said == "644 0 root var/x/y\n"
    assert abs(time.time() - DAY - (root / "var/x/y").stat().st_mtime) < 60


def test_a_site_answers_while_its_service_runs_and_hosts_yaml_knows_it() -> None:
    spec = HostSpec("w", Init.REDHAT, (NGINX,), site="nginx", keys={"services": ["nginx"], "step_threshold": 2})
    with EmbeddedLab([spec]) as lab:
        before = fab(lab, "check-sites")
        assert (before.status, before.hosts["w"]["sites"][0]["status"]) == (1, 502)
        site = before.hosts["w"]["sites"][0]["url"].replace("www.w.example", "127.0.0.1")
        with pytest.raises(urllib.error.HTTPError, match="502"):
            urllib.request.urlopen(site, timeout=10)
        mended = fab(lab, "post-mainte", "--only", "services,sites")
        assert (mended.status, mended.hosts["w"]["verdict"]) == (0, "repaired")
        assert lab.state("w").running("nginx") is Running.YES
        assert b"Welcome" in urllib.request.urlopen(site, timeout=10).read()


def test_a_backup_runs_in_its_hosts_tree_and_ends_with_the_lab(tmp_path: Path) -> None:
    program = tmp_path / "backup"
    program.write_text("#!/bin/sh\necho $$ >>../pids\nexec sleep 300\n")
    program.chmod(0o755)
    backup = {"name": "b", "evidence": {"file": "/var/backups/b-*"}, "run": "backup"}
    spec = HostSpec("h", Init.SYSTEMD, programs={"backup": program}, keys={"backups": [backup]})
    mine = set(map(Path.exists, PLACES)), _names(Path("/var/backups"))
    with EmbeddedLab([spec]) as lab:
        root = lab.state("h").root
        begun = root / "pids"
        null = subprocess.DEVNULL
        with subprocess.Popen([FAB, "run-backups"], env=lab.environment(), cwd=PROJECT, stdout=null) as ran:
            try:
                wait_until(lambda: begun.exists() and begun.read_text().endswith("\n"), "the backup does not begin")
            finally:
                ran.kill()
        assert fab(lab, "check-backups").hosts["h"]["backups"][0]["state"] == "running"  # it goes on without us
        number = begun.read_text().strip()
    wait_until(lambda: not Path(f"/proc/{number}/exe").exists(), "the backup does not end with the lab")
    assert mine == (set(map(Path.exists, PLACES)), _names(Path("/var/backups")))


PLACES = [Path("/run/post-mainte"), Path("/var/run/post-mainte"), Path("/var/lib/post-mainte")]


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()
