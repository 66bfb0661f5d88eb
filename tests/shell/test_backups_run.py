"""A backup that we run, under every shell: as cron would, once, whatever becomes of the connection; and followed."""

import os
import signal
import time
from pathlib import Path

import pytest
from waiting import wait_until

from remedy.backups import TOPIC, BackupFacts, BackupsFacts, Proof
from remedy.backups.commands import key_of
from remedy.inventory.host import Backup
from remedy.shell.answers import Answers

from .backups import HOUR, look, nightly, put_file, scripts, states, with_backups
from .fake_host import FakeHost
from .runner import RunningScript, begin, run

GOOD = "#!/bin/sh\necho made >{0}/var/backups/db-$$.tar\necho one >>{0}/state/runs\n"


@pytest.fixture
def backed_up(host: FakeHost) -> FakeHost:
    with_backups(host)
    put_file(host, "var/backups/db-1.tar", b"x" * 100, age=72 * HOUR)
    return host


def script_of(host: FakeHost, text: str) -> str:
    """Put a program of the backup, and say how it is called."""
    host.put("backup-db", text.format(host.root))
    return f"{host.root}/backup-db"


def waiting(host: FakeHost, then: str = "") -> str:
    """One that waits until the test lets it go on."""
    wait = f"while [ ! -e {host.root}/go ]; do sleep 0.05; done"
    return script_of(host, f"#!/bin/sh\necho one >>{host.root}/state/runs\necho begun\n{wait}\n{then}\n")


def go(host: FakeHost) -> None:
    (host.root / "go").touch()


def started(host: FakeHost, backup: Backup) -> RunningScript:
    """Begin to run it, and wait until it runs."""
    running = begin(host.argv, scripts(look(host, backup), backup)[0], host.env)
    wait_until(lambda: bool(runs(host)), "the backup does not begin")
    return running


def runs(host: FakeHost) -> int:
    """How often it was run."""
    file = host.root / "state/runs"
    return len(file.read_text().splitlines()) if file.exists() else 0


def ran(host: FakeHost, backup: Backup) -> Answers:
    """Run it to its end."""
    return run(host.argv, scripts(look(host, backup), backup)[0], host.env)


def told(answers: Answers) -> tuple[int | None, str]:
    answer = answers.get("backup")
    assert answer
    return answer.status, answer.output.strip()


def section(facts: BackupsFacts) -> dict[str, object]:
    entry: dict[str, object] = TOPIC.section(facts, None)[0]
    return entry


def test_the_missing_one_is_run_and_proves_itself(backed_up: FakeHost) -> None:
    backup = nightly(run=script_of(backed_up, GOOD + "echo done; echo >&2 really\n"))
    before = look(backed_up, backup)
    assert states(before) == ["stale"]
    answers = run(backed_up.argv, scripts(before, backup)[0], backed_up.env)
    assert told(answers) == (0, "done\nreally")
    after = look(backed_up, backup)
    assert states(after) == ["ran"]
    last = TOPIC.section(before, after)[0]["last_run"]
    assert (last["exit_status"], last["output"]) == (0, "done\nreally")
    assert scripts(after, backup) == []
    assert "last_run" not in section(after)


def test_it_has_the_environment_that_cron_gives(backed_up: FakeHost) -> None:
    told_by = "env | sort; pwd; id -un; tty; cat; echo $(umask) $0; grep SigIgn /proc/self/status; ls -l /proc/self/fd"
    backed_up.borrow("sort", "tty")
    backup = nightly(run=told_by)
    os.umask(0o022)
    env = {**backed_up.env, "LANG": "de_DE.UTF-8", "SECRET": "hunter2", "SSH_CLIENT": "192.0.2.9"}
    status, output = told(run(backed_up.argv, scripts(look(backed_up, backup), backup)[0], env))
    root, lines = backed_up.root, output.splitlines()
    home = ["HOME=" + str(root / "root"), "LOGNAME=root", f"PATH={root}/usr/bin:{root}/bin", f"PWD={root}/root"]
    assert set(home) <= set(lines)
    assert {line.partition("=")[0] for line in lines if "=" in line} <= {
        "HOME", "LOGNAME", "PATH", "PWD", "SHELL", "_", "OLDPWD", "SHLVL",
    }  # fmt: skip
    assert f"SHELL={root}/bin/sh" in lines
    assert [str(root / "root"), "root", "not a tty"] == lines[lines.index("root") - 1 :][:3]
    ignored = int(output.split("SigIgn:")[1].split()[0], 16)
    assert ignored & ((1 << 15) - 1) & ~(1 << (signal.SIGPIPE - 1)) == 0
    assert ".lock" not in output
    assert status == 0


