"""Runs of post-mainte over all topics, as they come out of a night in which everything broke."""

from dataclasses import replace
from typing import Any

from sample_runs import REFERENCE, clock, run, service, silent

from remedy.model import Finding, HostReport, Level, Run, Step, Verdict

CLOCK_REPAIR = "step the clock and start ntpd"
CLOCK_STEPS = (
    Step(CLOCK_REPAIR, "systemctl stop ntpd", 0, 0.2),
    Step(CLOCK_REPAIR, "ntpdate -b -u ntp.nict.jp", 0, 1.2),
    Step(CLOCK_REPAIR, "systemctl start ntpd", 0, 0.3),
)
BACKUP = "/usr/local/sbin/backup-db --all"
DUMP = Step("run the backup nightly", BACKUP, 0, 754.0, "dumping shop\ndumping wiki\n2 databases, 1.3 GB")
AS_CRON = "su -s /bin/sh -c 'cd && exec env -i SHELL=/bin/sh /bin/sh -c /usr/local/bin/rotate' root </dev/null"
DIED = "since 02:04:11, exit status 1, restarted 5 times; its last words:\n  bind() to 0.0.0.0:80 failed (98: in use)"


def services(*names: str, stopped: str = "") -> list[dict[str, Any]]:
    """The section of the services topic."""
    return [{"name": name, "running": name != stopped, "enabled": True} for name in names]


def site(url: str, status: int | None = 200) -> dict[str, Any]:
    """An entry of the sites topic."""
    return {"url": url, "from": "controller", "status": status, "seconds": 0.12}


def _silent_site(url: str) -> Finding:
    summary = f"{url} does not answer: connection refused"
    return Finding("sites", Level.BAD, summary, "asked at 203.0.113.80", f"curl -sSIL {url}", url)


def job(schedule: str, command: str, source: str = "/etc/crontab", user: str = "root", **fates: Any) -> dict[str, Any]:
    """An entry of the jobs topic; its key is as good as any other."""
    return {
        "key": command,
        "schedule": schedule,
        "command": command,
        "source": source,
        "user": user,
        "swallowed": [],
        **fates,
    }


def at(*times: str) -> list[str]:
    """Moments of the night, by a clock in Japan."""
    return [f"2017-08-30T{time}:00+09:00" for time in times]


def quiet_jobs(count: int) -> list[dict[str, Any]]:
    """Jobs of which nothing is to be said."""
    return [job(f"{minute} 12 * * *", f"/usr/local/bin/job-{minute}") for minute in range(count)]


LOST_BACKUP = job("30 2 * * *", BACKUP, "/etc/cron.d/backup", swallowed=at("02:30"))
LOST_PHP = job(
    "*/5 * * * *",
    "php /var/www/cron.php",
    "www-data's crontab",
    "www-data",
    swallowed=[{"at": "2017-08-30T02:05:00+09:00", "until": "2017-08-30T04:55:00+09:00", "count": 35}],
)
LOST_HOURLY = job("17 * * * *", "/usr/local/bin/rotate", swallowed=at("02:17", "03:17", "04:17"))
REPLAYED = job("47 3 * * *", "cd / && run-parts --report /etc/cron.daily", replayed=at("03:47"))
UNSURE = job("0 2 * * *", "/usr/local/bin/report --mail", ask=at("02:00"))
ROTATE_LOST = Finding(
    "jobs",
    Level.WARN,
    "did not run at 2017-08-30 02:17, 03:17, 04:17 (JST): /usr/local/bin/rotate",
    command=AS_CRON,
    entry=LOST_HOURLY["key"],
)
BACKUP_LOST = Finding("jobs", Level.WARN, f"did not run at 2017-08-30 02:30 (JST): {BACKUP}", entry=LOST_BACKUP["key"])
REPORT_UNSURE = Finding(
    "jobs",
    Level.WARN,
    "may or may not run for 2017-08-30 02:00 (JST): /usr/local/bin/report --mail",
    entry=UNSURE["key"],
)
NIGHTLY_LACKS = Finding(
    "backups",
    Level.BAD,
    "the backup nightly is 1 d 2 h 40 min old",
    "at most 1 d 2 h is right",
    BACKUP,
    entry="nightly",
)


def host(name: str, number: int, verdict: Verdict, *groups: str, **sections: Any) -> HostReport:
    """A host of which all topics are told."""
    address = f"203.0.113.{number}"
    given = {"clock": clock(0.0004), "timeservice": service(), **sections}
    return HostReport(
        name, address, verdict, given, seconds=4.2, groups=groups, login=("ssh", "-t", f"admin@{address}", "sudo")
    )


def put_right(name: str, number: int = 10) -> HostReport:
    """A web server that was repaired; some of its jobs are lost."""
    report = host(
        name,
        number,
        Verdict.REPAIRED,
        "web",
        clock=clock(-10798.4, 0.0004),
        services=services("nginx", "php-fpm", "sshd"),
        sites=[site("https://www.example.jp/"), site("https://shop.example.jp/")],
        jobs=[*quiet_jobs(17), LOST_PHP, LOST_HOURLY, REPLAYED],
        backups=[{"name": "files", "age_s": 9000, "state": "fresh"}],
    )
    steps = (*CLOCK_STEPS, Step("start nginx and php-fpm", "systemctl start nginx php-fpm", 0, 1.4))
    return replace(report, findings=(ROTATE_LOST,), steps=steps)


