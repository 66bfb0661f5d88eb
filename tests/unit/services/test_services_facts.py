"""Facts on services from answers, a file a case: recorded on real hosts (bookworm, bullseye, openrc), or written."""

from pathlib import Path

import pytest

from remedy.errors import ProbeError
from remedy.initsystem import CRASHED, EXITED, Init
from remedy.inventory import Host
from remedy.reference import Reference
from remedy.services import Service, ServicesFacts, State
from remedy.services.facts import read
from remedy.shell.answers import Answers, FrameReader
from remedy.topic import Situation

CASES = Path(__file__).parents[2] / "data/services"
NAMED = {
    "bookworm-named": "crasher loop limit unmet bad oldie sshd cron.service nosuch ntp systemd-timesyncd demand "
    "demand.socket once killed noprogram prefails crond",
    "bullseye-sysv-named": "cron rsyslog ssh ntp sshd.service nosuch",
    "openrc-named": "crond ssh rc.local cron",
    "alpine-openrc-named": "nginx crond",
    "upstart-named": "mysql cron slow odd",
}
STALE = "dead, with a stale pid file"


def situation(names: str = "") -> Situation:
    return Situation(Host("web1", "192.0.2.1", services=tuple(names.split())), Reference("ntp", 0.0, 0.001, 0.0))


def heard(stream: bytes) -> Answers:
    reader = FrameReader("TOKEN")
    for _ in reader.feed(stream, 0.0):
        pass
    reader.close()
    return Answers(tuple(reader.answers))


def facts(case: str) -> ServicesFacts:
    return read(heard((CASES / f"{case}.txt").read_bytes()), situation(NAMED.get(case, "")))


def services(case: str) -> dict[str, Service]:
    return {service.name: service for service in facts(case).services}


def systemd(units: str, names: str = "nginx") -> ServicesFacts:
    """What is read of a host of systemd that says this of its units."""
    lines = ["begin", "value services_init systemd", "value services_uid 0", "run services_units"]
    said = "".join(f"\nTOKEN {line}\n" for line in lines) + units + "\n\nTOKEN exit 0\n\nTOKEN end\n"
    return read(heard(said.encode()), situation(names))


def unit(**properties: str) -> str:
    usual = {"Id": "nginx.service", "Names": "nginx.service", "LoadState": "loaded", "ActiveState": "inactive"}
    return "\n".join(f"{name}={value}" for name, value in (usual | properties).items())


@pytest.mark.parametrize(
    ("name", "state", "why"),
    [
        ("sshd", State.RUNNING, ""),
        ("cron.service", State.RUNNING, ""),
        ("demand.socket", State.RUNNING, ""),
        ("demand", State.WAITING, ""),
        ("once", State.DONE, ""),
        ("crasher", State.DEAD, "exit status 7"),
        ("killed", State.DEAD, "signal 9"),
        ("noprogram", State.DEAD, "exit status 203"),
        ("prefails", State.DEAD, "a command before or after its main one failed"),
        ("oldie", State.DEAD, EXITED),
        ("loop", State.RESTARTING, "exit status 3"),
        ("unmet", State.UNMET, "a condition of its unit is not met"),
        ("systemd-timesyncd", State.MASKED, ""),
        ("bad", State.BROKEN, "Unit bad.service has a bad unit file setting"),
        ("nosuch", State.MISSING, ""),
    ],
)
def test_a_recorded_unit_is_read_as_it_was(name: str, state: State, why: str) -> None:
    service = services("bookworm-named")[name]
    assert (service.state, service.why) == (state, why)


def test_an_alias_stands_for_the_unit_behind_it() -> None:
    read_services = services("bookworm-named")
    assert (read_services["sshd"].unit, read_services["ntp"].unit) == ("ssh", "ntpsec")
    assert read_services["cron.service"].unit == "cron"
    assert read_services["demand.socket"].unit == "demand.socket"


def test_the_nearest_name_is_found_for_one_that_is_missing() -> None:
    read_services = services("bookworm-named")
    assert (read_services["crond"].nearest, read_services["nosuch"].nearest) == ("cron", "")
    assert services("bullseye-sysv-named")["sshd.service"].nearest == "ssh"
    assert services("openrc-named")["cron"].nearest == "crond"


