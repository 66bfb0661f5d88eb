"""Facts from answers: zones, tables, timers, logs; and that nothing a host may say upsets them."""

import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jobs_samples import TOKYO, at, situation

from remedy.errors import ProbeError
from remedy.gap import Gap, GapKind
from remedy.initsystem import Init
from remedy.jobs import TOPIC, JobsFacts
from remedy.jobs.byhand import by_hand, split_percent
from remedy.jobs.crontab import CronJob
from remedy.jobs.daemon import Daemon, stop_and_start
from remedy.jobs.judge import judge
from remedy.jobs.log import moment
from remedy.jobs.oncalendar import parse
from remedy.jobs.proof import proven
from remedy.jobs.replay import Fate, Firing
from remedy.jobs.schedule import Dialect
from remedy.jobs.section import section
from remedy.jobs.timers import read_timers
from remedy.jobs.zone import read_zone
from remedy.shell.answers import Answer, Answers

NOW = at("12:00")
BASE = (("jobs_now", f"{int(NOW)} +0900"), ("jobs_uptime", "864000.00 1.0"), ("jobs_init", "systemd"))
CRON = ("jobs_process", "vixie 700 cron 1000 ")


def told(*answers: tuple[str, str], tables: dict[str, str] | None = None, modes: str = "") -> Answers:
    values = [Answer(name, text) for name, text in (*BASE, *answers)]
    files = [Answer("jobs_table", text, 0, path) for path, text in (tables or {}).items()]
    return Answers((*values, *files, Answer("jobs_modes", modes, 0)))


def facts(*answers: tuple[str, str], tables: dict[str, str] | None = None, modes: str = "") -> JobsFacts:
    read: JobsFacts = TOPIC.read(told(*answers, tables=tables, modes=modes), situation())
    return read


@pytest.mark.parametrize(
    ("answers", "offset", "daemons", "zone", "is_known"),
    [
        ([("jobs_localtime", "../usr/share/zoneinfo/Asia/Tokyo")], "+0900", "", "Asia/Tokyo", True),
        ([("jobs_zone", "etc/timezone Europe/Berlin")], "+0100", "", "Europe/Berlin", True),
        ([("jobs_zone", 'etc/sysconfig/clock ZONE="America/New York"')], "-0500", "", "America/New_York", True),
        ([("jobs_zone", "etc/TZ UTC")], "+0000", "", "UTC", True),
        ([("jobs_zone", "etc/timezone Asia/Tokyo")], "+0000", "", "UTC", False),
        ([("jobs_localtime", "/usr/share/zoneinfo/Asia/Tokyo")], "+0900", "Europe/Berlin", "Europe/Berlin", True),
        ([("jobs_localtime", "/usr/share/zoneinfo/Asia/Tokyo")], "+0900", ":nonsense", "Asia/Tokyo", True),
        (
            [("jobs_localtime", "/etc/../../nonsense"), ("jobs_zone", "etc/timezone ../../etc")],
            "+0530",
            "",
            "UTC+05:30",
            False,
        ),
        ([], "", "", "UTC", False),
    ],
)
def test_the_zone_is_the_daemon_s_or_the_one_whose_offset_date_has(
    answers: list[tuple[str, str]], offset: str, daemons: str, zone: str, is_known: bool
) -> None:
    read = read_zone(told(*answers), NOW, offset, daemons)
    assert (str(read.tz), read.is_known) == (zone, is_known)


TABLES = {
    "etc/crontab": "1 1 * * * root system\n",
    "etc/cron.d/package": "2 1 * * * root package\n",
    "etc/cron.d/not.read": "3 1 * * * root dotted\n",
    "var/spool/cron/crontabs/alice": "4 1 * * * debian\n",
    "var/spool/cron/bob": "5 1 * * * redhat\n",
    "etc/crontabs/root": "6 1 * * * alpine\n",
}


