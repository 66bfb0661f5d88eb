"""What the backups' probe finds under every shell, in a fake tree; and that nothing a host holds can mislead it."""

import gzip
import json
import os
import signal
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from remedy.backups import TOPIC
from remedy.probe import probe_script

from .backups import DUMP, HOUR, look, nightly, put_file, situation, states, with_backups
from .fake_host import FakeHost
from .runner import run

DAY = 24 * HOUR
UNIT = (
    "Id={0}\nLoadState={1}\nActiveState={2}\nSubState={3}\nResult={4}\nExecMainStatus={5}\nExecMainExitTimestamp={6}\n"
)
TIMER = "Id=db.timer\nLoadState=not-found\nActiveState=inactive\n"


@pytest.fixture
def backed_up(host: FakeHost) -> FakeHost:
    return with_backups(host)


def zipped(text: str) -> bytes:
    return gzip.compress(text.encode())


def test_a_host_without_backups_is_asked_nothing(backed_up: FakeHost) -> None:
    answers = run(backed_up.argv, probe_script((TOPIC,), situation().host), backed_up.env)
    assert list(answers) == []


def test_the_newest_file_tells_how_old_a_backup_is(backed_up: FakeHost) -> None:
    put_file(backed_up, "var/backups/db-1.sql.gz", zipped(DUMP), age=3 * DAY)
    assert states(look(backed_up, nightly())) == ["stale"]
    put_file(backed_up, "var/backups/db-0.sql.gz", zipped(DUMP), age=9 * HOUR)
    facts = look(backed_up, nightly())
    assert states(facts) == ["fresh"]
    assert facts.backups[0].proof.what == "/var/backups/db-0.sql.gz"
    assert TOPIC.section(facts, None)[0]["age_s"] == pytest.approx(9 * HOUR, abs=30)


def test_what_matches_nothing_is_missing(backed_up: FakeHost) -> None:
    (backed_up.root / "var/backups").mkdir(parents=True)
    (backed_up.root / "var/backups/db-2.sql.gz").symlink_to("nowhere")
    assert states(look(backed_up, nightly(), nightly(file="/var/none/x"))) == ["missing", "missing"]


@pytest.mark.parametrize(
    ("name", "data", "flaw"),
    [
        ("db-1.sql.gz", zipped(""), "is empty"),
        ("db-1.sql.gz", zipped("-- MySQL dump 10.13\n" + "INSERT;\n" * 5000), "mysqldump writes is not there"),
        ("db-1.sql.gz", zipped("-- MySQL dump 10.13\nshort"), "mysqldump writes is not there"),
        ("db-1.sql.gz", zipped(DUMP.format(os.urandom(90000).hex()))[:-30000], "is damaged"),
        ("db-1.sql.gz", zipped(DUMP.format("INSERT;\n" * 5000)), ""),
        ("db-1.sql.gz", zipped("SELECT 1;\n" * 5000), ""),
        ("db-1.sql", b"", "is empty"),
        ("db-1.sql", b"--\n-- PostgreSQL database dump\n--\n\n\\restrict x\n" + b"COPY\n" * 5000, "pg_dump writes"),
        (
            "db-1.sql",
            b"--\n-- PostgreSQL database dump\n--\n" + b"x" * 9000 + b"\n-- PostgreSQL database dump complete\n--\n\n"
            b"\\unrestrict " + b"k" * 63 + b"\n\n",
            "",
        ),
        ("db-1.sql", b"-- PostgreSQL database cluster dump\n" + b"x" * 9000, "pg_dumpall writes"),
        ("db-1.tar.gz", b"\x1f\x8b" + b"x" * 100, ""),
        ("db-1", b"\0\xff\n" * 1000, ""),
    ],
)
def test_a_file_that_is_no_whole_backup_has_failed(backed_up: FakeHost, name: str, data: bytes, flaw: str) -> None:
    put_file(backed_up, f"var/backups/{name}", data)
    facts = look(backed_up, nightly(file=f"/var/backups/{name.replace('1', '*')}"))
    assert flaw in facts.backups[0].proof.flaw
    assert states(facts) == ["failed" if flaw else "fresh"]


def test_the_sizes_of_those_before_are_compared(backed_up: FakeHost) -> None:
    for number in range(40):
        put_file(backed_up, f"var/backups/db-{number:02}", b"x" * 1000, age=DAY * (41 - number))
    put_file(backed_up, "var/backups/db-40", b"x" * 100)
    proof = look(backed_up, nightly(file="/var/backups/db-*")).backups[0].proof
    assert (proof.size, proof.usual) == (100, 1000)


