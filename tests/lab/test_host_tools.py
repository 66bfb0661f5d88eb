"""What a host of the lab has besides clocks and services, and what it has not, under every sh."""

from pathlib import Path

from remedy.lab.embedded import Daemon, Init, Running, Service

from .machine import MakeMachine, Said

BEHIND = -10800.0
NTPD_STOPPED = Service(Daemon.NTPD, Running.NO)


def test_sudo_asks_for_its_password_in_the_given_words(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, user="admin", sudo_password="secret")
    prompt = ("-S", "-p", "a%%b")
    assert host.run("sudo", *prompt, "id", "-u", stdin="secret\n") == Said("a%b0\n", 0)
    said = host.run("sudo", *prompt, "id", "-u", stdin="wrong\nwrong\nwrong\n")
    assert said == Said("a%bSorry, try again.\na%bSorry, try again.\na%bsudo: 3 incorrect password attempts\n", 1)
    assert host.run("sudo", "-n", "id").status == 1
    assert machine(Init.SYSTEMD, user="admin").run("sudo", "-n", "id", "-u") == Said("0\n", 0)


def test_touch_stays_within_the_host(machine: MakeMachine, tmp_path: Path) -> None:
    host = machine(Init.SYSTEMD)
    assert host.run("touch", "/run/here").status == 0
    assert (host.state.root / "run/here").exists()
    assert not Path("/run/here").exists()


def test_a_hook_speaks_in_place_of_a_command(machine: MakeMachine) -> None:
    text = "echo 'step-systime: Operation not permitted'; exit 0"
    host = machine(Init.DEBIAN, NTPD_STOPPED, offset=BEHIND, hooks={"ntpdate": text})
    assert host.run("ntpdate", "h") == Said("step-systime: Operation not permitted\n", 0)
    assert host.state.offset == BEHIND
    host.state.unhook("ntpdate")
    host.run("ntpdate", "h")
    assert host.state.offset == 0


def test_nothing_of_this_machine_that_could_do_harm_is_in_reach(machine: MakeMachine) -> None:
    host = machine(Init.SYSTEMD, Service(Daemon.CHRONYD))
    harmless = {"sh", "cat", "sed", "setsid", "timeout", "flock"}
    links = {path.name: path.resolve() for path in (host.state.root / "bin").iterdir()}
    ours = {name for name, path in links.items() if "embedded" in path.parts}
    assert harmless <= links.keys()
    assert {"date", "hwclock", "systemctl", "touch", "id", "sudo", "timedatectl"} <= ours
    assert not {"kill", "pkill", "reboot", "shutdown", "service", "mount", "python3", "perl", "bash"} & links.keys()
