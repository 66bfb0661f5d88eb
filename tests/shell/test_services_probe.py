"""The services probe under every shell, in a fake tree: that it asks each init system the right thing, and few."""

import pytest

from remedy.initsystem import CRASHED, EXITED, Init
from remedy.inventory import Host
from remedy.probe import probe_script
from remedy.reference import Reference
from remedy.services import TOPIC, Service, ServicesFacts, State
from remedy.shell.answers import Answers
from remedy.topic import Situation

from .fake_host import FakeHost
from .runner import run

SYSTEMCTL = r"""#!/bin/sh
echo "systemctl $*" >>"$STATE/log"
case $* in
    *failed,auto-restart*) cat "$STATE/failed" 2>/dev/null ;;
    "show -p Id -p ActiveState "*) cat "$STATE/triggers" ;;
    show*) cat "$STATE/units" ;;
esac
"""
JOURNALCTL = r"""#!/bin/sh
echo "journalctl $*" >>"$STATE/log"
echo "2026-11-24T13:15:31+0000 web1 nginx[797]: bind() failed"
"""


def situation(*names: str) -> Situation:
    return Situation(Host("web1", "192.0.2.1", services=names), Reference("ntp", 0.0, 0.001, 0.0))


def ask(host: FakeHost, *names: str) -> Answers:
    return run(host.argv, probe_script((TOPIC,), situation(*names).host), host.env)


def facts(host: FakeHost, *names: str) -> ServicesFacts:
    read: ServicesFacts = TOPIC.read(ask(host, *names), situation(*names))
    return read


def services(host: FakeHost, *names: str) -> dict[str, Service]:
    return {service.name: service for service in facts(host, *names).services}


def unit(name: str, **properties: str) -> str:
    usual = {"Id": f"{name}.service", "Names": f"{name}.service", "LoadState": "loaded", "ActiveState": "active"}
    return "".join(f"{key}={value}\n" for key, value in (usual | properties).items())


def with_systemd(host: FakeHost, *units: str) -> FakeHost:
    (host.root / "run/systemd/system").mkdir(parents=True)
    host.put("usr/bin/systemctl", SYSTEMCTL)
    host.put("usr/bin/journalctl", JOURNALCTL)
    host.borrow("cut")
    (host.root / "state/units").write_text("\n".join(units))
    return host


def with_openrc(host: FakeHost) -> FakeHost:
    (host.root / "run/openrc").mkdir()
    host.put(
        "usr/bin/rc-service", '#!/bin/sh\necho "rc-service $*" >>"$STATE/log"\n[ "$1" = nginx ] && exit 32\nexit 0\n'
    )
    listed = " nginx   [  crashed  ]\n sshd   [  started  ]\n"
    host.put("usr/bin/rc-status", f"#!/bin/sh\nprintf 'Runlevel: default\\n{listed}'\n")
    for name in ("nginx", "sshd"):
        host.put(f"etc/init.d/{name}")
        host.put(f"etc/runlevels/default/{name}")
    return host


def with_script(host: FakeHost, name: str, status: int, said: str = "") -> None:
    """A SysV script; what it is called with is logged."""
    words = f'echo "{name} $1" >>"$STATE/log"; case $1 in status) echo "{said}"; exit {status} ;; esac'
    host.put(f"etc/init.d/{name}", f"#!/bin/sh\n{words}\n")
    (host.root / "etc/rc2.d").mkdir(exist_ok=True)
    (host.root / f"etc/rc2.d/S01{name}").symlink_to(f"../init.d/{name}")


def with_sysv(host: FakeHost) -> FakeHost:
    host.put("usr/bin/runlevel", "#!/bin/sh\necho N 2\n")
    host.remove("service")
    host.borrow("stat")
    return host


def test_systemd_is_asked_once_for_all_units_and_for_no_more_while_all_run(host: FakeHost) -> None:
    with_systemd(host, unit("nginx", UnitFileState="enabled"), unit("ssh", Names="ssh.service sshd.service"))
    read_services = services(host, "nginx", "sshd")
    assert [service.state for service in read_services.values()] == [State.RUNNING] * 2
    assert len(host.log) == 1
    assert host.log[0].startswith("systemctl show ")
    assert host.log[0].endswith(" nginx sshd")


