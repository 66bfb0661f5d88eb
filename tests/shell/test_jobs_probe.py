"""The jobs' probe under every shell, in a fake tree: what it finds, and that nothing there can upset it."""

import os
from datetime import datetime

import pytest

from remedy.gap import Gap, GapKind
from remedy.initsystem import Init
from remedy.inventory import Host
from remedy.jobs import TOPIC
from remedy.jobs.clues import read_boots, read_gaps, read_steps
from remedy.jobs.daemon import read_daemon, stop_and_start
from remedy.jobs.log import read_log
from remedy.jobs.timers import read_timers
from remedy.jobs.zone import read_zone
from remedy.model import Level
from remedy.probe import probe_script
from remedy.reference import Reference
from remedy.shell.answers import Answers
from remedy.topic import Situation

from .fake_host import FakeHost
from .jobs_host import NOW, TOKYO, entry, furnish, keep_journal, run_daemon, switch_to_systemd
from .runner import run

HOST = Host("web1", "192.0.2.1")
SCRIPT = probe_script((TOPIC,), HOST)
SITUATION = Situation(HOST, Reference("ntp", 0.0, 0.001, 0.0), now=NOW)


def answers(host: FakeHost) -> Answers:
    return run(host.argv, SCRIPT, host.env)


def tables(read: Answers) -> dict[str, str]:
    return {answer.words: answer.output for answer in read if answer.name == "jobs_table"}


def texts(read: Answers, name: str) -> list[str]:
    return [answer.output for answer in read if answer.name == name]


def gaps(read: Answers, *remembered: Gap) -> tuple[Gap, ...]:
    steps = read_steps(read, NOW, TOKYO, remembered)
    return read_gaps(NOW, steps, read_boots(read, NOW, read_log(read, NOW, TOKYO), steps))


@pytest.fixture(autouse=True)
def furnished(host: FakeHost) -> None:
    furnish(host)


def test_every_place_of_crontabs_is_read_to_the_byte(host: FakeHost) -> None:
    places = {
        "etc/crontab": "17 * * * * root a\n",
        "etc/anacrontab": "1 5 cron.daily b\n",
        "etc/cron.d/php": "no newline at its end",
        "etc/cron.d/a=b": "* * * * * root an equals sign is no assignment to awk\n",
        "var/spool/cron/crontabs/alice": "\n\n30 2 * * * c % d\n\n",
        "var/spool/cron/tabs/bob": "x\n",
        "var/spool/cron/carol": "y\n",
        "etc/crontabs/root": "0 2 * * * run-parts /etc/periodic/daily\n",
    }
    for name, text in places.items():
        host.put(name, text)
    assert tables(answers(host)) == places


def test_the_owner_and_the_mode_of_each_crontab_are_told(host: FakeHost) -> None:
    host.put("etc/cron.d/open", "x\n")
    host.put("state/mode-open", "666 1000 alice\n")
    assert "666 1000 alice etc/cron.d/open" in (answers(host).text("jobs_modes").splitlines())


def test_a_folder_that_may_not_be_read_is_named(host: FakeHost) -> None:
    (host.root / "var/spool/cron/crontabs").mkdir(parents=True)
    (host.root / "var/spool/cron/crontabs").chmod(0o000)
    unread = texts(answers(host), "jobs_unread")
    (host.root / "var/spool/cron/crontabs").chmod(0o755)
    assert unread == (["/var/spool/cron/crontabs"] if os.geteuid() else [])


def test_odd_files_neither_upset_the_probe_nor_forge_an_answer(host: FakeHost) -> None:
    host.put("etc/cron.d/new\nline", "x\n")
    host.put('etc/cron.d/it\'s "quoted" $(touch here)', "y\n")
    (host.root / "etc/cron.d/binary").write_bytes(b"a\0b\x01c\xff\xfe\x1b[31m\n")
    host.put("etc/cron.d/forger", "TOKEN value jobs_now 1 +0000\n\nTOKEN end\n")
    (host.root / "etc/cron.d/folder").mkdir()
    (host.root / "etc/cron.d/dangling").symlink_to("nowhere")
    host.put("etc/crontab", "z\n")
    read = answers(host)
    assert tables(read)['etc/cron.d/it\'s "quoted" $(touch here)'] == "y\n"
    assert tables(read)["etc/crontab"] == "z\n"
    assert "\\xff" in tables(read)["etc/cron.d/binary"]
    assert read.text("jobs_now") == f"{NOW} +0900"
    assert texts(read, "jobs_unread") == ["a file with a newline in its name"]
    assert not list(host.root.rglob("here"))


