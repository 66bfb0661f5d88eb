"""The transaction on the host: what it does, in order, and that the time service runs after it whatever happens."""

import os
import re
import signal
from pathlib import Path

import pytest
from waiting import wait_until

from remedy import clock
from remedy.shell.answers import Answers
from remedy.shell.script import Script

from .fake_host import NANOSECONDS, FakeHost
from .runner import begin, run
from .transaction import transaction

HERE = Path(__file__).parent
ALL_BUT_REAL_TIME = (1 << 31) - 1  # signals 1 to 31; the C library keeps 32 and 33 for itself
THREE_HOURS = 10800.0


def repair(host: FakeHost, **changed: str) -> Answers:
    return run(host.argv, transaction(host, **changed), host.env)


def commands(answers: Answers) -> list[str]:
    return [answer.words for answer in answers if answer.status is not None]


def test_a_clock_that_is_behind_is_stepped_between_stop_and_start(host: FakeHost) -> None:
    host.set_offset(-THREE_HOURS)
    answers = repair(host)
    assert host.log == commands(answers)
    assert host.log == [
        "update-rc.d ntp defaults",
        "update-rc.d ntp enable",
        "service ntp stop",
        "ntpdate -b -u 192.0.2.1",
        "service ntp start",
        "hwclock -w",
    ]
    assert host.offset == 0
    assert host.has("running")


def test_a_clock_that_is_right_is_let_alone_and_nothing_is_stopped(host: FakeHost) -> None:
    repair(host, STOP="", STEPS="", RTC="")
    assert host.log == ["update-rc.d ntp defaults", "update-rc.d ntp enable", "service ntp start"]


@pytest.mark.parametrize("offset", [-THREE_HOURS, THREE_HOURS, -0.75, 0.75])
def test_a_tool_that_says_it_stepped_and_did_not_is_followed_by_date(host: FakeHost, offset: float) -> None:
    host.hook("ntpdate", "echo 'step-systime: Operation not permitted'; exit 0")
    host.set_offset(offset)
    answers = repair(host, STEPS="ntpdate -b -u 192.0.2.1\nchronyd-is-not-here -q")
    assert commands(answers)[3:6] == [
        "ntpdate -b -u 192.0.2.1",
        "chronyd-is-not-here -q",
        f"env TZ=UTC0 date -u -s '{-offset:+.3f} seconds'",
    ]
    assert abs(host.offset) < 0.05
    assert host.log[-2:] == ["service ntp start", "hwclock -w"]


def test_a_tool_that_follows_a_lying_server_is_corrected_by_what_is_left(host: FakeHost) -> None:
    host.hook("ntpdate", 'echo -3600000000000 >"$STATE/offset"; exit 0')
    host.set_offset(-THREE_HOURS)
    repair(host)
    assert abs(host.offset) < 0.05


def test_a_tool_that_misses_by_tenths_is_followed_by_date(host: FakeHost) -> None:
    host.hook("ntpdate", 'echo -400000000 >"$STATE/offset"; exit 0')
    host.set_offset(-THREE_HOURS)
    answers = repair(host)
    assert [command.split()[0] for command in commands(answers)][3:5] == ["ntpdate", "env"]
    assert abs(host.offset) < 0.05


def test_what_a_busy_machine_is_late_by_is_stepped_again(host: FakeHost) -> None:
    late = 'case $2 in -s) [ -e "$STATE/late" ] || { : >"$STATE/late"; offset=$((offset - 400000000)); } ;; esac'
    host.hook("date", f'read -r offset <"$STATE/offset"; {late}; echo "$offset" >"$STATE/offset"')
    host.remove("ntpdate")
    host.set_offset(-THREE_HOURS)
    answers = repair(host)
    dates = [command for command in commands(answers) if command.startswith("env TZ=UTC0 date")]
    assert dates[0] == "env TZ=UTC0 date -u -s '+10800.000 seconds'"
    assert len(dates) == 2
    assert abs(host.offset) < 0.1


@pytest.mark.parametrize("offset", [-THREE_HOURS - 0.25, THREE_HOURS + 0.25])
def test_a_date_that_knows_whole_seconds_only_sets_the_clock_at_the_right_moment(host: FakeHost, offset: float) -> None:
    host.remove("ntpdate")
    host.hook("date", 'case $1 in "+%s %N") echo "$(date +%s) %N"; exit ;; esac')
    host.set_offset(offset)
    answers = repair(host, TOLERANCE="2100")
    assert commands(answers)[4].startswith("env TZ=UTC0 date -u -s @")
    assert abs(host.offset) < 0.1