def test_enabled_is_what_starts_at_boot_for_sure() -> None:
    read_services = services("bookworm-named")
    names = ("sshd", "bad", "oldie", "systemd-timesyncd", "demand", "demand.socket", "nosuch")
    assert [read_services[name].enabled for name in names] == [True, False, True, False, None, True, None]


def test_since_when_and_how_often_it_was_started_again_are_told() -> None:
    read_services = services("bookworm-named")
    assert read_services["sshd"].since == 1795526061.0  # 2026-11-24 13:14:21 UTC
    assert read_services["crasher"].since
    assert (read_services["unmet"].since, read_services["nosuch"].since) == (None, None)
    assert (read_services["limit"].restarts, read_services["sshd"].restarts) == (5, 0)


def test_the_log_ends_with_what_it_said_itself_or_else_with_what_systemd_says_of_it() -> None:
    read_services = services("bookworm-named")
    assert set(read_services["crasher"].log) == {"cannot open /srv/db", "second line"}
    assert any("Start request repeated too quickly" in line for line in read_services["limit"].log)
    assert "(ConditionPathExists=/nonexistent)" in read_services["unmet"].log[0]
    assert len(read_services["bad"].log) == 1  # the same words many times
    assert (read_services["sshd"].log, read_services["killed"].log) == ((), ())  # five logs are asked for, no more


def test_without_names_systemd_tells_what_failed_but_for_the_time_service() -> None:
    read_facts = facts("bookworm-failed")
    found = {service.name: (service.state, service.enabled) for service in read_facts.services}
    assert not read_facts.are_named
    assert found.pop("loop") == (State.RESTARTING, True)
    assert found.pop("fails-unasked") == (State.DEAD, None)
    assert set(found) == {"crasher", "killed", "limit", "noprogram", "prefails"}
    assert set(found.values()) == {(State.DEAD, True)}


def test_a_sysv_host_is_read_as_it_was() -> None:
    read_services = services("bullseye-sysv-named")
    assert {name: (service.state, service.enabled) for name, service in read_services.items()} == {
        "cron": (State.DEAD, True),
        "rsyslog": (State.STOPPED, True),
        "ssh": (State.RUNNING, False),
        "ntp": (State.DEAD, True),
        "sshd.service": (State.MISSING, None),
        "nosuch": (State.MISSING, None),
    }
    assert read_services["cron"].why == STALE
    assert read_services["rsyslog"].why == "rsyslogd is not running ... failed!"
    assert read_services["ssh"].since == 1795526089.0
    assert facts("bullseye-sysv-named").tools == {"service", "update-rc.d"}


def test_without_names_a_sysv_host_tells_what_is_dead_or_stopped_of_its_runlevel() -> None:
    found = {service.name: (service.state, service.enabled) for service in facts("bullseye-sysv-dead").services}
    assert found == {"cron": (State.DEAD, True), "rsyslog": (State.STOPPED, True)}


def test_openrc_is_read_as_it_was() -> None:
    read_services = services("openrc-named")
    assert [service.state for service in read_services.values()] == [*[State.RUNNING] * 3, State.MISSING]
    assert read_services["crond"].enabled
    assert facts("openrc-runlevel").services == ()


def test_without_names_openrc_tells_what_crashed_or_stopped_but_for_the_time_service() -> None:
    found = {service.name: (service.state, service.why) for service in facts("alpine-openrc-runlevel").services}
    assert found == {
        "nginx": (State.DEAD, CRASHED),
        "mariadb": (State.STOPPED, ""),
        "redis": (State.DEAD, ""),
    }


def test_openrc_starts_at_boot_what_is_in_a_runlevel_that_it_boots_into() -> None:
    read_services = services("alpine-openrc-named")
    assert [(s.state, s.why, s.enabled) for s in read_services.values()] == [
        (State.DEAD, CRASHED, True),
        (State.RUNNING, "", False),
    ]


def test_upstart_says_stopped_with_status_0_and_starts_what_has_a_file() -> None:
    read_services = services("upstart-named")
    assert [(read_services[name].state, read_services[name].enabled) for name in ("mysql", "cron")] == [
        (State.STOPPED, True),
        (State.RUNNING, True),
    ]


