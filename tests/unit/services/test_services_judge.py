"""What is said of a host's services, and what is done for them."""

import shlex
from dataclasses import replace

import pytest

from remedy.initsystem import CRASHED, EXITED, Init
from remedy.inventory import Host
from remedy.model import Finding, Level, Repair
from remedy.reference import Reference
from remedy.services import TOPIC, Service, ServicesFacts, State
from remedy.services.judge import judge, section
from remedy.services.repairs import repairs
from remedy.topic import Situation

SITUATION = Situation(Host("web1", "192.0.2.1"), Reference("ntp", 0.0, 0.001, 0.0))
NGINX = Service("nginx", "nginx", State.RUNNING, enabled=True, restarts=0)
DEAD = replace(NGINX, state=State.DEAD, why="exit status 1", since=1795526061.0)


def named(*services: Service, init: Init = Init.SYSTEMD, uid: int = 0) -> ServicesFacts:
    return ServicesFacts(init, services, are_named=True, tools=frozenset({"service", "update-rc.d"}), uid=uid)


def unnamed(*services: Service, init: Init = Init.SYSTEMD) -> ServicesFacts:
    return replace(named(*services, init=init), are_named=False)


def findings(facts: ServicesFacts) -> tuple[Finding, ...]:
    return judge(facts, SITUATION)


def said(facts: ServicesFacts) -> list[tuple[Level, str]]:
    return [(finding.level, finding.summary) for finding in findings(facts)]


def planned(facts: ServicesFacts) -> list[str]:
    return [command for repair in repairs(facts, SITUATION) for command in repair.commands]


def calls(repair: Repair) -> list[list[str]]:
    return [shlex.split(line) for line in repair.script.values["SERVICES_REPAIR"].splitlines()]


def test_services_that_run_are_told_in_one_line_and_let_alone() -> None:
    sshd = Service("sshd", "ssh", State.RUNNING, enabled=True)
    waiting = Service("cups", "cups", State.WAITING, trigger="cups.socket")
    done = Service("netfilter", "netfilter", State.DONE, enabled=True)
    facts = named(NGINX, sshd, waiting, done)
    assert said(facts) == [(Level.OK, "nginx and sshd (ssh) run, cups waits for cups.socket, netfilter ran")]
    assert said(named(NGINX)) == [(Level.OK, "nginx runs")]
    assert said(named(done)) == [(Level.OK, "netfilter ran")]
    assert planned(facts) == []


@pytest.mark.parametrize(
    ("state", "summary", "command"),
    [
        (State.DEAD, "nginx is not running", "systemctl reset-failed nginx && systemctl start nginx"),
        (State.STOPPED, "nginx is not running", "systemctl start nginx"),
        (State.STARTING, "nginx is still starting", "systemctl status nginx"),
        (State.STOPPING, "nginx is stopping", "systemctl status nginx"),
        (
            State.RESTARTING,
            "nginx does not stay up: systemd starts it again and again",
            "systemctl status nginx",
        ),
        (State.UNMET, "nginx can't run here", "systemctl status nginx"),
        (State.MASKED, "nginx is masked: it can't be started", "systemctl unmask nginx"),
        (State.BROKEN, "nginx has a unit that systemd does not understand", "systemctl status nginx"),
        (State.MISSING, "there is no service nginx", ""),
        (State.UNKNOWN, "nginx could not be looked at", "systemctl status nginx"),
    ],
)
def test_what_is_wrong_with_a_named_service_is_bad_and_comes_with_a_command(
    state: State, summary: str, command: str
) -> None:
    facts = named(replace(DEAD, state=state), replace(NGINX, name="cron", unit="cron"))
    (finding,) = findings(facts)
    assert (finding.level, finding.summary, finding.command) == (Level.BAD, summary, command)


def test_why_since_when_how_often_and_the_last_words_are_the_detail() -> None:
    service = replace(DEAD, restarts=5, log=("bind() to 0.0.0.0:80 failed", "still could not bind()"))
    assert findings(named(service))[0].detail == (
        "exit status 1, since 2026-11-24 13:14:21 UTC, restarted 5 times by systemd; its log ends with:\n"
        "  bind() to 0.0.0.0:80 failed\n"
        "  still could not bind()"
    )
    missing = Service("httpd", "httpd", State.MISSING, nearest="apache2")
    assert findings(named(missing))[0].detail == "is apache2 meant?"


def test_a_named_service_that_does_not_start_at_boot_is_enabled_whether_it_runs_or_not() -> None:
    assert said(named(replace(NGINX, enabled=False))) == [(Level.BAD, "nginx does not start at boot")]
    assert planned(named(replace(NGINX, enabled=False))) == ["systemctl enable nginx"]
    stopped = replace(NGINX, state=State.STOPPED, enabled=False)
    assert [summary for _, summary in said(named(stopped))] == ["nginx is not running", "nginx does not start at boot"]
    (repair,) = repairs(named(stopped), SITUATION)
    assert (repair.summary, repair.commands) == (
        "start nginx and enable it",
        ("systemctl enable nginx", "systemctl start nginx"),
    )


def test_one_that_runs_though_it_is_masked_is_not_touched() -> None:
    facts = named(replace(NGINX, enabled=False, is_masked=True))
    assert said(facts) == [(Level.BAD, "nginx runs, but is masked: it will not start again")]
    assert planned(facts) == []


@pytest.mark.parametrize(
    "state",
    [
        State.WAITING,
        State.DONE,
        State.STARTING,
        State.STOPPING,
        State.RESTARTING,
        State.UNMET,
        State.MASKED,
        State.BROKEN,
        State.MISSING,
        State.UNKNOWN,
    ],
)
def test_nothing_is_started_that_runs_or_cannot(state: State) -> None:
    assert planned(named(replace(DEAD, state=state))) == []