@pytest.mark.parametrize(
    "name", ["a b", "a'b\"c", "$(touch X)`touch X`;touch X", "-rf", "a\nb", "a\n\nTOKEN end\n", "[x]", "\\", "*"]
)
def test_any_name_is_but_a_name(backed_up: FakeHost, name: str) -> None:
    put_file(backed_up, f"var/my 'back[u]ps'/{name}.tar", b"x" * 10, age=HOUR)
    put_file(backed_up, "var/my 'back[u]ps'/old.tar", b"x", age=DAY)
    facts = look(backed_up, nightly(file="/var/my 'back[u]ps'/*.tar"), nightly(file=f"/var/my 'back[u]ps'/{name}.tar"))
    assert [backup.proof.size for backup in facts.backups] == [10, 10]
    assert facts.backups[0].proof.what.endswith(name.replace("\n", "\\n") + ".tar")
    assert not list(backed_up.root.rglob("X"))


def test_a_name_that_is_not_utf_8_is_shown_escaped(backed_up: FakeHost) -> None:
    folder = backed_up.root / "var/backups"
    folder.mkdir(parents=True)
    (folder / os.fsdecode(b"db-\xff.tar")).write_bytes(b"x")
    facts = look(backed_up, nightly(file="/var/backups/db-*.tar"))
    assert facts.backups[0].proof.what == "/var/backups/db-\\xff.tar"


def test_only_stars_and_question_marks_are_wildcards(backed_up: FakeHost) -> None:
    put_file(backed_up, "var/backups/db-1", b"x")
    patterns = ("/var/backups/db-?", "/var/*/db-1", "/var/backups/db-[1]", "/var/backups/db-{1,2}", "/var/backups/$x")
    found = look(backed_up, *(nightly(file=pattern) for pattern in patterns))
    assert states(found) == ["fresh", "fresh", "missing", "missing", "missing"]


def test_a_folder_that_hangs_holds_up_only_itself(backed_up: FakeHost) -> None:
    put_file(backed_up, "var/backups/db-1.sql.gz", zipped(DUMP))
    at = situation(nightly(), nightly())
    script = probe_script((TOPIC,), at.host)
    hanging = script.values["BACKUPS"].replace("backups_within 30 backups_file 0", "backups_within 1 sleep 20", 1)
    script = replace(script, values={**script.values, "BACKUPS": hanging})
    answers = run(backed_up.argv, script, backed_up.env)
    facts = TOPIC.read(answers, at)
    assert states(facts) == ["unknown", "fresh"]
    assert "did not answer within" in facts.backups[0].proof.problem


@pytest.mark.parametrize(
    ("unit", "state"),
    [
        (("loaded", "inactive", "dead", "success", "0", "NOW"), "fresh"),
        (("loaded", "inactive", "dead", "success", "0", "OLD"), "stale"),
        (("loaded", "inactive", "dead", "success", "0", ""), "missing"),
        (("loaded", "failed", "failed", "exit-code", "3", "NOW"), "failed"),
        (("loaded", "activating", "start", "success", "0", "OLD"), "running"),
        (("loaded", "activating", "auto-restart", "exit-code", "1", "NOW"), "failed"),
        (("loaded", "active", "exited", "success", "0", "NOW"), "fresh"),
        (("not-found", "inactive", "dead", "success", "0", ""), "unknown"),
    ],
)
def test_a_unit_tells_how_it_ended_last(backed_up: FakeHost, unit: tuple[str, ...], state: str) -> None:
    *words, when = unit
    days = {"NOW": 0.5, "OLD": 2.0}.get(when)
    moment = datetime.fromtimestamp(time.time() - days * DAY, UTC).strftime("%a %Y-%m-%d %H:%M:%S UTC") if days else ""
    shown = UNIT.format("db.service", *words, moment) + "\n" + TIMER
    backed_up.put("usr/bin/systemctl", f"#!/bin/sh\n[ $TZ = UTC ] && cat <<'E'\n{shown}E\n")
    assert states(look(backed_up, nightly(unit="db"))) == [state]


def test_without_systemd_a_unit_proves_nothing(backed_up: FakeHost) -> None:
    assert states(look(backed_up, nightly(unit="db"))) == ["unknown"]