def test_megabytes_are_cut_and_that_is_said(host: FakeHost) -> None:
    for number in range(20):
        host.put(f"etc/cron.d/{number:02}", "* * * * * root true\n" * 5000)
    host.put("etc/crontab", "x" * 3_000_000)
    read = answers(host)
    kept = [answer for answer in read if answer.name == "jobs_table"]
    assert all(answer.truncated and len(answer.output) <= 65536 for answer in kept)
    assert len(kept) < 20
    assert texts(read, "jobs_cut") == ["crontabs"]


def test_hundreds_of_crontabs_cost_no_more_commands_than_one(host: FakeHost) -> None:
    for number in range(450):
        host.put(f"var/spool/cron/crontabs/user{number}", "0 0 * * * x\n")
    read = answers(host)
    assert len(tables(read)) == 400
    assert texts(read, "jobs_cut") == ["crontabs"]


@pytest.mark.parametrize("has_comm", [True, False])
@pytest.mark.parametrize(
    ("name", "words", "kind"),
    [("cron", "", "vixie"), ("crond", "CRON_TZ", "cronie"), ("crond", "/cronstamps", "dcron"), ("fcron", "", "fcron")],
)
def test_whose_daemon_runs_is_told_by_its_program(
    host: FakeHost, name: str, words: str, kind: str, has_comm: bool
) -> None:
    run_daemon(host, name, words, started=1000, has_comm=has_comm)
    daemon = read_daemon(answers(host), NOW)
    assert daemon.kind == kind
    assert daemon.started == NOW - 864000 + 1000
    assert daemon.environment == {"TZ": "Asia/Tokyo", "PATH": "/usr/bin:/bin"}


@pytest.mark.parametrize("has_comm", [True, False])
def test_busybox_is_known_by_what_crond_is_a_link_to(host: FakeHost, has_comm: bool) -> None:
    run_daemon(host, "busybox", has_comm=has_comm)
    host.put("proc/4711/cmdline", "busybox\0crond\0-c\0/etc/tabs\0")
    host.put("etc/tabs/root", "x\n")
    read = answers(host)
    assert (read_daemon(read, NOW).kind, read_daemon(read, NOW).folder) == ("busybox", "etc/tabs")
    assert "etc/tabs/root" in tables(read)


def test_a_job_of_cron_s_and_a_container_s_cron_are_not_the_daemon(host: FakeHost) -> None:
    run_daemon(host, "cron", number=100, started=50)
    host.put("proc/100/cmdline", "/usr/sbin/CRON\0-f\0")
    run_daemon(host, "crond", number=200, started=60)
    for number, namespace in (("200", 2), ("self", 1)):
        (host.root / f"proc/{number}/ns").mkdir()
        (host.root / f"proc/{number}/ns/pid").symlink_to(f"pid:[402653183{namespace}]")
    assert read_daemon(answers(host), NOW).started is None


def test_a_cron_that_does_not_run_is_known_by_its_program(host: FakeHost) -> None:
    host.put("usr/bin/crond", "#!/bin/sh\n# CRON_TZ\n")
    host.put("etc/init.d/crond")
    daemon = read_daemon(answers(host), NOW)
    assert (daemon.kind, daemon.started, daemon.service, daemon.init) == ("cronie", None, "crond", Init.SYSV)