def test_a_script_that_hangs_or_knows_no_status_says_nothing_of_its_service() -> None:
    read_services = services("upstart-named")
    assert [read_services[name].state for name in ("slow", "odd")] == [State.UNKNOWN] * 2
    assert read_services["slow"].why == "its script does not say whether it runs: exit status 124"


@pytest.mark.parametrize(
    ("properties", "state"),
    [
        ({"ActiveState": "active", "SubState": "exited", "Type": "oneshot"}, State.RUNNING),
        ({"ActiveState": "active", "SubState": "exited", "UnitFileState": "generated"}, State.RUNNING),
        ({"ActiveState": "reloading"}, State.RUNNING),
        ({"ActiveState": "active", "LoadState": "masked"}, State.RUNNING),
        ({"ActiveState": "failed", "LoadState": "masked"}, State.MASKED),
        ({"ActiveState": "activating", "SubState": "start-pre"}, State.STARTING),
        ({"ActiveState": "activating", "SubState": "auto-restart-queued"}, State.RESTARTING),
        ({"ActiveState": "deactivating"}, State.STOPPING),
        ({"LoadState": "error"}, State.BROKEN),
        ({"Type": "oneshot", "RemainAfterExit": "yes", "ConditionTimestampMonotonic": "7"}, State.STOPPED),
        ({"Type": "oneshot", "ConditionTimestampMonotonic": "0"}, State.STOPPED),
        ({"TriggeredBy": "nginx.socket"}, State.STOPPED),  # a socket that is not there
        ({}, State.STOPPED),
    ],
)
def test_what_systemd_says_of_a_unit_is_one_state(properties: dict[str, str], state: State) -> None:
    (service,) = systemd(unit(**properties)).services
    assert service.state is state


def test_what_ended_by_itself_and_is_started_again_says_so() -> None:
    (service,) = systemd(unit(ActiveState="activating", SubState="auto-restart", Result="success")).services
    assert service.why == "it ended by itself, with exit status 0"


@pytest.mark.parametrize("stamp", ["", "n/a", "Tue 2026-13-24 13:15:31 UTC", "Tue 2026-11-24 13:15:31 CET", "\x1b[m"])
def test_a_moment_that_cannot_be_read_is_no_moment(stamp: str) -> None:
    (service,) = systemd(unit(ActiveState="active", ActiveEnterTimestamp=stamp)).services
    assert service.since is None


def test_a_name_that_systemd_cannot_have_is_told_as_systemd_words_it() -> None:
    words = "Failed to get properties: Unit name ssh@.service is neither a valid invocation ID nor unit name."
    read_services = systemd(f"{unit(ActiveState='active')}\n{words}", "nginx ssh@ cron").services
    assert [(s.state, s.why) for s in read_services] == [
        (State.RUNNING, ""),
        (State.UNKNOWN, words),
        (State.UNKNOWN, words),
    ]


def test_a_name_that_stands_there_twice_is_one_service() -> None:
    assert len(systemd(unit(ActiveState="active"), "nginx nginx").services) == 1


def test_a_host_that_can_not_be_asked_says_why() -> None:
    said = b"\nTOKEN begin\n\nTOKEN value services_init systemd\n\nTOKEN run services_units\n"
    said += b"Failed to connect to bus: No such file or directory\n\nTOKEN exit 1\n\nTOKEN end\n"
    assert read(heard(said), situation()).trouble == "Failed to connect to bus: No such file or directory"
    assert [service.state for service in read(heard(said), situation("nginx")).services] == [State.UNKNOWN]
    none = b"\nTOKEN begin\n\nTOKEN value services_init none\n\nTOKEN end\n"
    assert (read(heard(none), situation()).trouble, read(heard(none), situation()).init) == ("", Init.NONE)
    assert read(heard(none), situation("nginx")).trouble


@pytest.mark.parametrize("said", ["", "\nTOKEN begin\n\nTOKEN value services_init launchd\n\nTOKEN end\n"])
def test_an_init_system_that_is_none_of_ours_is_no_fact(said: str) -> None:
    with pytest.raises(ProbeError):
        read(heard(said.encode()), situation())
