"""The embedded lab: hosts that a client finds, that do what they are told to, and that leave nothing behind."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest
from waiting import wait_until

from remedy.lab.embedded import Daemon, EmbeddedLab, HostSpec, Init, Running, Service
from remedy.reference import measure

NTPD = Service(Daemon.NTPD, Running.DEAD, enabled=False)
SECONDS = 10.0  # that anything may take


@contextmanager
def client(lab: EmbeddedLab, name: str, user: str = "root") -> Iterator[paramiko.SSHClient]:
    """A connection to a host, with its key checked."""
    with paramiko.SSHClient() as ssh:
        ssh.load_host_keys(str(lab.known_hosts))
        key = str(lab.identity_file)
        ssh.connect("127.0.0.1", lab.port(name), user, key_filename=key, allow_agent=False, timeout=SECONDS)
        yield ssh


def run(lab: EmbeddedLab, name: str, command: str, stdin: bytes = b"") -> tuple[bytes, bytes, int]:
    """What a command on a host prints on its two outputs, and its exit status."""
    with client(lab, name) as ssh:
        to, out, errors = ssh.exec_command(command, timeout=SECONDS)
        to.write(stdin)
        to.channel.shutdown_write()
        return out.read(), errors.read(), out.channel.recv_exit_status()


@pytest.fixture(scope="module")
def lab() -> Iterator[EmbeddedLab]:
    specs = (
        HostSpec("web1", Init.REDHAT, (NTPD,), -10800.0),
        HostSpec("db1", Init.SYSTEMD, (Service(Daemon.CHRONYD),), shell="bash"),
        HostSpec("sudo1", user="admin", sudo_password="secret"),
        HostSpec("chatty", hooks={"login": "echo Welcome; echo 'to you' >&2"}),
        HostSpec("silent", silent=True),
        HostSpec("down", up=False),
    )
    with EmbeddedLab(specs) as made:
        yield made


def test_a_command_runs_in_a_real_shell_with_real_pipes(lab: EmbeddedLab) -> None:
    assert run(lab, "web1", "read x; echo $((x + 1)) | cat; echo oops >&2; exit 7", b"41\n") == (b"42\n", b"oops\n", 7)


def test_a_shell_reads_its_script_from_the_channel(lab: EmbeddedLab) -> None:
    script = b"for word in a b; do echo $word; done\nexit 3\n"
    assert run(lab, "web1", "sh -s", script) == (b"a\nb\n", b"", 3)


def test_big_output_arrives_whole(lab: EmbeddedLab) -> None:
    out, _, status = run(lab, "web1", "head -c 3000000 /dev/zero")
    assert (len(out), status) == (3_000_000, 0)


def test_a_command_that_is_killed_ends_without_a_status(lab: EmbeddedLab) -> None:
    assert run(lab, "web1", "kill -9 $$")[2] == -1


def test_each_host_has_the_shell_that_it_was_given(lab: EmbeddedLab) -> None:
    assert run(lab, "db1", "echo ${BASH_VERSION:+bash}")[0] == b"bash\n"


def test_each_host_has_its_own_key_clock_and_services(lab: EmbeddedLab) -> None:
    keys = {line.split()[2] for line in lab.known_hosts.read_text().splitlines() if "ssh-ed25519" in line}
    assert len(keys) == 6
    before = int(time.time())
    assert before - 10801 <= int(run(lab, "web1", "date +%s")[0]) <= time.time() - 10799
    assert before <= int(run(lab, "db1", "date +%s")[0]) <= time.time()
    assert run(lab, "web1", "service ntpd status")[2] == 1
    assert b"Normal" in run(lab, "db1", "chronyc tracking")[0]


def test_a_host_sees_nothing_of_this_machine(lab: EmbeddedLab) -> None:
    for command in ("service", "kill -l; pkill", "python3", "perl", "hostname", "/usr/local/bin/nothing"):
        assert run(lab, "db1", command)[2] == 127
    environment = dict(line.split(b"=", 1) for line in run(lab, "web1", "env")[0].splitlines())
    assert environment[b"PATH"] == f"{lab.state('web1').root}/bin".encode()
    assert environment[b"REMEDY_ROOT"] == str(lab.state("web1").root).encode()


def test_not_even_the_real_date_can_set_a_clock_from_there(lab: EmbeddedLab) -> None:
    capabilities = run(lab, "web1", "sed -n 's/^CapEff:\t//p' /proc/self/status")[0]
    assert not int(capabilities, 16) & 1 << 25
    if os.geteuid() == 0:
        mine = Path("/proc/self/status").read_text().split("CapEff:\t")[1].split()[0]
        theirs = int(capabilities, 16) | int(mine, 16) & 1 << 25
        assert theirs == int(mine, 16)  # and this process has lost nothing by it


def test_whoever_has_not_the_key_is_not_let_in(lab: EmbeddedLab) -> None:
    with paramiko.SSHClient() as ssh:
        ssh.load_host_keys(str(lab.known_hosts))
        stranger = paramiko.ECDSAKey.generate()
        with pytest.raises(paramiko.AuthenticationException):
            ssh.connect("127.0.0.1", lab.port("web1"), "root", pkey=stranger, allow_agent=False, look_for_keys=False)


def test_another_user_becomes_root_by_sudo(lab: EmbeddedLab) -> None:
    assert run(lab, "sudo1", "id -u") == (b"1000\n", b"", 0)
    assert run(lab, "sudo1", "sudo -S -p 'a%%b' id -u", b"secret\n") == (b"0\n", b"a%b", 0)
    assert b'sudo1: {"address": "127.0.0.1", "port": ' in lab.hosts_yaml.read_bytes()
    assert b'"user": "admin", "sudo": true' in lab.hosts_yaml.read_bytes()


def test_a_login_can_be_chatty(lab: EmbeddedLab) -> None:
    assert run(lab, "chatty", "echo hello") == (b"Welcome\nhello\n", b"to you\n", 0)


def test_a_silent_host_takes_connections_and_says_nothing(lab: EmbeddedLab) -> None:
    with socket.create_connection(("127.0.0.1", lab.port("silent")), timeout=SECONDS) as connection:
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_a_host_can_be_off_and_come_back_on_the_same_port(lab: EmbeddedLab) -> None:
    port = lab.port("down")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
    lab.power_on("down")
    assert lab.port("down") == port
    assert run(lab, "down", "echo back")[0] == b"back\n"
    lab.power_off("down")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=SECONDS)


def test_a_cut_link_ends_without_a_word_and_the_command_goes_on(lab: EmbeddedLab) -> None:
    done = lab.state("web1").root / "tmp/done"
    with client(lab, "web1") as ssh:
        _, out, _ = ssh.exec_command("trap '' HUP PIPE; echo begun; sleep 0.2; echo lost; : >$TMPDIR/done")
        assert out.readline() == "begun\n"
        lab.cut("web1")
        assert out.read() == b""
        assert out.channel.recv_exit_status() == -1
    wait_until(done.exists, "the command does not go on")


def test_one_host_is_the_jump_host_to_another(lab: EmbeddedLab) -> None:
    with client(lab, "db1") as jump:
        transport = jump.get_transport()
        assert transport
        channel = transport.open_channel("direct-tcpip", ("127.0.0.1", lab.port("web1")), ("127.0.0.1", 0))
        assert channel.recv(8) == b"SSH-2.0-"


def test_the_lab_has_ntp_servers_that_tell_the_truth(lab: EmbeddedLab) -> None:
    reference = measure(tuple(server.name for server in lab.ntp), local_clock="never")
    assert len(reference.servers) == 3
    monotonic = time.monotonic()
    assert abs(reference.at(monotonic) - time.time()) < 0.1


def test_ssh_itself_finds_the_hosts_by_the_labs_configuration(lab: EmbeddedLab) -> None:
    command = ["ssh", "-F", str(lab.ssh_config), "-o", "BatchMode=yes", "web1", "id -un"]
    said = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, env=lab.environment())
    assert (said.stdout, said.returncode) == (b"root\n", 0)


def test_state_is_live_in_both_directions(lab: EmbeddedLab) -> None:
    state = lab.state("db1")
    state.offset = 5.5
    assert int(run(lab, "db1", "date +%s")[0]) >= int(time.time()) + 4
    run(lab, "db1", "date -s '-5.5 seconds'")
    assert state.offset == 0
    assert state.calls == ("date -s -5.5 seconds",)


def test_nothing_is_left_of_a_lab() -> None:
    with EmbeddedLab([HostSpec("h"), HostSpec("silent", silent=True)]) as made:
        folder, port = made.folder, made.port("h")
        run(made, "h", "setsid sleep 60 >/dev/null 2>&1 </dev/null &")
        assert [process for process in Path("/proc").glob("[0-9]*") if _belongs(process, folder)]
        with client(made, "h") as ssh, socket.create_connection(("127.0.0.1", made.port("silent"))):
            ssh.exec_command("sleep 60")
            made.close()
    assert not folder.exists()
    assert not [process for process in Path("/proc").glob("[0-9]*") if _belongs(process, folder)]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=SECONDS)


def _belongs(process: Path, folder: Path) -> bool:
    try:
        return str(folder).encode() in (process / "environ").read_bytes() and "Z" not in _state(process)
    except OSError:
        return False


def _state(process: Path) -> str:
    return (process / "stat").read_text().rpartition(")")[2].split()[0]


def test_a_hundred_hosts_are_cheap() -> None:
    with EmbeddedLab([HostSpec(f"h{n}", offset=float(n)) for n in range(100)]) as made:
        assert len({made.port(f"h{n}") for n in range(100)}) == 100
        assert made.state("h99").offset == 99
        assert run(made, "h99", "echo here")[0] == b"here\n"
