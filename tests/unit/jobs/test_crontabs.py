"""What each daemon makes of a crontab (FIELD.md C2, I1, and the sources that they name)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedy.jobs.crontab import CronJob, Crontab, Form, logged_command, parse_crontab
from remedy.jobs.schedule import Dialect

VIXIES = (Dialect.VIXIE, Dialect.CRONIE)
DEBIANS = """\
# /etc/crontab: system-wide crontab
SHELL=/bin/sh

# m h dom mon dow user\tcommand
17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly
25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
@reboot   www-data   /usr/local/bin/warm-up
#
"""


def users(text: str, dialect: Dialect = Dialect.VIXIE) -> Crontab:
    return parse_crontab(text, Form.USER, dialect, "/var/spool/cron/root", "root")


def only(text: str, dialect: Dialect = Dialect.VIXIE) -> CronJob:
    table = users(text, dialect)
    assert len(table.jobs) == 1, table
    return table.jobs[0]


def problems(text: str, dialect: Dialect) -> list[tuple[int, str]]:
    return [(problem.line, problem.text) for problem in users(text, dialect).problems]


@pytest.mark.parametrize("dialect", VIXIES)
def test_the_systems_table_names_users(dialect: Dialect) -> None:
    table = parse_crontab(DEBIANS, Form.SYSTEM, dialect, "/etc/crontab")
    assert [(job.line, job.schedule_text, job.user, job.command) for job in table.jobs] == [
        (5, "17 * * * *", "root", "cd / && run-parts --report /etc/cron.hourly"),
        (6, "25 6 * * *", "root", "test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }"),
        (7, "@reboot", "www-data", "/usr/local/bin/warm-up"),
    ]
    assert {job.source for job in table.jobs} == {"/etc/crontab"}
    assert table.problems == ()


@pytest.mark.parametrize("dialect", Dialect)
def test_a_users_table_is_all_his(dialect: Dialect) -> None:
    job = only("  30\t2 * * 1-5  /usr/local/sbin/backup --all  \n", dialect)
    assert (job.user, job.schedule_text, job.command.strip()) == (
        "root",
        "30 2 * * 1-5",
        "/usr/local/sbin/backup --all",
    )
    assert job.schedule is not None


@pytest.mark.parametrize("dialect", VIXIES)
def test_variables_are_in_force_from_their_line_on(dialect: Dialect) -> None:
    table = users("0 1 * * * a\nPATH=/opt/bin:/bin\n0 2 * * * b\nPATH = '/x y'\nTZ=UTC\n0 3 * * * c\n", dialect)
    assert [dict(job.environment) for job in table.jobs] == [
        {},
        {"PATH": "/opt/bin:/bin"},
        {"PATH": "/x y", "TZ": "UTC"},
    ]
    assert [job.zone for job in table.jobs] == [None, None, None]


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("A=b", "A", "b"),
        ("A = b c \t", "A", "b c"),
        ('A="b c "', "A", "b c "),
        ("'A B' = b", "A B", "b"),
        ('A="" ', "A", ""),
        ("A=b=c", "A", "b=c"),
        ("A=b # no comment", "A", "b # no comment"),
        ('A=b"c', "A", 'b"c'),
    ],
)
@pytest.mark.parametrize("dialect", VIXIES)
def test_how_variables_are_written(line: str, name: str, value: str, dialect: Dialect) -> None:
    assert only(f"{line}\n0 1 * * * job\n", dialect).environment == {name: value}


def test_debian_takes_a_variable_without_a_value_for_a_broken_job() -> None:
    assert problems("MAILTO=\n0 1 * * * a\n", Dialect.VIXIE) == [
        (1, 'MAILTO= needs a value, as in MAILTO=""; cron ignores the whole file')
    ]
    assert only("MAILTO=\n0 1 * * * a\n", Dialect.CRONIE).environment == {"MAILTO": ""}


@pytest.mark.parametrize("line", ["A='b' c", "A='b", '"A=b'])
def test_a_broken_quote_is_no_variable(line: str) -> None:
    assert problems(f"{line}\n", Dialect.VIXIE) != []


@pytest.mark.parametrize(
    "line", ["61 * * * * bad", "bad", "0 1 * * *  * six", "- 1 * * * bad", "0 1 * *", "@sometimes bad", "\r"]
)
def test_one_bad_line_spoils_the_file_on_debian_and_only_itself_on_cronie(line: str) -> None:
    text = f"0 1 * * * good\n{line}\n0 2 * * * good\n"
    table = users(text, Dialect.VIXIE)
    assert table.jobs == ()
    assert [(problem.line, problem.text.endswith("; cron ignores the whole file")) for problem in table.problems] == [
        (2, True)
    ]
    table = users(text, Dialect.CRONIE)
    assert [job.line for job in table.jobs] == [1, 3]
    assert [(problem.line, problem.text.endswith("; cron ignores the line")) for problem in table.problems] == [
        (2, True)
    ]


def test_a_last_line_without_its_newline() -> None:
    text = "0 1 * * * a\n0 2 * * * b"
    assert users(text, Dialect.VIXIE).jobs == ()
    assert problems(text, Dialect.VIXIE) == [(2, "no newline at the end of the file; cron ignores the whole file")]
    assert [job.command for job in users(text, Dialect.CRONIE).jobs] == ["a"]
    assert [job.command for job in users(text, Dialect.BUSYBOX).jobs] == ["a", "b"]


@pytest.mark.parametrize("end", ["", "  ", "\n# the end", "\n\t # the end", "\n\n\n"])
@pytest.mark.parametrize("dialect", VIXIES)
def test_blanks_and_comments_may_end_anyhow(end: str, dialect: Dialect) -> None:
    table = users(f"0 1 * * * a\n{end}", dialect)
    assert len(table.jobs) == 1
    assert table.problems == ()


def test_debian_takes_no_command_of_a_thousand_bytes() -> None:
    assert len(users(f"0 1 * * * {'x' * 998}\n").jobs) == 1
    assert problems(f"0 1 * * * {'x' * 999}\n", Dialect.VIXIE) == [(1, "command too long; cron ignores the whole file")]
    assert len(users(f"0 1 * * * {'x' * 99999}\n", Dialect.CRONIE).jobs) == 1


def test_cronies_own_variables() -> None:
    text = "CRON_TZ=Asia/Tokyo\nRANDOM_DELAY=45\n30 2 * * * job\n"
    job = only(text, Dialect.CRONIE)
    assert (job.zone, job.delay) == ("Asia/Tokyo", 45)
    assert job.problem.startswith("RANDOM_DELAY=45: up to 45 minutes late")
    assert job.schedule is not None
    assert not job.schedule.is_held
    job = only(text, Dialect.VIXIE)
    assert (job.zone, job.delay, job.problem) == (None, 0, "")


@pytest.mark.parametrize(
    ("value", "minutes"), [("0", 0), ("1440", 1440), ("1441", 0), ("-5", 0), ("soon", 0), (" 7x", 7)]
)
def test_only_a_day_of_delay_counts(value: str, minutes: int) -> None:
    assert only(f"RANDOM_DELAY='{value}'\n30 2 * * * job\n", Dialect.CRONIE).delay == minutes


@pytest.mark.parametrize("zone", ["JST-9", "Nowhere/Town", "../../etc/passwd", "Europe", "x" * 5000, "\udcff"])
def test_a_zone_that_is_not_known_here_can_not_be_judged(zone: str) -> None:
    job = only(f"CRON_TZ={zone}\n30 2 * * * job\n", Dialect.CRONIE)
    assert job.schedule is None
    assert job.problem.startswith(f"CRON_TZ={zone[:90]}")


def test_what_can_not_be_judged_is_named() -> None:
    job = only("0~59 2 * * * job\n", Dialect.CRONIE)
    assert (job.schedule, job.problem) == (None, "minute 0~59: cronie draws it at random each time it reads the file")
    assert job.command == "job"


def test_a_job_that_cronie_does_not_log() -> None:
    job = only("-*/15 * * * * quiet\n", Dialect.CRONIE)
    assert (job.schedule_text, job.command) == ("-*/15 * * * *", "quiet")
    assert job.schedule is not None
    assert job.schedule.is_wildcard
    table = parse_crontab("-*/15 * * * * quiet\n", Form.USER, Dialect.CRONIE, "/x", "joe")
    assert [problem.text for problem in table.problems] == [
        "only root may put a - before the minute; cron ignores the line"
    ]


BUSYBOX = """\
SHELL=/bin/ash more
MAILTO=
HOME=/tmp
0 2 * * * tar c / # whole
@daily echo # 1
15 3 * * * long \\
  command
