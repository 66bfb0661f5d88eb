"""What is to be done, for each daemon, init system and trouble; and what is let alone."""

import shlex
from dataclasses import replace
from typing import Any

import pytest

from remedy.clock import ClockFacts
from remedy.clock.facts import Offset
from remedy.initsystem import EXITED, Init
from remedy.inventory import Host
from remedy.model import Repair
from remedy.plan import plan
from remedy.reference import Reference, ServerReport
from remedy.timeservice import Kind, Service, TimeServiceFacts
from remedy.topic import Situation

THREE_HOURS = 10800.0
SERVERS = (ServerReport("ntp.example.jp"), ServerReport("liar.example.jp", rejected="a liar"))
SITUATION = Situation(Host("web1", "192.0.2.1"), Reference("ntp", 0.0, 0.001, 0.0, SERVERS))
TOOLS = frozenset({"ntpdate", "ntpd", "hwclock"})
DATE = "env TZ=UTC0 date -u -s '+10800.000 seconds'"


def clock(seconds: float = -THREE_HOURS, error: float = 0.004, **changed: object) -> ClockFacts:
    facts = ClockFacts(Offset(seconds, error, error), tools=TOOLS, rtc="/dev/rtc0")
    return replace(facts, **changed)  # type: ignore[arg-type]


def times(kind: Kind = Kind.ISC, init: Init = Init.SYSTEMD, name: str = "ntpd", **changed: object) -> TimeServiceFacts:
    service = replace(Service(name, kind, running=True, enabled=True), **changed)  # type: ignore[arg-type]
    return TimeServiceFacts(init, (service,), init_tools=frozenset({"service", "chkconfig"}))


def repairs(
    clock_facts: ClockFacts, time_facts: TimeServiceFacts, situation: Situation = SITUATION
) -> tuple[Repair, ...]:
    return plan((), {"clock": clock_facts, "timeservice": time_facts}, situation)


def commands(clock_facts: ClockFacts, time_facts: TimeServiceFacts, situation: Situation = SITUATION) -> list[str]:
    (repair,) = repairs(clock_facts, time_facts, situation)
    return list(repair.commands)


def otherwise(command: str) -> str:
    return f"# if the clock does not move: {command}"


def test_nothing_is_done_where_nothing_is_wrong() -> None:
    assert repairs(clock(0.001), times()) == ()
    assert repairs(clock(-0.3), times()) == ()


def test_isc_ntpd_is_stopped_and_stepped_and_started() -> None:
    assert commands(clock(), times()) == [
        "systemctl stop ntpd",
        "ntpdate -b -u ntp.example.jp",
        otherwise("ntpd -g -q"),
        otherwise(DATE),
        "systemctl start ntpd",
        "hwclock -w",
    ]


@pytest.mark.parametrize(
    ("init", "stop", "start"),
    [
        (Init.SYSTEMD, "systemctl stop ntpd", "systemctl start ntpd"),
        (Init.SYSV, "service ntpd stop", "service ntpd start"),
        (Init.OPENRC, "rc-service ntpd stop", "rc-service ntpd start"),
    ],
)
def test_each_init_system_has_its_commands(init: Init, stop: str, start: str) -> None:
    planned = commands(clock(), times(init=init))
    assert (planned[0], planned[-2]) == (stop, start)


def test_a_running_chronyd_steps_itself_and_is_stopped_only_if_it_does_not() -> None:
    planned = commands(clock(tools=frozenset({"chronyd"}), rtc=""), times(Kind.CHRONY, name="chrony"))
    assert planned[:3] == ["chronyc -a 'reset sources'", "chronyc -a 'burst 4/4'", "chronyc -a makestep"]
    fall_back = "systemctl stop chrony; or chronyd -q 'server ntp.example.jp iburst'; or " + DATE
    assert planned[3:] == [otherwise(f"{fall_back}; or systemctl start chrony")]


