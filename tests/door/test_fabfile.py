"""The door to all commands, through the real `fab`."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import typed
from jsonschema import Draft202012Validator
from typed import FAB, PROJECT
from waiting import wait_until

from remedy.lab.embedded import Daemon, EmbeddedLab, HostSpec, Init, Service
from remedy.lab.ntpserver import NTPServer

FABFILE = """\
from fabric import task

from tasks.clock import check_time
from tasks.hosts import hosts
from tasks.watch import watch


@task
def greet(c):
    print(f"hello from {c.host}")


@task
def at_home(c):
    print("no connection")
"""


def fab(
    *words: str, root: Path = PROJECT, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return typed.fab("--search-root", root, *words, folder=Path("/"), environment=environment)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A project of a user's, with tasks of theirs beside ours."""
    (tmp_path / "fabfile.py").write_text(FABFILE)
    (tmp_path / "fabric.yaml").write_text((PROJECT / "fabric.yaml").read_text())
    (tmp_path / "hosts.yaml").write_text("hosts: {web1: 203.0.113.10, web2: 203.0.113.11}\n")
    return tmp_path


def test_it_lists_the_commands() -> None:
    listed = fab("--list").stdout
    assert all(name in listed for name in ("check-time", "recover-time", "hosts"))


def test_a_command_explains_its_options() -> None:
    told = fab("--help", "recover-time").stdout
    assert all(option in told for option in ("--inventory", "--json", "--dry-run", "--allow-backward", "--timeout"))


def test_a_command_of_ours_takes_all_hosts_at_once(own: Path) -> None:
    listed = fab("hosts", "-H", "web1,web2", root=own)
    assert (listed.stdout.count("203.0.113.10"), listed.stdout.count("203.0.113.11")) == (1, 1)


def test_a_task_of_the_users_runs_once_a_host_as_fabric_has_it(own: Path) -> None:
    assert fab("-H", "web1,web2", "greet", root=own).stdout == "hello from web1\nhello from web2\n"


def test_a_task_of_the_users_runs_without_hosts(own: Path) -> None:
    assert fab("at-home", root=own).stdout == "no connection\n"


def test_tasks_of_both_kinds_keep_their_order(own: Path) -> None:
    said = fab("-H", "web2", "greet", "hosts", "greet", root=own).stdout.splitlines()
    assert (said[0], said[-1]) == ("hello from web2", "hello from web2")
    assert any("203.0.113.11" in line for line in said[1:-1])


def test_the_whole_fleet_is_meant_without_hosts(own: Path) -> None:
    listed = fab("hosts", root=own).stdout
    assert "web1" in listed
    assert "web2" in listed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["hosts", "--parallel", "many"], "--parallel takes a whole number above 0, not 'many'"),
        (["hosts", "--parallel", "1.5"], "--parallel takes a whole number above 0, not '1.5'"),
        (["hosts", "--timeout", "-3"], "--timeout takes a number above 0, not '-3'"),
        (["hosts", "--timeout", "nan"], "--timeout takes a number above 0, not 'nan'"),
        (["-H", " , ", "hosts"], "-H names no host"),
        (["-H", "", "hosts"], "-H names no host"),
        (["check-time", "-H", ""], "-H names no host"),
        (["hosts", "--inventory", ""], "--inventory was given an empty text"),
        (["watch", "--once", "--install-unit"], "--install-unit writes a unit that runs until it is stopped: leave"),
        (["hosts", "-H", "web1", "--", "date"], "a command after -- goes alone"),
    ],
)
def test_bad_usage_is_one_line_and_status_2(own: Path, words: list[str], said: str) -> None:
    refused = fab(*words, root=own)
    assert refused.stderr.startswith(said)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)


def test_more_hosts_at_once_than_open_files_suffice_for_are_refused_before_anything_is_begun(own: Path) -> None:
    (own / "hosts.yaml").write_text(f"hosts: {[f'web{number}.invalid' for number in range(40)]}\n")
    words = [str(FAB), "--search-root", str(own), "check-time", "--parallel", "100"]
    limited = ["sh", "-c", 'ulimit -n 100; exec "$@"', "fab", *words]
    environment = os.environ | {"XDG_STATE_HOME": str(own / "state")}
    refused = subprocess.run(limited, capture_output=True, text=True, check=False, timeout=60, env=environment)

    assert refused.stderr == (
        "--parallel 100: 40 hosts at once may take 304 open files, and `ulimit -n` is 100: "
        "give --parallel 6, or make it 304\n"
    )
    assert (refused.returncode, refused.stdout, (own / "state").exists()) == (2, "", False)


@pytest.mark.parametrize("command", ["recover-time", "post-mainte", "run-backups"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rolling", "0"], "--rolling takes a number of hosts or a share of them, such as 5 or 10%, not '0'\n"),
        (["--rolling", "120%"], "--rolling takes a number of hosts or a share of them, such as 5 or 10%, not '120%'\n"),
        (["--rolling", "5", "--max-failures=-1"], "--max-failures takes a whole number, 0 or more, not '-1'\n"),
    ],
)
def test_wrong_waves_are_refused(command: str, words: list[str], said: str) -> None:
    refused = fab(command, *words)
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", said)