0 4 * * 7 weekly
0 5 * * *
@fortnightly x
"""


def test_busyboxs_table() -> None:
    table = users(BUSYBOX, Dialect.BUSYBOX)
    assert [(job.line, job.command) for job in table.jobs] == [
        (4, "tar c /"),
        (5, "echo # 1"),
        (6, "long   command"),
        (8, "weekly"),
    ]
    assert {tuple(job.environment.items()) for job in table.jobs} == {(("SHELL", "/bin/ash"), ("MAILTO", ""))}
    assert [problem.line for problem in table.problems] == [3, 8, 9, 10]
    assert table.problems[1].text == "busybox misreads day of week, and runs the job at 0 4 * * *"


def test_dcrons_table() -> None:
    text = "SHELL=/bin/sh\n0 2 * * * ID=backup AFTER=dump backup\n@daily ID=clean clean\n0 3 * * * ID=x FREQ=1d y\n"
    table = users(text + "30 2 * * * ID=plain plain\n0 5 * * * bare\n", Dialect.DCRON)
    assert [(job.schedule_text, job.command, job.schedule is None) for job in table.jobs] == [
        ("0 2 * * * ID=backup AFTER=dump", "backup", True),
        ("@daily ID=clean", "clean", True),
        ("0 3 * * * ID=x FREQ=1d", "y", True),
        ("30 2 * * * ID=plain", "plain", False),
        ("0 5 * * *", "bare", False),
    ]
    assert all(job.problem for job in table.jobs[:3])
    assert [logged_command(job, Dialect.DCRON) for job in table.jobs[3:]] == ["job plain", "bare"]
    assert [problem.line for problem in table.problems] == [1]


@pytest.mark.parametrize(
    ("command", "debian", "cronie"),
    [
        ("backup", "backup", "backup"),
        ("mail root%Subject: x%%body", "mail root", "mail root"),
        (r"date +\%F > x % in", "date +%F > x", "date +%F > x"),
        (r"a \\% b", "a \\", r"a \\"),
        (r"grep '\.' \\x", r"grep '\.' \x", r"grep '\.' \\x"),
        ("a\tb", "a^Ib", "a^Ib"),
        ("echo ä", r"echo \303\244", r"echo \303\244"),
        ("echo \x7f", "echo ^?", "echo ^?"),
        ("-n backup", "-n backup", "backup"),
    ],
)
def test_commands_as_the_log_shows_them(command: str, debian: str, cronie: str) -> None:
    line = f"0 1 * * * {command}\n"
    assert logged_command(only(line, Dialect.VIXIE), Dialect.VIXIE) == debian
    assert logged_command(only(line, Dialect.CRONIE), Dialect.CRONIE) == cronie


def test_busybox_logs_a_command_as_it_is() -> None:
    assert logged_command(only("0 1 * * * date +\\%F %\n", Dialect.BUSYBOX), Dialect.BUSYBOX) == "date +\\%F %"


SCRAPS = (
    "0",
    "*",
    "*/5",
    "~",
    "@daily",
    "@",
    " ",
    "\t",
    "\n",
    "\r",
    "#",
    "\\",
    "%",
    "=",
    "'",
    '"',
    "-",
    ",",
    "root",
    "MAILTO",
)
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from((*SCRAPS, "x", "ä\udcff", "9" * 5000)), max_size=40).map("".join))


@given(TEXTS, st.sampled_from(Form), st.sampled_from(Dialect))
def test_no_text_at_all_raises_anything(text: str, form: Form, dialect: Dialect) -> None:
    table = parse_crontab(text, form, dialect, "/x", "root")
    lines = text.count("\n") + 1
    assert all(1 <= job.line <= lines for job in table.jobs)
    assert all(1 <= problem.line <= lines and len(problem.text) < 300 for problem in table.problems)
    assert all(job.schedule or (job.problem and len(job.problem) < 300) for job in table.jobs)
    assert all(logged_command(job, dialect).isprintable() for job in table.jobs if dialect in VIXIES)
