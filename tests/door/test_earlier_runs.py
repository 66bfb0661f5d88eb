"""fab history and fab report, through the real `fab`, after runs of the real `fab`."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import typed
from junitparser import JUnitXml
from typed import FAB, PROJECT
from waiting import wait_until

from remedy.lab.embedded import Daemon, EmbeddedLab, HostSpec, Init, Running, Service

SECRET = "never-to-be-kept"
HOSTS = (
    HostSpec("web1", Init.SYSTEMD, (Service(Daemon.NTPD),), -10800.0),
    HostSpec("web2", Init.SYSTEMD, (Service(Daemon.NTPD),), user="admin", sudo_password=SECRET),
    HostSpec("gone", up=False),
)


def fab(lab: EmbeddedLab, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return typed.fab(*words, environment=lab.environment() | {"FABRIC_SUDO_PASSWORD": SECRET} | environment)


@pytest.fixture(scope="module")
def lab() -> Iterator[EmbeddedLab]:
    with EmbeddedLab(HOSTS) as lab:
        yield lab


@pytest.fixture(scope="module")
def recovered(lab: EmbeddedLab) -> "subprocess.CompletedProcess[str]":
    """The first run of the lab's history."""
    return fab(lab, "recover-time", "--json")


def test_the_document_of_a_run_comes_back_to_the_letter(
    lab: EmbeddedLab, recovered: "subprocess.CompletedProcess[str]"
) -> None:
    again = fab(lab, "report", json.loads(recovered.stdout)["run"], "--json")
    assert again.stdout == recovered.stdout
    assert (recovered.returncode, again.returncode, again.stderr) == (1, 0, "")
    assert {host["name"]: host["verdict"] for host in json.loads(again.stdout)["hosts"]} == {
        "web1": "repaired",
        "web2": "ok",
        "gone": "unreachable",
    }


def test_a_run_is_printed_again_and_written_as_junit(
    lab: EmbeddedLab, recovered: "subprocess.CompletedProcess[str]", tmp_path: Path
) -> None:
    told = fab(lab, "report", json.loads(recovered.stdout)["run"][:-1], "--junit", str(tmp_path / "junit.xml"))
    assert "3 hosts: 1 unreachable, 1 repaired, 1 ok" in told.stdout
    assert {suite.name for suite in JUnitXml.fromfile(str(tmp_path / "junit.xml"))} == {"web1", "web2", "gone"}


def test_a_run_is_written_as_a_page(
    lab: EmbeddedLab, recovered: "subprocess.CompletedProcess[str]", tmp_path: Path
) -> None:
    told = fab(lab, "report", json.loads(recovered.stdout)["run"], "--html", str(tmp_path / "run.html"))
    assert (told.returncode, told.stderr) == (0, "")
    assert "<h1>3 hosts: 1 unreachable, 1 repaired, 1 ok</h1>" in (tmp_path / "run.html").read_text()


def test_runs_are_listed(lab: EmbeddedLab, recovered: "subprocess.CompletedProcess[str]") -> None:
    run = json.loads(recovered.stdout)["run"]
    listed = fab(lab, "history").stdout
    assert any(run in line and "1 unreachable, 1 repaired, 1 ok" in line for line in listed.splitlines())
    document = json.loads(fab(lab, "history", "--json", "--limit", "1000").stdout)
    assert document["runs"][-1]["run"] == run


def test_a_password_is_never_kept(lab: EmbeddedLab, recovered: "subprocess.CompletedProcess[str]") -> None:
    assert json.loads(recovered.stdout)["hosts"][1]["verdict"] == "ok"
    files = list((lab.home / ".local/state/post-mainte").iterdir())
    assert files
    assert not any(SECRET.encode() in file.read_bytes() for file in files)


def test_a_run_whose_controller_was_killed_is_there() -> None:
    host = HostSpec("h", Init.DEBIAN, (Service(Daemon.NTPD),), -10800.0, hooks={"ntpdate": "sleep 0.5"})
    with EmbeddedLab([host]) as lab:
        command: list[str | Path] = [FAB, "recover-time"]
        null = subprocess.DEVNULL
        with subprocess.Popen(command, env=lab.environment(), cwd=PROJECT, stdout=null, stderr=null) as process:
            wait_until(lambda: lab.state("h").running("ntp") is Running.NO, "the repair never began")
            process.send_signal(signal.SIGKILL)
        listed, told = fab(lab, "history"), fab(lab, "report", "last")
    assert "recover-time  not ended  1 unfinished" in listed.stdout
    assert "h     interrupted  unfinished: the run was not over" in told.stdout


def test_a_history_that_can_not_be_written_changes_no_run(lab: EmbeddedLab, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder")
    checked = fab(lab, "check-time", "-H", "web2", XDG_STATE_HOME=str(tmp_path / "state"))
    assert checked.returncode == 0
    assert checked.stderr.count("warning: the history can't be written: ") == 1


def test_without_a_reference_nothing_is_kept(lab: EmbeddedLab, tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_text(
        "reference: {servers: ['127.0.0.1:1'], local_clock: never}\nhosts: {w: {address: 127.0.0.1, port: 1}}\n"
    )
    refused = fab(lab, "check-time", "--inventory", str(tmp_path / "hosts.yaml"), XDG_STATE_HOME=str(tmp_path))
    assert refused.returncode == 3
    assert fab(lab, "history", XDG_STATE_HOME=str(tmp_path)).stdout.startswith("0 runs; ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report", "never"], "there is no run 'never'; `fab history` lists those that are kept"),
        (
            ["report", "last", "--html", "/proc/run.html"],
            "--html: can't write /proc/run.html: No such file or directory",
        ),
        (["history", "--limit", "0"], "--limit takes a whole number above 0, not '0'"),
        (["history", "--limit", "all"], "--limit takes a whole number above 0, not 'all'"),
        (["-H", "web1", "history"], "this command is about no host: leave -H out"),
        (["report", "last", "-H", "web1"], "this command is about no host: leave -H out"),
    ],
)
def test_bad_usage_is_one_line_and_status_2(lab: EmbeddedLab, words: list[str], said: str) -> None:
    refused = fab(lab, *words)
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", f"{said}\n")


def test_a_broken_history_is_one_line_and_status_1(lab: EmbeddedLab, tmp_path: Path) -> None:
    path = tmp_path / "post-mainte" / "history.db"
    path.parent.mkdir()
    path.write_text("no database" * 1000)
    told = fab(lab, "history", XDG_STATE_HOME=str(tmp_path))
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == f"the history can't be read: file is not a database ({path})\n"


def test_a_reader_who_leaves_early_is_no_error(lab: EmbeddedLab) -> None:
    left = subprocess.run(
        ["sh", "-c", f"{FAB} history | true"], capture_output=True, check=False, cwd=PROJECT, env=lab.environment()
    )
    assert left.stderr == b""


@pytest.mark.parametrize("option", ["--html", "--junit"])
def test_a_file_without_a_name_is_refused(lab: EmbeddedLab, option: str) -> None:
    refused = fab(lab, "report", "last", option, "")
    assert (refused.returncode, refused.stderr) == (
        2,
        f"{option} was given an empty text: leave it out, or give it a value\n",
    )


def test_both_explain_their_options(lab: EmbeddedLab) -> None:
    assert all(word in fab(lab, "--help", "history").stdout for word in ("--limit", "--json", "default: 20"))
    assert all(word in fab(lab, "--help", "report").stdout for word in ("--html", "--junit", "--json", "last"))


def test_the_tests_leave_the_history_of_who_runs_them_alone() -> None:
    assert "post-mainte-state-" in os.environ["XDG_STATE_HOME"]