def test_one_that_fails_says_how(backed_up: FakeHost) -> None:
    backup = nightly(run=script_of(backed_up, "#!/bin/sh\necho 'disk full: $(reboot)'\nexit 3\n"))
    assert told(ran(backed_up, backup)) == (3, "disk full: $(reboot)")
    facts = look(backed_up, backup)
    assert states(facts) == ["failed"]
    assert section(facts)["problem"] == "it was run, and ended with exit status 3"
    put_file(backed_up, "var/backups/db-2.tar", b"x" * 100, age=-5)
    assert states(look(backed_up, backup)) == ["fresh"]


def test_one_that_ends_well_and_leaves_nothing_is_stale_still(backed_up: FakeHost) -> None:
    backup = nightly(run="true")
    assert told(ran(backed_up, backup)) == (0, "")
    facts = look(backed_up, backup)
    assert states(facts) == ["stale"]
    assert "left nothing that proves it" in str(section(facts)["problem"])


@pytest.mark.parametrize("has_flock", [True, False])
def test_asked_twice_at_once_it_runs_once(backed_up: FakeHost, has_flock: bool) -> None:
    if not has_flock:
        backed_up.remove("flock")
    backup = nightly(run=waiting(backed_up))
    script = scripts(look(backed_up, backup), backup)[0]
    first = begin(backed_up.argv, script, backed_up.env)
    wait_until(lambda: bool(runs(backed_up)), "the backup does not begin")
    status, why = told(run(backed_up.argv, script, backed_up.env))
    assert (status, why) == (75, "another run of it is at work: it was not run again")
    go(backed_up)
    assert told(first.read()) == (0, "begun")
    assert runs(backed_up) == 1
    assert told(run(backed_up.argv, script, backed_up.env))[0] == 0


def test_one_run_over_the_fleet_runs_it_once_though_it_is_to_be_run_in_any_case(backed_up: FakeHost) -> None:
    backup = nightly(run=script_of(backed_up, GOOD))

    def run_all(by: str) -> tuple[int | None, str]:
        (script,) = scripts(look(backed_up, backup), backup, which="all", by=by)
        return told(run(backed_up.argv, script, backed_up.env))

    assert run_all("monday") == (0, "")
    assert run_all("monday") == (75, "it was run by this very run already: it was not run")
    assert run_all("tuesday") == (0, "")
    assert runs(backed_up) == 2
    own = look(backed_up, backup).backups[0].own
    assert own
    assert own.by == "tuesday"


def test_a_lost_link_does_not_end_it_and_the_next_look_finds_it(backed_up: FakeHost) -> None:
    backup = nightly(run=waiting(backed_up, GOOD.format(backed_up.root) + "exit 0"))
    running = started(backed_up, backup)
    os.killpg(running.process.pid, signal.SIGHUP)
    os.killpg(running.process.pid, signal.SIGKILL)
    assert running.process.stdout
    running.process.stdout.close()
    running.process.wait(10)
    facts = look(backed_up, backup)
    assert states(facts) == ["running"]
    assert scripts(facts, backup, which="all") == []
    go(backed_up)
    wait_until(lambda: states(look(backed_up, backup)) == ["ran"], "it does not go on to its end")
    assert section(look(backed_up, backup))["problem"] is None