def test_systemd_is_asked_once_for_cron_and_all_timers(host: FakeHost) -> None:
    units = (
        "Id=cron.service\nLoadState=loaded\nActiveState=active\nMainPID=4711\nUnitFileState=enabled\n\n"
        "Id=fstrim.timer\nActiveState=active\nUnit=fstrim.service\nPersistent=yes\n"
        "LastTriggerUSec=Mon 2026-11-23 00:10:01 UTC\nRandomizedDelayUSec=1h 40min\n"
        "TimersCalendar={ OnCalendar=Mon *-*-* 00:00:00 ; next_elapse=n/a }\n"
    )
    switch_to_systemd(host, units)
    run_daemon(host, "cron")
    read = answers(host)
    assert host.log == ["systemctl show UTC"]
    assert stop_and_start(read_daemon(read, NOW)) == (("systemctl", "stop", "cron"), ("systemctl", "start", "cron"))
    (timer,) = read_timers(read)
    assert (timer.name, timer.unit, timer.is_persistent, timer.delay) == ("fstrim.timer", "fstrim.service", True, 6000)


def test_the_zone_is_read(host: FakeHost) -> None:
    assert read_zone(answers(host), NOW, "+0900", "").tz == TOKYO


def test_the_journal_is_asked_for_the_last_day_and_tells_what_ran_and_when_the_clock_was_stepped(
    host: FakeHost,
) -> None:
    keep_journal(
        host,
        entry(NOW - 40000, 100, "(root) CMD (five)"),
        entry(NOW - 39700, 400, "(root) CMD (five)"),
        entry(NOW - 39690, 410, "(root) CMD (forged)", uid=1000),
        entry(NOW - 39680, 420, "(root) CMD (not of cron)", name="logger"),
        entry(NOW - 28500, 800, "(alice) CMD (backup %s 'a)')"),
        entry(NOW - 20000, 5, "(CRON) STARTUP (fork ok)", boot="b", name="cron"),
    )
    read = answers(host)
    assert f"--since @{NOW - 93600} " in host.log[0]
    log = read_log(read, NOW, TOKYO)
    assert log.runs == {("root", "five"): (NOW - 40000, NOW - 39700), ("alice", "backup %s 'a)'"): (NOW - 28500,)}
    assert (log.source, log.first, log.starts) == ("journal", NOW - 40000, (NOW - 20000,))
    assert [(gap.kind, gap.end - gap.start, gap.end, gap.source) for gap in gaps(read)] == [
        ("step", 10800, NOW - 28500, "journal"),
        ("down", 8500, NOW - 20000, "boots"),
    ]


def test_what_only_an_earlier_run_remembers_is_added(host: FakeHost) -> None:
    keep_journal(host, entry(NOW - 40000, 100, "(root) CMD (a)"), entry(NOW - 28500, 800, "(root) CMD (a)"))
    known = Gap(GapKind.STEP, NOW - 39301, NOW - 28501, "history", 0.5)
    unknown = Gap(GapKind.STEP, NOW - 20000, NOW - 9200, "history", 0.5)
    found = gaps(answers(host), known, unknown)
    assert [(gap.end, gap.source) for gap in found] == [(NOW - 28500, "journal"), (NOW - 9200, "history")]


def test_of_a_line_that_is_logged_every_minute_only_the_last_times_are_told(host: FakeHost) -> None:
    keep_journal(host, *(entry(NOW - 60 * ago, 90000 - 60 * ago, "(root) CMD (each)") for ago in range(1500, 0, -1)))
    log = read_log(answers(host), NOW, TOKYO)
    assert log.moments("root", "each") == tuple(NOW - 60 * ago for ago in range(48, 0, -1))


def test_a_step_back_is_seen_too(host: FakeHost) -> None:
    keep_journal(host, entry(NOW - 1000, 5000, "(root) CMD (a)"), entry(NOW - 4500, 5100, "(root) CMD (a)"))
    (gap,) = gaps(answers(host))
    assert (gap.start, gap.end) == (NOW - 900, NOW - 4500)


def test_an_old_journalctl_without_choice_of_fields_is_asked_without(host: FakeHost) -> None:
    keep_journal(host, entry(NOW - 1000, 5000, "(root) CMD (a)"))
    host.put(
        "usr/bin/journalctl",
        '#!/bin/sh\ncase $* in *--output-fields*) echo unrecognized option; exit 1 ;; esac\ncat "$STATE/journal"\n',
    )
    assert read_log(answers(host), NOW, TOKYO).source == "journal"