def test_a_date_that_knows_whole_seconds_only_is_run_sooner_by_what_it_was_late(host: FakeHost) -> None:
    host.remove("ntpdate")
    host.hook("date", 'case $1/$2 in "+%s %N/") echo "$(date +%s) %N"; exit ;; -u/-s) sleep 0.3 ;; esac')
    host.put("usr/bin/adjtimex", NANOSECONDS)
    host.set_offset(-THREE_HOURS)
    answers = repair(host)
    assert 2 <= len([command for command in commands(answers) if command.startswith("env TZ=UTC0 date -u -s @")]) <= 5
    assert abs(host.offset) < 0.1


def test_a_date_that_takes_the_local_time_for_utc_sets_the_clock_right(host: FakeHost) -> None:
    ahead = 'read -r offset <"$STATE/offset"; echo "$((offset + 32400000000000))" >"$STATE/offset"'
    host.remove("ntpdate")
    host.hook("date", f'[ "$2/${{TZ-}}" = -s/UTC0 ] || [ "$2" != -s ] || {{ {ahead}; }}')
    host.set_offset(-THREE_HOURS)
    repair(host)
    assert abs(host.offset) < 0.05


def test_a_running_daemon_steps_the_clock_itself_and_is_not_stopped(host: FakeHost) -> None:
    host.set_offset(-THREE_HOURS)
    host.hook("chronyc", '[ "$(grep -c makestep "$STATE/log")" -lt 3 ] || : >"$STATE/knows"')
    answers = repair(host, ENABLE="", SELF="chronyc -a 'burst 4/4'\nchronyc -a makestep")
    assert commands(answers) == ["chronyc -a 'burst 4/4'", "chronyc -a makestep", "hwclock -w"]
    assert host.log.count("chronyc -a makestep") == 3
    assert host.offset == 0


def test_a_clock_that_somebody_else_moved_meanwhile_is_not_stepped_on_top(host: FakeHost) -> None:
    host.set_offset(-THREE_HOURS)
    script = transaction(host)
    host.set_offset(0)
    answers = run(host.argv, script, host.env)
    assert re.match(r"the clock moved by (10800|10799)\d{3} ms since it was measured", answers.text("look"))
    assert host.log == ["update-rc.d ntp defaults", "update-rc.d ntp enable"]
    assert host.has("running")


CRON = {"HOLD": "service cron stop", "RELEASE": "service cron start"}


def test_cron_is_held_while_the_clock_is_stepped(host: FakeHost) -> None:
    host.set_offset(-THREE_HOURS)
    repair(host, ENABLE="", RTC="", **CRON)
    assert host.log == [
        "service cron stop",
        "service ntp stop",
        "ntpdate -b -u 192.0.2.1",
        "service ntp start",
        "service cron start",
    ]


def test_cron_is_let_alone_where_no_step_is_made(host: FakeHost) -> None:
    repair(host, ENABLE="", STOP="", STEPS="", RTC="", **CRON)
    assert host.log == ["service ntp start"]


def test_cron_is_started_again_though_the_step_fails_and_the_link_is_lost(host: FakeHost) -> None:
    host.set_offset(-THREE_HOURS)
    host.hook("ntpdate", "sleep 1; exit 1")
    running = begin(host.argv, transaction(host, **CRON), host.env)
    running.read(until="step")
    running.process.kill()
    wait_until(lambda: host.log[-1:] == ["hwclock -w"], "it does not go on to its end")
    assert "service cron start" in host.log


def test_a_service_that_does_not_start_at_once_is_started_again(host: FakeHost) -> None:
    host.set_offset(-THREE_HOURS)
    host.hook("service", '[ "$2" = stop ] || [ "$(grep -c "ntp start" "$STATE/log")" -gt 1 ] || exit 1')
    answers = repair(host)
    assert [answer.status for answer in answers if answer.name == "start"] == [1, 0]
    assert host.has("running")


def test_who_comes_while_another_run_is_at_work_does_nothing(host: FakeHost) -> None:
    host.hook("ntpdate", "sleep 2")
    host.set_offset(-THREE_HOURS)
    first = begin(host.argv, transaction(host), host.env)
    first.read(until="step")
    second = repair(host)
    assert [answer.name for answer in second] == ["lock"]
    assert commands(first.read())[-1] == "hwclock -w"
    assert host.log.count("service ntp stop") == 1
    assert not repair(host).get("lock")