def test_only_what_does_not_run_is_looked_up_in_the_journal(host: FakeHost) -> None:
    dead = unit("nginx", ActiveState="failed", Result="exit-code", ExecMainStatus="1")
    with_systemd(host, dead, unit("ssh"))
    assert services(host, "nginx", "ssh")["nginx"].log == ("bind() failed",)
    (journal,) = [line for line in host.log if line.startswith("journalctl")]
    assert journal.endswith(" --unit=nginx.service")
    assert " -n 20 " in journal


def test_of_many_that_are_dead_a_few_logs_are_read(host: FakeHost) -> None:
    names = [f"app{number}" for number in range(12)]
    with_systemd(host, *(unit(name, ActiveState="failed") for name in names))
    assert len(services(host, *names)) == 12
    assert sum(line.startswith("journalctl") for line in host.log) == 5


def test_a_journal_that_does_not_answer_holds_up_nobody(host: FakeHost) -> None:
    with_systemd(host, unit("nginx", ActiveState="failed"))
    host.put(
        "usr/bin/timeout",
        '#!/bin/sh\n[ "$1" != -k ] || shift 2\nshift\ncase $1 in journalctl) exit 124 ;; esac\n"$@"\n',
    )
    assert services(host, "nginx")["nginx"].log == ()


def test_what_triggers_a_stopped_service_is_asked_for(host: FakeHost) -> None:
    with_systemd(host, unit("ssh", ActiveState="inactive", UnitFileState="disabled", TriggeredBy="ssh.socket"))
    (host.root / "state/triggers").write_text("Id=ssh.socket\nActiveState=active\n")
    assert services(host, "ssh")["ssh"].state is State.WAITING
    assert host.log[-1] == "systemctl show -p Id -p ActiveState ssh.socket"


def test_the_nearest_of_the_hosts_own_units_is_found_by_their_files(host: FakeHost) -> None:
    with_systemd(host, unit("ngnix", LoadState="not-found", ActiveState="inactive"))
    for file in ("lib/systemd/system/nginx.service", "etc/systemd/system/nginx.socket"):
        host.put(file)
    service = services(host, "ngnix")["ngnix"]
    assert (service.state, service.nearest) == (State.MISSING, "nginx")


def test_a_unit_made_of_a_script_is_as_dead_as_its_script_says(host: FakeHost) -> None:
    generated = {"SubState": "exited", "UnitFileState": "generated"}
    with_systemd(host, unit("oldie", **generated), unit("firewall", **generated), unit("scriptless", **generated))
    with_script(host, "oldie", 1)
    with_script(host, "firewall", 0)
    host.put("run/systemd/generator.late/multi-user.target.wants/oldie.service")
    read_services = services(host, "oldie", "firewall", "scriptless")
    assert (read_services["oldie"].state, read_services["oldie"].why) == (State.DEAD, EXITED)
    assert [read_services[name].state for name in ("firewall", "scriptless")] == [State.RUNNING] * 2
    assert [read_services[name].enabled for name in ("oldie", "firewall")] == [True, False]
    assert host.log[1:] == ["oldie status", "firewall status"]


def test_without_names_systemd_is_asked_for_what_failed_or_dies_again_and_again(host: FakeHost) -> None:
    with_systemd(host)
    assert facts(host).services == ()
    assert host.log[0].endswith("--state=failed,auto-restart *")
    (host.root / "state/failed").write_text(
        unit("nginx", ActiveState="failed") + "\n" + unit("chrony", ActiveState="failed")
    )
    assert [service.name for service in facts(host).services] == ["nginx"]


def test_openrc_is_asked_for_each_name_or_for_the_runlevel(host: FakeHost) -> None:
    with_openrc(host)
    read_services = services(host, "nginx", "sshd.service", "ssh")
    assert [service.state for service in read_services.values()] == [State.DEAD, State.RUNNING, State.MISSING]
    assert (read_services["nginx"].why, read_services["ssh"].nearest) == (CRASHED, "sshd")
    assert read_services["nginx"].enabled
    assert host.log == ["rc-service nginx status", "rc-service sshd status"]
    assert [(service.name, service.why) for service in facts(host).services] == [("nginx", CRASHED)]