@pytest.mark.parametrize(
    ("command", "state"),
    [
        ("date +%s", "fresh"),
        (r"date +\%s", "fresh"),
        ("echo 'made at:'; echo 2001-02-03T04:05:06Z", "stale"),
        ("true", "fresh"),
        ("echo none; exit 1", "missing"),
        ("no-such-program", "unknown"),
        ("date +%s; yes | head -c 3000000", "fresh"),
        ("yes | head -c 3000000; date +%s", "unknown"),
        ("printf '\\377\\n'; date +%s", "fresh"),
        ("sleep 30 >/dev/null 2>&1 & date +%s", "fresh"),
    ],
)
def test_a_command_tells_by_its_status_and_what_it_prints(backed_up: FakeHost, command: str, state: str) -> None:
    backed_up.borrow("yes")
    assert states(look(backed_up, nightly(command=command))) == [state]


def test_restic_and_borg_are_asked_for_the_last_without_a_lock(backed_up: FakeHost) -> None:
    now = datetime.now(UTC)
    snapshots = [{"time": now.isoformat(), "hostname": os.uname().nodename, "short_id": "4bba301e"}]
    archives = {"archives": [{"name": "db-1", "time": now.replace(tzinfo=None).isoformat()}]}
    told = 'echo "$*" >>"$STATE/asked"; echo "$TZ $BORG_RELOCATED_REPO_ACCESS_IS_OK $SECRET" >>"$STATE/asked"'
    backed_up.put("usr/bin/restic", f"#!/bin/sh\n{told}\necho warning >&2\ncat <<'E'\n{json.dumps(snapshots)}\nE\n")
    backed_up.put("usr/bin/borg", f"#!/bin/sh\n{told}\ncat <<'E'\n{json.dumps(archives, indent=4)}\nE\n")
    at = situation(nightly(restic="/srv/my repo"), nightly(borg="/srv/$(id)"))
    answers = run(backed_up.argv, probe_script((TOPIC,), at.host), {**backed_up.env, "SECRET": "hunter2"})
    assert states(TOPIC.read(answers, at)) == ["fresh", "fresh"]
    assert (backed_up.root / "state/asked").read_text().splitlines() == [
        "-r /srv/my repo snapshots --json --latest 1 --no-lock",
        "  hunter2",
        "list --bypass-lock --last 1 --json /srv/$(id)",
        "UTC no hunter2",
    ]
    assert "hunter2" not in str(list(answers))


def test_what_a_program_complains_of_is_told(backed_up: FakeHost) -> None:
    backed_up.put("usr/bin/restic", "#!/bin/sh\necho 'Fatal: wrong password' >&2\nexit 12\n")
    facts = look(backed_up, nightly(restic="/srv/repo"), nightly(borg="/srv/repo"))
    assert facts.backups[0].proof.problem == "restic ended with exit status 12 and said: Fatal: wrong password"
    assert "borg can't be run" in facts.backups[1].proof.problem


PROCESSES = [
    ("{0}/my-backup --all", ["sh", "{0}/my-backup", "--all"], True),
    ("{0}/my-backup --all", ["/bin/sh", "-e", "{0}/my-backup", "--all"], True),
    ("{0}/my-backup --all", ["/bin/sh", "-c", "{0}/my-backup --all"], True),
    ("nice -n 19 ionice -c3 {0}/my-backup >/dev/null 2>&1", ["sh", "{0}/my-backup"], True),
    ("cd /; test -x {0}/my-backup && {0}/my-backup", ["sh", "{0}/my-backup"], True),
    ("{0}/my-backup 'a b' | gzip > x", ["sh", "{0}/my-backup", "a b"], True),
    ("{0}/my-backup --all", ["vi", "{0}/my-backup", "--all"], False),
    ("{0}/my-backup --all", ["sh", "{0}/my-backup", "--some"], False),
    ("my-backup", ["ssh", "my-backup"], False),
]


@pytest.mark.parametrize(("command", "words", "is_it"), PROCESSES)
def test_a_process_with_its_command_line_is_a_running_backup(
    backed_up: FakeHost, command: str, words: list[str], is_it: bool
) -> None:
    put_file(backed_up, "var/backups/db-1.sql.gz", zipped(DUMP), age=3 * DAY)
    backed_up.put("my-backup", "#!/bin/sh\nsleep 30\n:\n")
    argv = [word.format(backed_up.root) for word in words]
    process = subprocess.Popen(argv, executable="/bin/dash", cwd=backed_up.root, start_new_session=True)
    try:
        facts = look(backed_up, nightly(run=command.format(backed_up.root)))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert (process.pid in facts.backups[0].processes) is is_it
    assert states(facts) == ["running" if is_it else "stale"]