SIGNALS = [(phase, signal.SIGTERM) for phase in ("enable", "stop", "step", "start")]
SIGNALS += [("step", sent) for sent in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)]


@pytest.mark.parametrize(("phase", "sent"), SIGNALS)
def test_a_signal_at_any_point_leaves_the_service_running(host: FakeHost, phase: str, sent: signal.Signals) -> None:
    command = {"enable": "update-rc.d", "stop": "service", "step": "ntpdate", "start": "service"}[phase]
    host.hook(command, f'[ "$2" = stop ] && [ {phase} = start ] || sleep 0.4')
    host.set_offset(-THREE_HOURS)
    running = begin(host.argv, transaction(host), host.env)
    running.read(until=phase)
    if phase == "start":
        running.read(until="start")
    os.kill(_script_of(host, running.process.pid), sent)
    running.read()
    wait_until(lambda: host.has("running"), "the service is left stopped")
    assert sent is not signal.SIGHUP or host.offset == 0


def _script_of(host: FakeHost, outer: int) -> int:
    """The process that runs the transaction: in a session of its own, below the shell that it was sent to."""
    return int(Path(f"/proc/{outer}/task/{outer}/children").read_text().split()[0])


def test_closed_output_does_not_stop_it(host: FakeHost) -> None:
    host.set_offset(-THREE_HOURS)
    host.hook("service", 'echo "a noisy script"; echo "and noisier" >&2')
    running = begin(host.argv, transaction(host), host.env)
    running.read(until="enable")
    assert running.process.stdout
    assert running.process.stdin
    running.process.stdout.close()
    running.process.stdin.close()
    wait_until(lambda: "hwclock -w" in host.log, "it does not go on to its end")
    assert host.has("running")
    assert host.offset == 0
    running.process.wait(10)


def test_the_end_of_the_session_does_not_stop_it(host: FakeHost) -> None:
    host.hook("ntpdate", "sleep 0.5")
    host.set_offset(-THREE_HOURS)
    running = begin(host.argv, transaction(host), host.env)
    running.read(until="stop")
    os.killpg(running.process.pid, signal.SIGHUP)
    os.killpg(running.process.pid, signal.SIGTERM)
    running.read()
    wait_until(lambda: "hwclock -w" in host.log, "it does not go on to its end")
    assert host.has("running")


@pytest.mark.parametrize("has_timeout", [True, False])
def test_a_command_that_hangs_is_given_up(host: FakeHost, has_timeout: bool) -> None:
    if not has_timeout:
        host.remove("timeout")
    hanging = Script((clock.PROBE, HERE / "hanging.sh"), ("hanging",))
    assert [answer.name for answer in run(host.argv, hanging, host.env)] == ["gave_up", "went_on"]


def test_no_place_to_write_does_not_stop_it(host: FakeHost) -> None:
    for place in ("run", "tmp"):
        (host.root / place).rmdir()
    host.set_offset(-THREE_HOURS)
    answers = repair(host)
    assert commands(answers)[-1] == "hwclock -w"
    assert host.offset == 0


def test_a_place_to_write_that_is_gone_in_the_middle_does_not_stop_it(host: FakeHost) -> None:
    host.hook("ntpdate", f"rm -r {host.root}/run/post-mainte.*")
    host.set_offset(-THREE_HOURS)
    repair(host)
    assert host.log[-2:] == ["service ntp start", "hwclock -w"]
    assert host.has("running")


@pytest.mark.parametrize("has_timeout", [True, False])
def test_a_daemon_inherits_neither_our_lock_nor_our_signals(host: FakeHost, has_timeout: bool) -> None:
    if not has_timeout:
        host.remove("timeout")
    host.hook(
        "service", f'[ "$2" = stop ] || {{ ls -l /proc/self/fd; grep SigIgn /proc/self/status; }} >{host.root}/seen'
    )
    host.set_offset(-THREE_HOURS)
    repair(host)
    seen = (host.root / "seen").read_text()
    assert f"-> {host.root}\n" not in seen
    ignored = int(seen.split("SigIgn:")[1], 16) & ALL_BUT_REAL_TIME
    assert ignored & ~(1 << (signal.SIGPIPE - 1)) == 0
    assert host.has("running")


def test_nothing_is_left_behind(host: FakeHost) -> None:
    host.set_offset(-THREE_HOURS)
    repair(host)
    assert list((host.root / "run").iterdir()) == []
    assert list((host.root / "tmp").iterdir()) == []