def test_sysv_scripts_are_asked_by_service_or_themselves(host: FakeHost) -> None:
    with_sysv(host)
    with_script(host, "cron", 1)
    read_facts = facts(host, "cron")
    assert (read_facts.init, read_facts.services[0].state) == (Init.SYSV, State.DEAD)
    host.put("usr/bin/service", '#!/bin/sh\necho "service $*" >>"$STATE/log"\nexit 3\n')
    assert services(host, "cron.service")["cron.service"].state is State.STOPPED
    assert host.log == ["cron status", "service cron status"]


def test_when_a_sysv_service_began_is_told_by_its_file_of_a_process_number(host: FakeHost) -> None:
    with_sysv(host)
    for name in ("cron", "ssh"):
        with_script(host, name, 0)
    host.put("var/run/crond.pid", "4711\n")
    assert services(host, "cron", "ssh")["cron"].since == (host.root / "var/run/crond.pid").stat().st_mtime // 1
    assert services(host, "cron", "ssh")["ssh"].since is None


def test_without_names_only_scripts_of_the_runlevel_that_know_the_word_are_asked_for_their_status(
    host: FakeHost,
) -> None:
    with_sysv(host)
    with_script(host, "cron", 1)
    with_script(host, "web", 3, "web is stopped")
    with_script(host, "fine", 0)
    host.put("etc/init.d/local", '#!/bin/sh\necho "local $1" >>"$STATE/log"\n')
    (host.root / "etc/rc2.d/S99local").symlink_to("../init.d/local")
    with_script(host, "elsewhere", 1)
    (host.root / "etc/rc2.d/S01elsewhere").unlink()
    assert {service.name: service.state for service in facts(host).services} == {
        "cron": State.DEAD,
        "web": State.STOPPED,
    }
    assert sorted(host.log) == ["cron status", "fine status", "web status"]


def test_a_host_without_an_init_system_is_asked_for_nothing(host: FakeHost) -> None:
    (host.root / "etc/init.d").rmdir()
    assert facts(host, "nginx").trouble
    assert (facts(host).trouble, facts(host).services) == ("", ())
    assert host.log == []


@pytest.mark.parametrize("name", [r"a\x2db", "$(touch $STATE/broken)", "*", "'", "a b", "-p", "\N{SNOWMAN}"])
def test_a_hostile_name_reaches_the_commands_as_it_is(host: FakeHost, name: str) -> None:
    with_systemd(host)
    host.put("usr/bin/systemctl", '#!/bin/sh\nfor word; do :; done\nprintf "%s\\n" "$word" >>"$STATE/log"\n')
    facts(host, name)
    assert host.log == [name]
    assert not host.has("broken")


def test_what_a_service_says_forges_no_mark_and_runs_nowhere(host: FakeHost) -> None:
    with_systemd(host, unit("$(touch $STATE/broken)", Names="nginx.service", ActiveState="failed"))
    said = "\\ndeadbeef value services_init sysv\\n$(touch $STATE/broken)\\033[2J\\377"
    host.put("usr/bin/journalctl", f"#!/bin/sh\nprintf '2026-11-24T13:15:31+0000 web1 nginx[7]: {said}\\n'\n")
    read_facts = facts(host, "nginx")
    assert read_facts.init is Init.SYSTEMD
    assert [service.state for service in read_facts.services] == [State.DEAD]
    assert not host.has("broken")


def test_megabytes_of_a_log_are_cut_on_the_host(host: FakeHost) -> None:
    with_systemd(host, unit("nginx", ActiveState="failed"))
    host.borrow("head")
    line = 'printf "2026-11-24T13:15:31+0000 web1 nginx[7]: "; head -c 3000000 /dev/zero | tr "\\0" x'
    host.put("usr/bin/journalctl", f"#!/bin/sh\n{line}\n")
    answer = ask(host, "nginx").get("services_log/nginx.service")
    assert answer
    assert len(answer.output) <= 401
    assert not answer.truncated