@pytest.mark.parametrize(
    ("kind", "commands"),
    [
        ("vixie", ["system", "package", "debian"]),
        ("cronie", ["system", "package", "dotted", "debian", "redhat"]),
        ("busybox", ["debian", "alpine"]),
        ("fcron", []),
    ],
)
def test_each_daemon_reads_its_own_places(kind: str, commands: list[str]) -> None:
    read = facts(("jobs_process", f"{kind} 700 crond 1000 "), tables=TABLES)
    assert [job.command for job in read.jobs] == commands


def test_cron_stays_its_own_where_a_run_reads_jobs_for_others_only() -> None:
    own = situation(cron="own")
    assert TOPIC.read(told(CRON), own).is_ours
    assert not TOPIC.read(told(CRON), replace(own, leaves_jobs=True)).is_ours


def test_a_spool_that_is_a_link_to_another_is_read_once() -> None:
    twice = {"var/spool/cron/crontabs/root": "6 1 * * * x\n", "etc/crontabs/root": "6 1 * * * x\n"}
    assert len(facts(("jobs_process", "busybox 700 crond 1000 "), tables=twice).jobs) == 1


@pytest.mark.parametrize(
    ("path", "mode", "fault"),
    [
        ("etc/cron.d/x", "644 0 root", ""),
        ("etc/cron.d/x", "664 0 root", "others than its owner may write to it"),
        ("etc/cron.d/x", "646 0 root", "others than its owner may write to it"),
        ("etc/cron.d/x", "644 1000 alice", "it belongs to alice"),
        ("var/spool/cron/crontabs/alice", "600 1000 alice", ""),
        ("var/spool/cron/crontabs/root", "600 1000 alice", "it belongs to alice"),
        ("var/spool/cron/crontabs/root.bak", "600 0 root", "it belongs to root"),
    ],
)
def test_a_crontab_that_the_daemon_does_not_believe_has_no_jobs(path: str, mode: str, fault: str) -> None:
    text = "1 1 * * * root x\n" if path.startswith("etc") else "1 1 * * * x\n"
    read = facts(CRON, tables={path: text}, modes=f"{mode} {path}\n")
    assert [problem.text for problem in read.problems] == ([f"cron ignores the file: {fault}"] if fault else [])
    assert (len(read.jobs), read.trusted) == ((0 if fault else 1), frozenset({f"/{path}"}))


def test_what_a_cut_left_of_a_line_is_no_job() -> None:
    table = Answer("jobs_table", "1 1 * * * root x\n2 1 * * * root half a comm", 0, "etc/crontab", truncated=True)
    read: JobsFacts = TOPIC.read(Answers((*told(CRON).all, table)), situation())
    assert [job.command for job in read.jobs] == ["x"]
    assert read.cut == ("/etc/crontab",)
    assert not read.problems


def test_timers_are_read_as_systemd_of_all_ages_shows_them() -> None:
    units = (
        "Id=cron.service\nLoadState=loaded\n\n"
        "Id=new.timer\nActiveState=active\nUnit=new.service\nPersistent=no\nRandomizedDelayUSec=12h\n"
        "LastTriggerUSec=Tue 2026-11-24 02:30:01 UTC\nNextElapseUSecRealtime=Wed 2026-11-25 02:30:00 UTC\n"
        "TimersCalendar={ OnCalendar=*-*-* 06,18:00:00 ; next_elapse=n/a }\n"
        "TimersCalendar={ OnCalendar=Mon *-*-* 02:30:00 ; next_elapse=n/a }\n\n"
        "Id=old.timer\nActiveState=active\nUnit=old.service\nLastTriggerUSec=47y 3month 1w 13h 30min 33.467990s\n"
        "TimersCalendar={ OnCalendar=2/3:00:00 odd ; next_elapse=n/a }\n\n"
        "Id=monotonic.timer\nActiveState=active\nTimersCalendar=\n\n"
        "Id=stopped.timer\nActiveState=inactive\nTimersCalendar={ OnCalendar=*-*-* 06:00:00 ; next_elapse=n/a }\n"
    )
    new, old = read_timers(told(("jobs_units", units)))
    utc = ZoneInfo("UTC")
    assert new.last == datetime(2026, 11, 24, 2, 30, 1, tzinfo=utc).timestamp()
    assert (new.schedule, new.delay) == ("*-*-* 06,18:00:00, Mon *-*-* 02:30:00", 43200.0)
    assert len(new.calendars) == 2
    assert old.last == pytest.approx(datetime(2017, 4, 9, 15, 0, 33, tzinfo=utc).timestamp(), abs=1)
    assert old.problem == "its OnCalendar=2/3:00:00 odd is not understood"