def without_nginx(name: str, number: int = 12) -> HostReport:
    """A web server whose nginx does not start."""
    report = put_right(name, number)
    sections = {
        **report.sections,
        "services": services("nginx", "php-fpm", "sshd", stopped="nginx"),
        "sites": [site("https://www.example.jp/", None), site("https://shop.example.jp/", None)],
    }
    findings = (
        Finding("services", Level.BAD, "nginx does not run", DIED, "systemctl restart nginx", "nginx"),
        *(_silent_site(url) for url in ("https://www.example.jp/", "https://shop.example.jp/")),
        ROTATE_LOST,
    )
    refused = Step("start nginx", "systemctl start nginx", 1, 5.3, "Job for nginx.service failed.\nSee journalctl -xe")
    steps = (*CLOCK_STEPS, refused)
    return replace(report, verdict=Verdict.FAILING, sections=sections, findings=findings, steps=steps)


def without_backup(name: str, number: int = 20) -> HostReport:
    """A database server on which the night's backup did not run."""
    report = host(
        name,
        number,
        Verdict.FAILING,
        "db",
        "tokyo",
        clock=clock(-10801.2, 0.0003),
        services=services("mariadb", "sshd"),
        jobs=[*quiet_jobs(5), LOST_BACKUP, UNSURE, REPLAYED],
        backups=[{"name": "nightly", "age_s": 96000, "state": "stale"}, {"name": "binlog", "state": "fresh"}],
        checks=[{"name": "queue", "problem": "says otherwise"}, {"name": "replication"}],
    )
    findings = (
        BACKUP_LOST,
        REPORT_UNSURE,
        NIGHTLY_LACKS,
        Finding("checks", Level.WARN, "queue: 3 mails wait", "", "mailq | tail -1 && postqueue -f", "queue"),
    )
    return replace(report, findings=findings, steps=CLOCK_STEPS)


def backed_up(name: str, number: int = 21) -> HostReport:
    """A database server whose backup was made up for."""
    report = without_backup(name, number)
    sections = {
        **report.sections,
        "backups": [{"name": "nightly", "age_s": 60, "state": "ran"}, {"name": "binlog", "state": "fresh"}],
        "checks": [{"name": "queue"}, {"name": "replication"}],
    }
    findings, steps = report.findings[:2], (*CLOCK_STEPS, DUMP)
    return replace(report, verdict=Verdict.REPAIRED, sections=sections, findings=findings, steps=steps)


def container(name: str, number: int = 30) -> HostReport:
    """A container whose clock is not ours to set."""
    why = "a docker container has the clock of the machine that it runs on: put that one right"
    findings = (Finding("clock", Level.BAD, "the clock is 2 h 59 min 58 s behind", why),)
    right = host(name, number, Verdict.FAILING, clock=clock(-10798.4), timeservice=None, services=services("exim4"))
    return replace(right, findings=findings)


def all_right(name: str, number: int, *groups: str) -> HostReport:
    """A host of another provider, which slept well."""
    return host(
        name,
        number,
        Verdict.OK,
        *groups,
        services=services("nginx", "sshd"),
        sites=[site("https://status.example.jp/")],
        jobs=quiet_jobs(8),
        backups=[{"name": "files", "state": "fresh"}],
    )


def whole(*hosts: HostReport, dry_run: bool = False) -> Run:
    """A run of post-mainte."""
    return run("post-mainte", *hosts, dry_run=dry_run, reference=REFERENCE)


def a_whole_morning() -> Run:
    """Everything broke."""
    return whole(
        put_right("web1", 10),
        put_right("web2", 11),
        without_nginx("web3", 12),
        without_backup("db1", 20),
        backed_up("db2", 21),
        replace(silent("db3"), groups=("db",)),
        container("mail"),
        all_right("status", 40, "elsewhere"),
    )


def a_whole_dry_run() -> Run:
    """The same morning, looked at only."""
    commands = ("systemctl stop ntpd", "ntpdate -b -u ntp.nict.jp", "systemctl start ntpd", "systemctl start nginx")
    web = without_nginx("web3")
    sections = {**web.sections, "clock": clock(-10798.4), "timeservice": service(running=False)}
    web = replace(web, verdict=Verdict.PLANNED, sections=sections, steps=(), planned=commands)
    return whole(web, all_right("status", 40, "elsewhere"), dry_run=True)


def a_large_morning(size: int = 300) -> Run:
    """Hundreds or thousands of hosts: most of them repaired or right, and some with every trouble."""
    of_group = size // 30
    hosts: list[HostReport] = []
    for number in range(20):
        hosts += [replace(put_right(f"web{number:02}-{i:03}"), groups=(f"web{number:02}",)) for i in range(of_group)]
    for number in range(8):
        hosts += [all_right(f"mx{number}-{i:03}", 40, f"mx{number}") for i in range(of_group)]
    hosts += [replace(without_nginx(f"app{i:03}"), address=f"10.0.0.{i}", groups=("app",)) for i in range(of_group)]
    hosts += [_aged(without_backup(f"db{i:03}"), i) for i in range(of_group - 5)]
    hosts += [replace(silent(f"old{i}"), groups=("db",)) for i in range(5)]
    return whole(*(_reachable(host, number) for number, host in enumerate(hosts)))


def _aged(report: HostReport, minutes: int) -> HostReport:
    """The host with a backup of another age."""
    old = replace(report.findings[2], summary=f"the backup nightly is 1 d 2 h {minutes % 60} min old")
    return replace(report, findings=(*report.findings[:2], old, *report.findings[3:]))


def _reachable(report: HostReport, number: int) -> HostReport:
    address = f"10.0.{number // 250}.{number % 250 + 1}"
    return replace(report, address=address, login=("ssh", "-n", f"root@{address}"))


WHOLE_RUNS: dict[str, Run] = {
    "whole-morning": a_whole_morning(),
    "whole-dry-run": a_whole_dry_run(),
    "whole-one": whole(put_right("web1")),
    "whole-right": whole(all_right("status", 40)),
    "whole-large": a_large_morning(),
}