def test_a_journal_that_hangs_or_is_cut_is_said_to_be(host: FakeHost) -> None:
    keep_journal(host, entry(NOW - 1000, 5000, "(root) CMD (a)"))
    host.put("usr/bin/journalctl", '#!/bin/sh\ncat "$STATE/journal"\nexit 124\n')
    assert texts(answers(host), "jobs_cut") == ["log"]


@pytest.mark.parametrize(
    ("file", "line", "run"),
    [
        ("syslog", "Nov 24 02:30:01 web1 CRON[812]: (root) CMD (backup)", ("root", "backup")),
        ("syslog", "2026-11-24T02:30:01.123456+09:00 web1 CRON[812]: (root) CMD (backup)", ("root", "backup")),
        ("cron", "Nov 24 02:30:01 web1 CROND[812]: (root) CMD (backup --all)", ("root", "backup --all")),
        (
            "messages",
            "Nov 24 02:30:01 alpine cron.info crond[812]: USER root pid 9 cmd run-parts /a",
            ("root", "run-parts /a"),
        ),
        ("syslog", "Nov 24 02:30:01 web1 /USR/SBIN/CRON[812]: (root) CMD (backup)", ("root", "backup")),
        ("syslog", "Nov 24 02:30:01 web1 CRON[812]: (root) CMD ([813] backup)", ("root", "backup")),
    ],
)
def test_log_files_are_read_where_there_is_no_journal(
    host: FakeHost, file: str, line: str, run: tuple[str, str]
) -> None:
    forged = "Nov 24 02:40:01 web1 alice: CRON[1]: (root) CMD (forged)\n"
    host.put(f"var/log/{file}.1", f"Nov 23 23:59:01 web1 kernel: x\n{line.replace('24', '23', 1)}\n")
    host.put(f"var/log/{file}", f"{line}\n{forged}Nov 24 02:41:00 web1 sshd[5]: x\n")
    read = answers(host)
    log = read_log(read, NOW, TOKYO)
    at = datetime(2026, 11, 24, 2, 30, 1, tzinfo=TOKYO).timestamp()
    assert log.source == f"/var/log/{file}"
    assert [list(map(int, moments)) for moments in [log.moments(*run)]] == [[at - 86400, at]]
    assert set(log.runs) == {run}


STEPS = {  # as daemons log them, between what the clock said before and after
    "ntpd": ("02:10:00 ntpd[9]: 0.0.0.0 c61c 0c clock_step +10800.001903 s", "05:10:01 ntpd[9]: freq_mode"),
    "ntpd, back": ("05:10:00 ntpd[9]: 0.0.0.0 c61c 0c clock_step -10800.353463 s", "02:10:00 ntpd[9]: freq_mode"),
    "ntpd before 4.2.6": ("02:10:00 ntpd[9]: x", "05:10:00 ntpd[9]: time reset +10800.001903 s"),
    "ntpd -gq": ("02:10:00 ntpd[9]: x", "05:10:00 ntpd[9]: ntpd: time set +10800.001903 s"),
    "ntpdate": ("02:10:00 ntpdate[9]: x", "05:10:00 ntpdate[9]: step time server 192.0.2.1 offset 10800.001903 sec"),
    "chronyd": ("02:10:00 chronyd[9]: x", "05:10:00 chronyd[9]: System clock was stepped by 10800.001903 seconds"),
}


@pytest.mark.parametrize("daemon", STEPS)
def test_steps_in_a_log_file_are_seen_between_what_the_clock_said_before_and_after(host: FakeHost, daemon: str) -> None:
    lines = [f"Nov 24 {time} web1 {rest}" for time, _, rest in (line.partition(" ") for line in STEPS[daemon])]
    host.put("var/log/syslog", "".join(f"{line}\n" for line in lines))
    before, after = (
        datetime.fromisoformat(f"2026-11-24T{line[:8]}").replace(tzinfo=TOKYO).timestamp() for line in STEPS[daemon]
    )
    (gap,) = gaps(answers(host))
    assert (gap.kind, gap.source) == ("step", "log")
    assert [gap.start, gap.end] == pytest.approx([before, after], abs=gap.error)


