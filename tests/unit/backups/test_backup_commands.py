"""What a backup's runs are known by, and how it is asked for."""

import shlex

from hypothesis import given
from hypothesis import strategies as st

from remedy.backups.ask import folder_of, pattern_of, units_of, values
from remedy.backups.commands import key_of, process_lines
from remedy.commandline import as_run
from remedy.inventory.host import Backup, Evidence, Host


def test_a_percent_sign_may_be_written_as_in_a_crontab() -> None:
    assert as_run(r"x $(date +\%F) %") == "x $(date +%F) %"
    assert key_of(r"x \%") == key_of("x %") != key_of("x")


def test_a_program_without_a_path_may_run_from_where_cron_finds_it() -> None:
    assert process_lines("backup-db -a") == ("backup-db -a", "backup-db-a", "/usr/bin/backup-db-a", "/bin/backup-db-a")
    assert process_lines("first\nsecond")[0] == "first"


@given(st.text())
def test_any_text_is_a_command(text: str) -> None:
    assert process_lines(text)


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