@pytest.mark.parametrize(
    ("spec", "zone", "start", "moments"),  # as systemd-analyze calendar of systemd 252 has it
    [
        ("*-*-* *:00/10:00", "Asia/Tokyo", "2026-11-24T02:35", ["2026-11-24T02:40", "2026-11-24T02:50"]),
        ("Mon..Fri *-*-* 06,18:00:00", "Asia/Tokyo", "2026-11-27T10:00", ["2026-11-27T18:00", "2026-11-30T06:00"]),
        ("*-*~01 12:00:00", "Asia/Tokyo", "2026-11-24T00:00", ["2026-11-30T12:00", "2026-12-31T12:00"]),
        ("*-*-01..07 04:15:00", "Asia/Tokyo", "2026-11-24T00:00", ["2026-12-01T04:15", "2026-12-02T04:15"]),
        ("*-*-* 02:30:00", "Europe/Berlin", "2026-03-28T23:50", ["2026-03-30T02:30", "2026-03-31T02:30"]),
        ("*-*-* 02:30:00", "Europe/Berlin", "2026-10-24T20:00", ["2026-10-25T02:30", "2026-10-26T02:30"]),
        ("*-*-* 00/2:15:00", "Europe/Berlin", "2026-03-28T23:50", ["2026-03-29T00:15", "2026-03-29T04:15"]),
    ],
)
def test_calendars_elapse_when_systemd_says(spec: str, zone: str, start: str, moments: list[str]) -> None:
    tz = ZoneInfo(zone)
    begin = datetime.fromisoformat(start).replace(tzinfo=tz).timestamp()
    found = parse(spec).moments(begin, begin + 60 * 86400, tz, 2)
    assert [f"{datetime.fromtimestamp(m, tz):%Y-%m-%dT%H:%M}" for m in found] == moments


@pytest.mark.parametrize("spec", ["", "daily", "*-*-* 25:00:00", "Xyz *-*-* 00:00:00", "*-*-* 00:00:00 Nowhere/There"])
def test_a_calendar_that_is_not_understood_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse(spec)


def test_a_stamp_without_a_year_is_of_the_year_that_fits() -> None:
    assert moment("Nov_24_02:30:01", NOW, TOKYO) == at("02:30:01")
    assert moment("Dec_31_23:59:59", NOW, TOKYO) == at("2025-12-31T23:59:59")
    assert moment("Feb_29_00:00:00", NOW, TOKYO) is None
    assert moment("Nonsense", NOW, TOKYO) is None


@pytest.mark.parametrize(
    ("command", "dialect", "parts"),
    [
        ("a % b %c", Dialect.VIXIE, ("a ", (" b ", "c"))),
        (r"date +\%s", Dialect.VIXIE, ("date +%s", ())),
        (r"a\\b % c\\d \% e", Dialect.VIXIE, (r"a\b ", (r" c\\d % e",))),
        (r"a\\b\%", Dialect.CRONIE, (r"a\\b%", ())),
        ("-n quiet", Dialect.CRONIE, ("quiet", ())),
        (r"date +%s\%", Dialect.BUSYBOX, (r"date +%s\%", ())),
    ],
)
def test_a_percent_sign_is_what_the_daemon_makes_of_it(
    command: str, dialect: Dialect, parts: tuple[str, tuple[str, ...]]
) -> None:
    assert split_percent(command, dialect) == parts