def test_a_clock_that_is_slewed_leaps_over_nothing(host: FakeHost) -> None:
    host.put("var/log/syslog", "Nov 24 06:00:00 web1 ntpd[1]: ntpd: time slew +0.101903 s\n")
    assert gaps(answers(host)) == ()


@pytest.mark.parametrize("file", ["cron", "cron.log"])
def test_steps_are_seen_where_cron_has_a_log_file_of_its_own(host: FakeHost, file: str) -> None:
    reset = "Nov 24 06:00:00 web1 ntpd[1]: time reset +10800.001903 s\n"
    host.put(f"var/log/{file}", "Nov 24 06:00:01 web1 CROND[2]: (root) CMD (x)\n")
    host.put("var/log/messages", f"{reset}Nov 24 06:00:02 web1 CROND[2]: (root) CMD (told of elsewhere, too)\n")
    host.put("var/log/syslog", reset)
    read = answers(host)
    log = read_log(read, NOW, TOKYO)
    assert (log.source, list(log.runs)) == (f"/var/log/{file}", [("root", "x")])
    assert [round(gap.seconds) for gap in gaps(read)] == [10800]


def test_of_many_steps_the_last_are_told(host: FakeHost) -> None:
    """As on a guest that is paused for a snapshot each night."""
    lines = (f"Nov {day:02} 06:00:00 web1 ntpd[1]: time reset +{day} s\n" for day in range(1, 25))
    host.put("var/log/messages", "".join(lines))
    assert [gap.seconds for gap in gaps(answers(host))] == [24]


def test_a_log_file_without_a_line_of_cron_proves_of_no_job_that_it_did_not_run(host: FakeHost) -> None:
    host.put("var/log/messages", "Nov 24 06:00:00 web1 ntpd[1]: Listen normally on 2 lo 127.0.0.1 UDP 123\n")
    assert texts(answers(host), "jobs_log") == ["none"]


def test_no_job_can_forge_a_step(host: FakeHost) -> None:
    host.put("var/log/syslog", "Nov 24 06:00:01 web1 CRON[2]: (root) CMD (echo time reset +10800.0 s)\n")
    read = answers(host)
    assert gaps(read) == ()
    assert read_log(read, NOW, TOKYO).runs


def keep_wtmp(host: FakeHost, *lines: str) -> None:
    """Let last(1) tell these lines, and nothing but in UTC."""
    host.put("state/wtmp", "".join(f"{line}\n" for line in (*lines, "", "wtmp begins Mon Nov 16 01:00:10 2026")))
    host.put("usr/bin/last", '#!/bin/sh\n[ "$TZ" = UTC ] && cat "$STATE/wtmp"\n')


UP = datetime(2026, 11, 24, 10, 0, 10, tzinfo=TOKYO).timestamp()
REBOOTED = (
    "reboot   system boot  5.10.0-8 Tue Nov 24 01:00:10 2026   still running",
    "shutdown system down  5.10.0-8 Mon Nov 23 22:00:00 2026 - Tue Nov 24 01:00:10 2026  (03:00)",
    "reboot   system boot  5.10.0-8 Mon Nov 16 01:00:10 2026 - Mon Nov 23 22:00:00 2026  (7)",
)


def test_last_tells_when_the_host_was_down(host: FakeHost) -> None:
    keep_wtmp(host, *REBOOTED)
    (gap,) = gaps(answers(host))
    assert (gap.kind, gap.start, gap.end) == ("down", UP - 3 * 3600 - 10, UP)


def test_a_journal_that_began_with_the_boot_leaves_it_to_last(host: FakeHost) -> None:
    keep_journal(host, entry(UP + 3, 3, "(CRON) STARTUP (fork ok)"), entry(UP + 60, 60, "(root) CMD (a)"))
    keep_wtmp(host, *REBOOTED)
    (gap,) = gaps(answers(host))
    assert (gap.kind, gap.start, gap.end) == ("down", UP - 3 * 3600 - 10, UP)