def test_all_that_is_dead_is_started_by_one_transaction_that_looks_first() -> None:
    redis = Service("redis", "redis-server", State.STOPPED, enabled=True)
    (repair,) = repairs(named(DEAD, redis, replace(NGINX, name="cron", unit="cron", enabled=False)), SITUATION)
    assert repair.summary == "start nginx, redis-server and enable cron"
    assert calls(repair) == [
        ["services_enable", "systemctl enable cron"],
        ["services_start", "systemctl is-active nginx", "systemctl reset-failed nginx", "systemctl start nginx"],
        ["services_start", "systemctl is-active redis-server", "systemctl start redis-server"],
    ]
    assert repair.script.detached
    assert repair.seconds == 30 + 60 + 3 * 180


def test_two_names_of_one_service_start_it_once() -> None:
    alias = replace(DEAD, name="webserver")
    assert planned(named(DEAD, alias)) == ["systemctl reset-failed nginx", "systemctl start nginx"]


def test_what_systemd_takes_for_active_is_restarted_if_its_script_says_again_that_nothing_runs() -> None:
    (repair,) = repairs(named(replace(DEAD, why=EXITED)), SITUATION)
    look = "env SYSTEMCTL_SKIP_REDIRECT=1 /etc/init.d/nginx status"
    assert calls(repair) == [["services_start", look, "systemctl restart nginx"]]


def test_other_init_systems_have_their_own_commands() -> None:
    (sysv,) = repairs(named(replace(DEAD, enabled=False), init=Init.SYSV), SITUATION)
    assert sysv.commands == ("update-rc.d nginx defaults", "update-rc.d nginx enable", "service nginx start")
    assert calls(sysv)[-1] == ["services_start", "service nginx status", "service nginx start"]
    (openrc,) = repairs(named(replace(DEAD, why=CRASHED), init=Init.OPENRC), SITUATION)
    assert openrc.commands == ("rc-service nginx zap", "rc-service nginx start")


def test_the_time_service_is_judged_but_never_started_here() -> None:
    facts = named(replace(DEAD, name="ntp", unit="ntpsec"))
    assert said(facts) == [(Level.BAD, "ntp (ntpsec) is not running")]
    assert planned(facts) == []


def test_nothing_is_planned_without_the_rights_for_it() -> None:
    assert planned(named(DEAD, uid=1000)) == []


def test_what_runs_once_is_started_only_if_the_host_itself_starts_it_at_boot() -> None:
    once = replace(DEAD, runs_once=True)
    assert planned(named(replace(once, enabled=None))) == []
    assert planned(named(once))[-1] == "systemctl start nginx"
    assert planned(unnamed(once)) == []


def test_without_names_what_starts_at_boot_and_failed_is_bad_and_started_but_not_enabled() -> None:
    facts = unnamed(DEAD)
    assert said(facts) == [(Level.BAD, "nginx is not running")]
    assert planned(facts) == ["systemctl reset-failed nginx", "systemctl start nginx"]


@pytest.mark.parametrize("enabled", [False, None])
def test_without_names_what_does_not_start_at_boot_and_failed_is_to_be_known(enabled: bool | None) -> None:
    facts = unnamed(replace(DEAD, enabled=enabled))
    assert said(facts) == [(Level.WARN, "nginx is not running")]
    assert planned(facts) == []


def test_without_names_a_script_that_is_stopped_may_be_meant_to_be() -> None:
    stopped = replace(DEAD, state=State.STOPPED, why="")
    assert said(unnamed(stopped, init=Init.SYSV)) == [(Level.WARN, "nginx is not running")]
    assert planned(unnamed(stopped, init=Init.SYSV)) == []
    assert planned(unnamed(replace(stopped, state=State.DEAD), init=Init.SYSV)) == ["service nginx start"]
    assert planned(unnamed(stopped, init=Init.OPENRC)) == ["rc-service nginx start"]


def test_without_names_and_troubles_all_is_well() -> None:
    assert said(unnamed()) == [(Level.OK, "no unit has failed")]
    assert said(unnamed(init=Init.OPENRC)) == [(Level.OK, "the services of the runlevel run")]
    assert said(unnamed(init=Init.NONE)) == []


def test_that_the_host_could_not_be_asked_is_bad() -> None:
    facts = ServicesFacts(Init.SYSTEMD, trouble="Failed to connect to bus")
    (finding,) = findings(facts)
    assert (finding.level, finding.detail) == (Level.BAD, "Failed to connect to bus")


def test_the_json_document_shows_the_services_after_the_repair() -> None:
    dead = replace(DEAD, restarts=2, log=("cannot open",))
    assert section(named(dead), None) == [
        {
            "name": "nginx",
            "unit": "nginx",
            "running": False,
            "enabled": True,
            "since": "2026-11-24T13:14:21+00:00",
            "restarts": 2,
            "state": "dead",
            "why": "exit status 1",
            "log": ["cannot open"],
            "problem": "nginx is not running",
        }
    ]
    (after,) = section(named(dead), named(NGINX))
    assert (after["running"], after["since"], after["problem"]) == (True, None, None)
    assert section(unnamed(replace(DEAD, enabled=None)), None)[0]["problem"] is None


def test_the_probe_is_given_each_name_once_and_quoted_and_time_for_each() -> None:
    host = Host("web1", "192.0.2.1", services=("nginx", r"dev-disk-by\x2did", "nginx"))
    assert TOPIC.values(host) == {"SERVICES": r"nginx 'dev-disk-by\x2did'"}
    assert TOPIC.patience(host) > TOPIC.patience(SITUATION.host)