def test_a_dead_chronyd_steps_once_and_is_started() -> None:
    dead = times(Kind.CHRONY, name="chrony", running=False, failed="signal 9")
    assert commands(clock(tools=frozenset({"chronyd"}), rtc=""), dead) == [
        "chronyd -q 'server ntp.example.jp iburst'",
        otherwise(DATE),
        "systemctl reset-failed chrony",
        "systemctl start chrony",
    ]


@pytest.mark.parametrize("kind", [Kind.TIMESYNCD, Kind.OPENNTPD])
def test_a_daemon_without_a_tool_leaves_it_to_date(kind: Kind) -> None:
    planned = commands(clock(tools=frozenset(), rtc=""), times(kind, name="it"))
    assert planned == ["systemctl stop it", DATE, "systemctl start it"]


def test_busybox_and_ntpsec_have_tools_of_their_own() -> None:
    busybox = commands(clock(tools=frozenset({"busybox-ntpd"})), times(Kind.BUSYBOX, Init.OPENRC))
    assert busybox[1] == "busybox ntpd -n -q -p ntp.example.jp"
    ntpsec = commands(clock(tools=frozenset({"ntpdig", "ntpd"})), times(Kind.NTPSEC, name="ntpsec"))
    assert ntpsec[1:3] == ["ntpdig -S ntp.example.jp", otherwise("ntpd -g -q")]


def test_a_service_that_is_dead_beside_a_right_clock_is_only_started() -> None:
    assert commands(clock(0.0), times(running=False)) == ["systemctl start ntpd"]
    assert commands(clock(0.0), times(init=Init.OPENRC, running=False)) == ["rc-service ntpd start"]


def test_openrc_is_told_first_that_a_crashed_service_does_not_run() -> None:
    crashed = times(init=Init.OPENRC, running=False, failed="crashed")
    assert commands(clock(0.0), crashed) == ["rc-service ntpd zap", "rc-service ntpd start"]


def test_systemd_is_told_to_restart_what_it_takes_for_active_for_it_would_not_start_that() -> None:
    dead = times(name="ntp", running=False, failed=EXITED)
    assert commands(clock(0.0), dead) == ["systemctl restart ntp"]
    assert [line for line in commands(clock(), dead) if "systemctl" in line] == ["systemctl restart ntp"]


@pytest.mark.parametrize(
    ("init", "tools", "enable"),
    [
        (Init.SYSTEMD, {"service"}, ["systemctl enable ntpd"]),
        (Init.OPENRC, {"service"}, ["rc-update add ntpd default"]),
        (Init.SYSV, {"service", "chkconfig"}, ["chkconfig ntpd on"]),
        (Init.SYSV, {"service", "update-rc.d"}, ["update-rc.d ntpd defaults", "update-rc.d ntpd enable"]),
    ],
)
def test_a_service_that_does_not_start_at_boot_is_enabled(init: Init, tools: set[str], enable: list[str]) -> None:
    facts = replace(times(init=init, enabled=False), init_tools=frozenset(tools))
    assert commands(clock(0.0), facts) == enable


def test_where_nothing_enables_nothing_is_planned() -> None:
    facts = replace(times(init=Init.SYSV, enabled=False), init_tools=frozenset())
    assert repairs(clock(0.0), facts) == ()


def test_a_service_is_enabled_first_so_that_a_crash_in_the_middle_boots_with_it() -> None:
    assert commands(clock(), times(enabled=False))[0] == "systemctl enable ntpd"


@pytest.mark.parametrize("changed", [{"masked": True}, {"unmet": True}])
def test_what_the_administrator_forbade_is_not_started(changed: dict[str, Any]) -> None:
    facts = times(running=False, enabled=False, **changed)
    assert repairs(clock(0.0), facts) == ()
    assert not any("ntpd" in line.split() for line in commands(clock(tools=frozenset()), facts))


def test_a_daemon_that_was_started_by_hand_is_neither_stopped_nor_enabled() -> None:
    planned = commands(clock(), times(by_hand=True, enabled=False))
    assert not any(line.startswith("systemctl") for line in planned)