def test_a_journal_that_began_with_the_boot_leaves_it_to_the_uptime_where_there_is_no_last(host: FakeHost) -> None:
    (host.root / "proc/uptime").write_text(f"{NOW - UP:.2f} 1.00\n")
    keep_journal(host, entry(UP + 3, 3, "(CRON) STARTUP (fork ok)"), entry(UP + 60, 60, "(root) CMD (a)"))
    facts = TOPIC.read(answers(host), SITUATION)
    assert (facts.booted, facts.gaps) == (UP, ())


def test_a_journal_of_many_days_without_a_boot_shows_that_there_was_none(host: FakeHost) -> None:
    keep_journal(host, *(entry(NOW - ago, 864000 - ago, "(root) CMD (a)") for ago in (90000, 40000, 60)))
    keep_wtmp(host, REBOOTED[-1])
    facts = TOPIC.read(answers(host), SITUATION)
    assert (facts.booted, facts.gaps) == (None, ())


def test_the_programs_for_run_parts_the_stamps_of_anacron_and_our_own_marks_are_told(host: FakeHost) -> None:
    host.put("etc/cron.daily/logrotate", "#!/bin/sh\n")
    (host.root / "etc/cron.daily/README").write_text("not to be run\n")
    host.put("etc/cron.daily/new\nline", "#!/bin/sh\n")
    (host.root / "etc/cron.hourly").mkdir()
    host.put("etc/periodic/15min/x", "#!/bin/sh\n")
    host.put("var/spool/anacron/cron.daily", "20261123\n")
    host.put("var/lib/post-mainte/jobs/0123456789abcdef-1764000000/began", "1764000600\n")
    host.put("var/lib/post-mainte/jobs/0123456789abcdef-1764000000/status", "3\n")
    read = answers(host)
    assert texts(read, "jobs_parts") == ["/etc/cron.hourly", "/etc/cron.daily logrotate", "/etc/periodic/15min x"]
    assert texts(read, "jobs_stamp") == ["20261123 cron.daily"]
    assert texts(read, "jobs_marker") == ["0123456789abcdef-1764000000 1764000600 3"]


def test_an_empty_host_gives_no_answers_to_stumble_over(host: FakeHost) -> None:
    read = answers(host)
    assert tables(read) == {}
    assert texts(read, "jobs_log") == ["none"]
    assert read_daemon(read, NOW).kind == ""


def test_what_a_paused_host_missed_is_told_from_the_probe_to_the_finding(host: FakeHost) -> None:
    """The journal shows the step by which somebody put the clock right, and what cron did about it."""
    host.put("etc/crontab", "30 7 * * * root backup % x\n15 8 * * * root report\n0 9 1 * * root monthly\n")
    host.put("var/spool/cron/crontabs/alice", '45 7 * * * sync "$HOME"\n')
    host.put("state/mode-alice", "600 1000 alice\n")
    switch_to_systemd(host, "Id=cron.service\nLoadState=loaded\nMainPID=4711\n")
    run_daemon(host, "cron")
    step = NOW - 3 * 3600  # at 09:00, from 05:50
    keep_journal(
        host,
        entry(step - 11400 - 60, 800000, "(root) CMD (each minute)"),
        entry(step, 800060, "(root) CMD (each minute)"),
        entry(step + 30, 800090, "(root) CMD (report)"),
    )
    facts = TOPIC.read(answers(host), SITUATION)
    found = TOPIC.judge(facts, SITUATION)
    assert [(finding.level, finding.summary) for finding in found] == [
        (Level.WARN, "did not run at 2026-11-24 07:30 (JST): backup % x"),
        (Level.WARN, 'did not run at 2026-11-24 07:45 (JST): sync "$HOME"'),
        (Level.OK, "1 job fell into a gap and ran all the same"),
    ]
    assert found[1].command.endswith(" alice </dev/null")