@pytest.mark.parametrize("words", [["lab.pause", "none", "--hours=-3"], ["lab.advance", "--hours=nan"]])
def test_time_in_the_lab_goes_forward_only(words: list[str]) -> None:
    refused = fab(*words)
    assert refused.stderr.startswith("--hours takes a number above 0")
    assert refused.returncode == 2


def test_an_option_without_its_value_is_refused_in_the_lab_too() -> None:
    refused = fab("lab.up", "--guests")
    assert refused.stderr.strip() == "Flag <Argument: guests> needed value and was not given one!"
    assert refused.returncode == 1


def test_a_reader_who_leaves_early_is_no_error(own: Path) -> None:
    command = f"{FAB} --search-root {own} hosts | true"
    left = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert left.stderr == ""


def test_without_our_executor_a_command_says_what_is_missing(own: Path) -> None:
    (own / "fabric.yaml").unlink()
    refused = fab("hosts", "-H", "web1", root=own)
    assert "needs a fabric.yaml beside the fabfile that says tasks: {executor_class: " in refused.stderr
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)


def test_without_a_reference_it_is_said_where_the_servers_are_named(own: Path) -> None:
    inventory = own / "hosts.yaml"
    inventory.write_text(
        "reference: {servers: ['127.0.0.1:1'], local_clock: never}\nhosts: {w: {address: 127.0.0.1, port: 1}}\n"
    )
    refused = fab("check-time", root=own)
    assert refused.stderr.splitlines()[-1].endswith(f"reference: in {inventory} names the servers to ask (UDP)")
    assert (refused.returncode, refused.stdout) == (3, "")


def test_the_fleet_as_json_has_the_keys_of_hosts_yaml(own: Path) -> None:
    (own / "hosts.yaml").write_text("hosts: {w: {address: 127.0.0.1, sites: [{url: 'http://w/', from: host}]}}\n")
    (host,) = json.loads(fab("hosts", "--json", root=own).stdout)["hosts"]
    assert host["sites"][0]["from"] == "host"


def test_the_schema_for_editors_is_printed_without_any_hosts_yaml(own: Path) -> None:
    (own / "hosts.yaml").unlink()
    printed = fab("hosts", "--schema", root=own)
    assert (printed.returncode, printed.stderr) == (0, "")
    Draft202012Validator(json.loads(printed.stdout)).validate({"hosts": {"web1": "203.0.113.10"}})


def test_a_quiet_command_says_how_it_ended_and_nothing_else(own: Path) -> None:
    with EmbeddedLab([HostSpec("web1", Init.SYSTEMD, (Service(Daemon.NTPD),))]) as lab:
        told = fab("check-time", environment=lab.environment())
        quiet = fab("check-time", "--quiet", environment=lab.environment())
    assert told.stderr.startswith("web1  ok ")
    assert (quiet.returncode, quiet.stderr) == (0, "")
    assert quiet.stdout.startswith("host ")


def test_a_dry_run_as_fabric_has_it_is_one_of_ours() -> None:
    with EmbeddedLab([HostSpec("web1", Init.SYSTEMD, (Service(Daemon.NTPD),), -10800.0)]) as lab:
        planned = fab("--dry", "recover-time", environment=lab.environment())
        assert (planned.returncode, lab.state("web1").calls) == (1, ())
    assert "fab recover-time -H web1" in planned.stdout


def test_ctrl_c_before_any_host_is_reached_is_status_130(tmp_path: Path) -> None:
    inventory = tmp_path / "hosts.yaml"
    os.mkfifo(inventory)
    command: list[str | Path] = [FAB, "--search-root", PROJECT, "hosts", "--inventory", inventory]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        with being_read(inventory):
            process.send_signal(signal.SIGINT)
        # Python sees a signal that comes just before read(2) only when that returns: the fifo's end is here by now.
        output = process.communicate(timeout=60)
    assert (process.returncode, *output) == (130, "", "interrupted\n")


def test_ctrl_c_while_hosts_are_looked_at_says_that_nothing_was_changed(own: Path) -> None:
    with NTPServer() as ntp, socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        (own / "hosts.yaml").write_text(f"reference: {{servers: ['{ntp.name}']}}\nhosts: [web1]\n")
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        command: list[str | Path] = [FAB, "--search-root", own, "check-time", "-H", host]
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
            silent.accept()[0],
        ):
            process.send_signal(signal.SIGINT)
            told, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"{host}  interrupted  interrupted; nothing was changed" in told


@contextmanager
def being_read(fifo: Path) -> Iterator[None]:
    """Wait until somebody has come to read a fifo, and let them wait for the end of this."""
    writers: list[int] = []

    def is_read() -> bool:
        with suppress(OSError):
            writers.append(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK))
        return bool(writers)

    wait_until(is_read, f"nobody reads {fifo}")
    try:
        yield
    finally:
        os.close(writers[0])