def test_a_job_s_own_home_is_where_it_runs() -> None:
    job = CronJob("", None, "alice", "x", "", 1, {"HOME": "/srv/a b", "SHELL": "/bin/bash"})
    line = by_hand(job, Daemon("vixie"))
    assert line.startswith("su -s /bin/sh -c 'HOME=")
    assert 'HOME="$HOME" LOGNAME=alice /bin/bash -c x' in line


LATER = Gap(GapKind.STEP, at("02:00"), at("05:00"), "journal", 60.0)


def test_several_firings_that_became_one_run_are_proved_by_one() -> None:
    firings = (Firing(at("02:30"), Fate.COLLAPSED, 3),)
    assert proven(firings, [at("05:01")], [], LATER) == (at("05:01"),)
    assert proven(firings, [], [], LATER) == (None,)


def test_each_run_proves_one_firing_only() -> None:
    firings = (Firing(at("02:30"), Fate.REPLAYED), Firing(at("03:30"), Fate.REPLAYED))
    assert proven(firings, [at("05:00:30")], [], LATER) == (at("05:00:30"), None)
    assert proven(firings, [at("05:30:01")], [at("05:30")], LATER) == (None, None)


@pytest.mark.parametrize(
    ("daemon", "commands"),
    [
        (Daemon("vixie", 1.0, "cron", init=Init.SYSTEMD), ("systemctl stop cron", "systemctl start cron")),
        (Daemon("busybox", 1.0, "crond", init=Init.OPENRC), ("rc-service crond stop", "rc-service crond start")),
        (
            Daemon("cronie", 1.0, "crond", init=Init.SYSV, tools=frozenset({"service"})),
            ("service crond stop", "service crond start"),
        ),
        (Daemon("vixie", 1.0, "cron", init=Init.SYSV), ("/etc/init.d/cron stop", "/etc/init.d/cron start")),
        (Daemon("vixie", None, "cron", init=Init.SYSTEMD), None),
        (Daemon("vixie", 1.0, "", init=Init.SYSTEMD), None),
    ],
)
def test_cron_is_stopped_and_started_as_its_init_system_has_it(
    daemon: Daemon, commands: tuple[str, str] | None
) -> None:
    found = stop_and_start(daemon)
    assert (tuple(" ".join(command) for command in found) if found else None) == commands


def test_a_cron_that_systemd_did_not_start_has_no_service() -> None:
    units = "Id=cron.service\nLoadState=loaded\nMainPID=999\nUnitFileState=enabled\n"
    assert facts(CRON, ("jobs_units", units)).daemon.service == ""
    assert facts(CRON, ("jobs_units", units.replace("999", "700"))).daemon.service == "cron"


def test_a_host_whose_date_says_nothing_can_not_be_looked_at() -> None:
    with pytest.raises(ProbeError):
        TOPIC.read(Answers((Answer("jobs_now", ""),)), situation())


SHELL = "".join(path.read_text() for path in (TOPIC.probe, *TOPIC.needs))
NAMES = sorted({"jobs_table", *re.findall(r"(?:value|answer|value\()\W*(jobs_[a-z]+)", SHELL)} - {"jobs_now"})
LIKELY = st.sampled_from(
    [CRON[1], "systemd", "cron", "20261199 x", "17640000001,Nov_99_00:00:00 (root) CMD (x)", "9 9 9"]
)
HOSTILE = st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=60) | LIKELY), max_size=30)


@settings(max_examples=300, deadline=None)
@given(HOSTILE, st.sampled_from(["etc/crontab", "etc/cron.d/x", "var/spool/cron/crontabs/x", ""]))
def test_whatever_a_host_says_is_judged_without_a_stumble(said: list[tuple[str, str]], path: str) -> None:
    answers = Answers(tuple(Answer(name, text, 0, path) for name, text in (*BASE, CRON, *said)))
    gap = Gap(GapKind.STEP, at("02:00"), at("05:10"), "asked")
    read = TOPIC.read(answers, situation(gap, cron="own"))
    judge(read, situation(gap, cron="own"))
    section(read, replace(read, now=read.now + 1))
    TOPIC.repairs(read, situation(gap, cron="own"))
