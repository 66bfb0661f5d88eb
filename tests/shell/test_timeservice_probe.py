"""The time service probe under every shell, in a fake tree: that it asks the right init system and finds what runs."""

import pytest

from remedy.initsystem import Init
from remedy.inventory import Host
from remedy.probe import probe_script
from remedy.reference import Reference
from remedy.timeservice import TOPIC, Kind, TimeServiceFacts
from remedy.topic import Situation

from .fake_host import FakeHost
from .runner import run

HOST = Host("web1", "192.0.2.1")
SCRIPT = probe_script((TOPIC,), HOST)
SITUATION = Situation(HOST, Reference("ntp", 0.0, 0.001, 0.0))


def facts(host: FakeHost) -> TimeServiceFacts:
    read: TimeServiceFacts = TOPIC.read(run(host.argv, SCRIPT, host.env), SITUATION)
    return read


@pytest.mark.parametrize(("marks", "state"), [(["running"], True), ([], False)])
def test_sysv_services_are_asked_by_service(host: FakeHost, marks: list[str], state: bool) -> None:
    (host.root / "state/running").unlink()
    for mark in marks:
        host.set_mark(mark)
    host.put("etc/init.d/ntp")
    host.put("etc/rc2.d/S10ntp")
    host.put("usr/bin/ntpd")
    host.put("usr/bin/runlevel", "#!/bin/sh\necho N 2\n")
    read = facts(host)
    assert read.init is Init.SYSV
    assert read.active
    assert (read.active.name, read.active.kind) == ("ntp", Kind.ISC)
    assert (read.active.running, read.active.enabled) == (state, True)
    assert read.init_tools == {"service", "update-rc.d"}


def test_a_broken_link_enables_too_for_init_scripts_may_be_elsewhere(host: FakeHost) -> None:
    host.put("etc/init.d/ntp")
    (host.root / "etc/rc2.d").mkdir()
    (host.root / "etc/rc2.d/S10ntp").symlink_to("../init.d/elsewhere")
    read = facts(host)
    assert read.active
    assert read.active.enabled


def test_openrc_is_known_by_its_runtime_folder_and_command(host: FakeHost) -> None:
    (host.root / "run/openrc").mkdir()
    host.put("usr/bin/rc-service", "#!/bin/sh\necho ' * status: crashed'; exit 32\n")
    host.put("etc/init.d/chronyd")
    host.put("etc/runlevels/default/chronyd")
    read = facts(host)
    assert read.init is Init.OPENRC
    assert read.active
    assert (read.active.name, read.active.failed, read.active.enabled) == ("chronyd", "crashed", True)


def test_systemd_is_asked_for_all_units_at_once(host: FakeHost) -> None:
    (host.root / "run/systemd/system").mkdir(parents=True)
    unit = "Id=chrony.service\\nLoadState=loaded\\nActiveState=active\\nSubState=running\\nUnitFileState=enabled"
    host.put("usr/bin/systemctl", f'#!/bin/sh\necho "systemctl $1" >>"$STATE/log"\nprintf "{unit}\\n"\n')
    read = facts(host)
    assert host.log == ["systemctl show"]
    assert read.init is Init.SYSTEMD
    assert read.active
    assert (read.active.name, read.active.running) == ("chrony", True)


@pytest.mark.parametrize("has_comm", [True, False])
@pytest.mark.parametrize(
    ("name", "command", "kind"),
    [
        ("ntpd", "/usr/sbin/ntpd -g", Kind.ISC),
        ("chronyd", "/usr/sbin/chronyd -F 1", Kind.CHRONY),
        ("busybox", "busybox ntpd -n", Kind.BUSYBOX),
        ("systemd-timesyn", "/lib/systemd/systemd-timesyncd", Kind.TIMESYNCD),
    ],
)
def test_daemons_that_run_are_found_by_their_processes(
    host: FakeHost, name: str, command: str, kind: Kind, has_comm: bool
) -> None:
    (host.root / "etc/init.d").rmdir()
    host.run_process(4711, name, command, has_comm)
    host.run_process(4712, "nginx", "nginx", has_comm)
    host.run_process(4713, "busybox", "busybox crond", has_comm)
    read = facts(host)
    assert read.init is Init.NONE
    assert [(service.kind, service.by_hand) for service in read.running] == [(kind, True)]


def test_a_container_s_daemon_is_not_the_host_s(host: FakeHost) -> None:
    host.run_process(4711, "ntpd", "ntpd -g")
    for number, namespace in (("4711", 2), ("self", 1)):
        (host.root / f"proc/{number}/ns").mkdir()
        (host.root / f"proc/{number}/ns/pid").symlink_to(f"pid:[402653183{namespace}]")
    assert facts(host).running == ()


def test_a_daemon_that_does_not_answer_holds_up_nobody(host: FakeHost) -> None:
    host.run_process(4711, "chronyd", "chronyd")
    host.put("usr/bin/timeout", '#!/bin/sh\n[ "$1" != -k ] || shift 2\n[ "$2" = true ] || exit 124\n')
    host.hook("chronyc", "sleep 600")
    read = facts(host)
    assert read.synchronised is None
    assert read.running


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"usr/bin/ntpd": "", "usr/bin/ntpdig": ""}, Kind.NTPSEC),
        ({"usr/bin/ntpd": "", "etc/ntpsec/ntp.conf": ""}, Kind.NTPSEC),
        ({"usr/bin/ntpd": "", "usr/bin/ntpctl": ""}, Kind.OPENNTPD),
        ({"usr/bin/ntpd": ""}, Kind.ISC),
        ({}, Kind.BUSYBOX),
    ],
)
def test_whose_ntpd_it_is_is_told_by_what_else_there_is(host: FakeHost, files: dict[str, str], kind: Kind) -> None:
    host.put("etc/init.d/ntpd")
    for name, text in files.items():
        host.put(name, text)
    read = facts(host)
    assert read.active
    assert read.active.kind is kind
