"""How a backup's command is told from others, as a process and as a line of cron."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.backups.ask import folder_of, pattern_of, units_of, values
from remedy.backups.commands import as_run, essence, key_of, process_lines
from remedy.backups.repairs import is_replayed
from remedy.inventory.host import Backup, Evidence, Host


def backup(run: str | None) -> Backup:
    return Backup("nightly", Evidence(file="/var/backups/db"), run=run)


@pytest.mark.parametrize(
    ("command", "work"),
    [
        ("/usr/local/sbin/backup-db", [("/usr/local/sbin/backup-db",)]),
        ("/usr/local/sbin/backup-db >/dev/null 2>&1", [("/usr/local/sbin/backup-db",)]),
        ("/b/x -v 2>>/var/log/x.log </dev/null", [("/b/x", "-v")]),
        ("nice -n 19 ionice -c3 /b/x --all", [("/b/x", "--all")]),
        ("A=1 env B=2 nice /b/x", [("/b/x",)]),
        ("cd /srv && exec /b/x 'my db'", [("/b/x", "my db")]),
        ("test -x /b/x && /b/x; sleep 5", [("/b/x",)]),
        ("mysqldump --all | gzip >/var/backups/db.gz", [("mysqldump", "--all"), ("gzip",)]),
        ("(/b/x &)", [("/b/x",)]),
        ("/b/x 2", [("/b/x", "2")]),
        ("echo 'not closed", []),
        ("", []),
        ("nice -n 19", []),
    ],
)
def test_the_work_of_a_command_line_is_found(command: str, work: list[tuple[str, ...]]) -> None:
    assert list(essence(command)) == work


def test_a_percent_sign_may_be_written_as_in_a_crontab() -> None:
    assert as_run(r"x $(date +\%F) %") == "x $(date +%F) %"
    assert key_of(r"x \%") == key_of("x %") != key_of("x")


def test_a_program_without_a_path_may_run_from_where_cron_finds_it() -> None:
    assert process_lines("backup-db -a") == ("backup-db -a", "backup-db-a", "/usr/bin/backup-db-a", "/bin/backup-db-a")
    assert process_lines("first\nsecond")[0] == "first"


@pytest.mark.parametrize(
    ("run", "due", "is_it"),
    [
        ("/b/x", "/b/x", True),
        ("/b/x", "/b/x >/dev/null 2>&1", True),
        ("nice /b/x  --all", "/b/x --all", True),
        (r"/b/x $(date +\%F)", "/b/x $(date +%F)", True),
        ("/b/x", "[ -x /b/x ] && /b/x", True),
        ("/etc/cron.daily/db", "cd / && run-parts --report /etc/cron.daily", True),
        ("/etc/cron.daily/db", "test -x /usr/sbin/anacron || { cd / && /bin/run-parts /etc/cron.daily; }", True),
        ("/etc/cron.weekly/db", "run-parts /etc/cron.daily", False),
        ("/b/x", "/b/x --incremental", False),
        ("/b/x", "/b/xy", False),
        ("/b/x", "echo /b/x", False),
    ],
)
def test_what_cron_runs_by_itself_is_known_again(run: str, due: str, is_it: bool) -> None:
    assert is_replayed(backup(run), ("true", due)) is is_it
    assert not is_replayed(backup(None), (due,))


@given(st.text())
def test_any_text_is_a_command(text: str) -> None:
    process_lines(text)
    assert is_replayed(backup(text), (text,))


def test_only_stars_and_question_marks_are_left_to_the_shell() -> None:
    assert pattern_of("/a b/[x]$(y)-*.?z") == "\"$REMEDY_ROOT\"'/a b/[x]$(y)-'*.?z"
    assert folder_of("/var/backups/*/db-?.gz") == "/var/backups"
    assert folder_of("/db-*") == ""
    assert units_of("db") == units_of("db.service") == units_of("db.timer") == ("db.service", "db.timer")


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_what_is_asked_is_quoted(text: str) -> None:
    backups = (
        Backup("a", Evidence(command=text), run=text),
        Backup("b", Evidence(restic=text)),
        Backup("c", Evidence(borg=text)),
    )
    asked = values(Host("web1", "192.0.2.1", backups=backups))
    words = shlex.split(asked["BACKUPS"])
    assert words.count(text) >= 2  # as_run changes the command's percent signs
    assert shlex.split(asked["BACKUPS_COMMANDS"])[:2] == ["backups_is", "0"]
