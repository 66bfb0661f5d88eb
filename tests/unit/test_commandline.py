"""Command lines: the work that they do, and which of them do the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.commandline import does, essence


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


@pytest.mark.parametrize(
    ("run", "line", "is_it"),
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
        ("/b/x", "/b/x 2>&1 | logger -t x", True),
        ("/b/x | gzip >/srv/x.gz", "/b/y | gzip >/srv/y.gz", False),
        ("{ /b/x; }", "{ /b/y; }", False),
        ("/b/x", "if [ -x /b/x ]; then /b/x; fi", True),
        ("systemctl start db", "systemctl start db.service", True),
        ("systemctl start db.service && /b/sync", "/bin/systemctl --no-block start other.service db", True),
        ("systemctl start db", "systemctl start other", False),
        ("systemctl start db", "systemctl stop db", False),
    ],
)
def test_a_line_that_does_the_work_of_another_is_known(run: str, line: str, is_it: bool) -> None:
    assert does(line, run) is is_it


@given(st.text())
def test_any_text_is_a_command(text: str) -> None:
    assert does(text, text)
    does(text, "/b/x")