def test_one_that_fails_after_the_link_is_lost_is_told_of(backed_up: FakeHost) -> None:
    backup = nightly(run=waiting(backed_up, "echo 'no space left'; exit 28"))
    running = started(backed_up, backup)
    os.killpg(running.process.pid, signal.SIGKILL)
    go(backed_up)
    running.process.communicate(timeout=20)
    wait_until(lambda: states(look(backed_up, backup)) == ["failed"], "it is not seen to have failed")
    own = look(backed_up, backup).backups[0].own
    assert own
    assert (own.status, own.output) == (28, "begun\nno space left")


def runner_of(host: FakeHost, running: RunningScript) -> int:
    """The process that follows it: in a session of its own, below the shell that it was sent to."""
    return int(Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children").read_text().split()[0])


def test_it_goes_on_without_the_process_that_follows_it(backed_up: FakeHost) -> None:
    backup = nightly(run=waiting(backed_up))
    running = started(backed_up, backup)
    runner = runner_of(backed_up, running)
    os.kill(runner, signal.SIGTERM)
    os.kill(runner, signal.SIGINT)
    assert states(look(backed_up, backup)) == ["running"]
    script = scripts(look(backed_up, nightly(run="other")), nightly(run="other"))[0]
    os.kill(runner, signal.SIGKILL)
    running.read()
    facts = look(backed_up, backup)
    assert states(facts) == ["running"]
    again = {**script.values, **_of(backup)}
    status, why = told(run(backed_up.argv, type(script)(script.sections, script.entries, again, True), backed_up.env))
    assert status == 75
    assert why.startswith("it runs already, as process ")
    go(backed_up)
    wait_until(lambda: states(look(backed_up, backup)) == ["failed"], "it is not seen to have failed")
    assert "nothing tells how it ended" in str(section(look(backed_up, backup))["problem"])
    assert runs(backed_up) == 1


def _of(backup: Backup) -> dict[str, str]:
    assert backup.run
    return {"BACKUPS_KEY": key_of(backup.run), "BACKUPS_RUN": backup.run}


def test_one_that_takes_too_long_is_killed_with_all_its_processes(backed_up: FakeHost) -> None:
    text = "#!/bin/sh\n(trap '' TERM; sleep 300) & echo $! >{0}/child\n(sleep 301; :) | cat\necho never\n"
    backup = nightly(run=script_of(backed_up, text), timeout=1.0)
    status, output = told(ran(backed_up, backup))
    assert status == 124
    assert output == "killed after 1 s: timeout: in hosts.yaml allows no more"
    child = (backed_up.root / "child").read_text().strip()
    wait_until(lambda: not Path(f"/proc/{child}/exe").exists(), "what it started is not ended")
    facts = look(backed_up, backup)
    assert states(facts) == ["failed"]
    assert "it was killed after 1 s" in str(section(facts)["problem"])


def test_however_much_it_prints_the_last_of_it_is_kept(backed_up: FakeHost) -> None:
    backed_up.borrow("yes")
    backup = nightly(run="yes 'a line of text' | head -c 30000000; printf '\\377 last'")
    status, output = told(ran(backed_up, backup))
    assert status == 0
    assert output.endswith("\\xff last")
    assert 4000 < len(output) < 9000
    (folder,) = [path for path in (backed_up.root / "run/post-mainte").iterdir() if path.is_dir()]
    assert sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) < 4 << 20
    assert folder.stat().st_mode & 0o077 == 0


def test_what_it_leaves_running_does_not_hold_us_up(backed_up: FakeHost) -> None:
    backup = nightly(run=script_of(backed_up, "#!/bin/sh\nsleep 60 & echo $! >{0}/child\necho done\n"))
    answers = ran(backed_up, backup)
    os.kill(int((backed_up.root / "child").read_text()), signal.SIGKILL)
    assert told(answers) == (0, "done")