def test_a_masked_daemon_that_runs_still_is_not_stopped_for_it_could_not_be_started_again() -> None:
    planned = commands(clock(tools=frozenset()), times(masked=True, enabled=False))
    assert planned == [DATE]
    (repair,) = repairs(clock(), times(masked=True, enabled=False))
    assert (repair.script.values["STOP"], repair.script.values["START"]) == ("", "")


def test_two_that_run_are_both_stopped_for_the_step_and_started_again() -> None:
    both = (Service("ntpd", Kind.ISC, running=True), Service("openntpd", Kind.OPENNTPD, running=True, enabled=False))
    planned = commands(clock(tools=frozenset()), TimeServiceFacts(Init.SYSTEMD, both))
    assert [line for line in planned if "system" in line] == [
        "systemctl stop ntpd",
        "systemctl stop openntpd",
        "systemctl start ntpd",
        "systemctl start openntpd",
    ]


def test_nothing_is_planned_for_a_clock_that_somebody_else_steps() -> None:
    unsteady = ClockFacts(Offset(-2.0, 0.004, 0.004, unsteady=True), tools=TOOLS)
    assert repairs(unsteady, times()) == ()


@pytest.mark.parametrize("changed", [{"uid": 1000}, {"container": "lxc"}])
def test_nothing_is_planned_where_nothing_may_be_done(changed: dict[str, Any]) -> None:
    assert repairs(clock(**changed), times(running=False, enabled=False)) == ()


def test_a_clock_ahead_is_let_alone_and_so_is_a_stopped_daemon_that_would_set_it_back() -> None:
    assert repairs(clock(THREE_HOURS), times(running=False)) == ()


def test_a_clock_ahead_is_set_back_if_the_user_says_so() -> None:
    asked = replace(SITUATION, allow_backward=True)
    facts = times(Kind.TIMESYNCD, name="systemd-timesyncd")
    assert commands(clock(THREE_HOURS, tools=frozenset(), rtc=""), facts, asked) == [
        "systemctl stop systemd-timesyncd",
        "env TZ=UTC0 date -u -s '-10800.000 seconds'",
        "touch -c /var/lib/systemd/timesync/clock /var/lib/systemd/clock",
        "systemctl start systemd-timesyncd",
    ]


def test_a_host_without_a_time_service_is_stepped_all_the_same() -> None:
    assert commands(clock(tools=frozenset({"ntpdate"}), rtc=""), TimeServiceFacts(Init.NONE)) == [
        "ntpdate -b -u ntp.example.jp",
        otherwise(DATE),
    ]


def test_the_hosts_own_servers_come_before_the_references() -> None:
    own = replace(SITUATION, host=replace(SITUATION.host, ntp=("ntp1.example.jp:1123", "ntp2.example.jp")))
    assert commands(clock(), times(), own)[1] == "ntpdate -b -u ntp2.example.jp"
    chrony = commands(clock(tools=frozenset({"chronyd"})), times(Kind.CHRONY, running=False), own)
    assert chrony[0] == "chronyd -q 'server ntp1.example.jp port 1123 iburst' 'server ntp2.example.jp iburst'"


def test_the_script_is_told_the_same_commands_and_the_step_in_numbers() -> None:
    (repair,) = repairs(clock(-10812.4, baseline=1795487502650), times())
    values = repair.script.values
    assert repair.script.detached
    assert (values["STEP_BY"], values["TOLERANCE"]) == ("10812400", "1000")
    assert (values["BASELINE_S"], values["BASELINE_MS"]) == ("1795487502", "650")
    assert [shlex.split(line) for line in values["STEPS"].splitlines()] == [
        ["ntpdate", "-b", "-u", "ntp.example.jp"],
        ["ntpd", "-g", "-q"],
    ]
    assert values["STOP"] == "systemctl stop ntpd"


def test_a_small_step_has_to_come_true_more_exactly() -> None:
    (repair,) = repairs(clock(-0.8), times())
    assert repair.script.values["TOLERANCE"] == "200"


def test_other_topics_facts_are_no_reason_to_touch_the_clock() -> None:
    assert plan((), {}, SITUATION) == ()