def test_it_is_not_run_if_its_evidence_changed_since_we_looked(backed_up: FakeHost) -> None:
    backup = nightly(run=script_of(backed_up, GOOD))
    script = scripts(look(backed_up, backup), backup)[0]
    put_file(backed_up, "var/backups/db-2.tar", b"x" * 100)
    assert told(run(backed_up.argv, script, backed_up.env)) == (
        75,
        "since we looked there is news of it: it was not run",
    )
    assert runs(backed_up) == 0


def test_it_is_not_run_where_there_is_too_little_room(backed_up: FakeHost) -> None:
    backup = nightly(run=script_of(backed_up, GOOD))
    script = scripts(look(backed_up, backup), backup)[0]
    backed_up.remove("df")
    table = (
        "Filesystem 1024-blocks Used Available Capacity Mounted on\n//nas/my share 100 100 {0} 100% /var/my backups\n"
    )
    backed_up.put("usr/bin/df", f"#!/bin/sh\ncat <<'E'\n{table.format(0)}E\n")
    status, why = told(run(backed_up.argv, script, backed_up.env))
    assert (status, why) == (75, "there is too little room in /var/backups: 0 kB, and 1 kB are needed: it was not run")
    assert scripts(look(backed_up, backup), backup) == []
    backed_up.put("usr/bin/df", f"#!/bin/sh\ncat <<'E'\n{table.format(4711)}E\n")
    assert look(backed_up, backup).backups[0].proof.room == 4711 * 1024
    assert told(run(backed_up.argv, script, backed_up.env))[0] == 0


@pytest.mark.parametrize(
    ("seen", "state", "is_run"),
    [("4711", "inactive", True), ("4712", "inactive", False), ("4711", "activating", False)],
)
def test_it_is_not_run_if_its_unit_runs_or_ran_meanwhile(
    backed_up: FakeHost, seen: str, state: str, is_run: bool
) -> None:
    ended = f"ExecMainExitTimestampMonotonic={seen}"
    backed_up.put("usr/bin/systemctl", f"#!/bin/sh\n[ $1 = is-active ] && echo {state} && exit 3\necho {ended}\n")
    backup = nightly(run=script_of(backed_up, GOOD), unit="db")
    stale = BackupFacts(backup, Proof(stamp=time.time() - 72 * HOUR, seen="4711"))
    facts = BackupsFacts((stale,), now=time.time(), clock=time.time())
    status, _ = told(run(backed_up.argv, scripts(facts, backup)[0], backed_up.env))
    assert (status, runs(backed_up)) == ((0, 1) if is_run else (75, 0))


def test_without_run_there_is_tmp_where_nobody_else_may_look(backed_up: FakeHost) -> None:
    (backed_up.root / "run").rmdir()
    backup = nightly(run=script_of(backed_up, GOOD))
    assert told(ran(backed_up, backup))[0] == 0
    assert (backed_up.root / f"tmp/post-mainte-{os.getuid()}").stat().st_mode & 0o777 == 0o700
    assert states(look(backed_up, backup)) == ["ran"]


def test_a_folder_in_tmp_that_is_not_ours_is_not_taken(backed_up: FakeHost) -> None:
    (backed_up.root / "run").rmdir()
    (backed_up.root / f"tmp/post-mainte-{os.getuid()}").symlink_to(backed_up.root / "root")
    status, why = told(ran(backed_up, nightly(run=script_of(backed_up, GOOD))))
    assert status == 73
    assert why.startswith("no folder of ours in /run, /var/run or /tmp")
    assert runs(backed_up) == 0


def test_a_command_of_any_text_is_what_the_shell_gets(backed_up: FakeHost) -> None:
    text = "echo 'a  b' \"$HOME\" `echo c`; echo '\n'%\\% \\\n\ttwo"
    status, output = told(ran(backed_up, nightly(run=text)))
    assert status == 0
    assert output == f"a  b {backed_up.root}/root c\n\n%% two"


def test_the_probe_changes_nothing(backed_up: FakeHost) -> None:
    before = sorted(backed_up.root.rglob("*"))
    look(backed_up, nightly(run="true"))
    assert sorted(backed_up.root.rglob("*")) == before
