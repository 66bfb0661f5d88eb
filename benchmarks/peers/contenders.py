"""Who runs the script on all hosts, and by which command line. Each is told of the same keys, 32 hosts at once."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fab import FAB, fab
from benchmarks.peers.ground import PROGRAMS, Ground, NotInstalledError, environment, unpacked
from benchmarks.xargs import PARALLEL, by_master, by_ssh

SH = ["sh", "-c"]


@dataclass(frozen=True)
class Contender:
    """`command` gives its command line and `packages` are what it needs, in an environment of its own.

    `statuses` are the exit statuses that tell of success; `reached` reads from its output which hosts were reached,
    where it does not run our script but one of its own, or its status does not tell that.
    """

    name: str
    command: Callable[[Ground], Sequence[str]]
    statuses: tuple[int, ...] = (0,)
    reached: Callable[[str], set[str]] | None = None


def ours(ground: Ground) -> list[str]:
    return fab(ground.farm, "check-time", "--json", f"--parallel={PARALLEL}")


def reached_by_us(output: str) -> set[str]:
    """The hosts whose offset was measured."""
    hosts = json.loads(output)["hosts"] if output else []
    return {host["name"] for host in hosts if (host.get("clock") or {}).get("before")}


def xargs(ground: Ground) -> list[str]:
    return by_ssh(ground.farm, ground.script)


def xargs_usual(ground: Ground) -> list[str]:
    return by_ssh(ground.farm, ground.script, ground.usual_config)


def control_master(ground: Ground) -> list[str]:
    return by_master(ground.farm, [ground.script])


def clush(ground: Ground) -> list[str]:
    program = environment("clustershell", ("ClusterShell",)) / "clush"
    options = f"-q -S -f {PARALLEL} --hostfile {ground.farm.names} -o '-F {ground.farm.ssh_config}'"
    return [*SH, f"{program} {options} sh -s < {ground.script}"]


def pssh(ground: Ground) -> list[str]:
    usr = unpacked("pssh", "python3-psshlib")  # what PyPI has of it is for Python 2
    program = f"PYTHONPATH={usr}/lib/python3/dist-packages {usr}/bin/parallel-ssh"
    options = f"-t 0 -p {PARALLEL} -h {ground.farm.names} -I -o {ground.folder}/pssh -x '-F {ground.farm.ssh_config}'"
    return [*SH, f"{program} {options} sh -s < {ground.script}"]


def parallel_ssh(ground: Ground) -> list[str]:
    return _program(ground, "parallel_ssh", ("parallel-ssh",), ground.program)


def by_asyncssh(ground: Ground) -> list[str]:
    return _program(ground, "by_asyncssh", ("asyncssh",), ground.script)


def fabric_serial(ground: Ground) -> list[str]:
    return _fabric(ground, ["-H", ",".join(ground.farm.hosts), "serial"])


def fabric_group(ground: Ground) -> list[str]:
    return _fabric(ground, ["group", ",".join(ground.farm.hosts)])


def _fabric(ground: Ground, words: list[str]) -> list[str]:
    plain = ["env", f"SCRIPT={ground.program}", FAB, "--search-root", str(PROGRAMS)]
    return [*plain, "--ssh-config", str(ground.farm.ssh_config), *words]


def pyinfra(ground: Ground) -> list[str]:
    bin_ = environment("pyinfra", ("pyinfra",))
    data = {
        "ssh_config_file": str(ground.farm.ssh_config),
        "ssh_known_hosts_file": str(ground.folder / "known_hosts"),
        "ssh_strict_host_key_checking": "yes",
        "ssh_port": ground.farm.port,
        "ssh_key": str(ground.folder / "id"),
    }
    inventory = ground.folder / "pyinfra_hosts.py"
    inventory.write_text(f"hosts = ({list(ground.farm.hosts)!r}, {data!r})\n")
    deploy = ["-y", "--parallel", str(PARALLEL), str(inventory), str(PROGRAMS / "pyinfra_deploy.py")]
    return ["env", f"SCRIPT={ground.program}", str(bin_ / "pyinfra"), *deploy]


def ansible(ground: Ground) -> list[str]:
    """The cheapest play: the script module, and no facts."""
    return _ansible(ground, environment("ansible", ("ansible-core",)), "play.yaml")


def ansible_modules(ground: Ground) -> list[str]:
    """The usual play: facts, and a task for each thing that it looks at."""
    return _ansible(ground, environment("ansible", ("ansible-core",)), "modules.yaml")


def recapped(output: str) -> set[str]:
    """The hosts on which Ansible says that every task went well."""
    return set(re.findall(r"(?m)^(\S+) +: ok=[1-9].* unreachable=0 +failed=0 ", output))


def ansible_mitogen(ground: Ground) -> list[str]:
    bin_ = environment("mitogen", ("ansible-core", "mitogen"))
    plugins = next(bin_.parent.glob("lib/*/site-packages/ansible_mitogen/plugins/strategy"), None)
    if plugins is None:
        raise NotInstalledError("its package has no strategy plugins")
    strategy = f"strategy_plugins = {plugins}\nstrategy = mitogen_linear\n"
    return _ansible(ground, bin_, "play.yaml", strategy)


def _ansible(ground: Ground, bin_: Path, play: str, strategy: str = "") -> list[str]:
    """A play by pipelining, over one connection a host."""
    config = ground.folder / f"ansible-{bin_.parent.name}.cfg"
    config.write_text(
        f"[defaults]\nforks = {PARALLEL}\nhost_key_checking = True\ninterpreter_python = /usr/bin/python3\n{strategy}"
        "[ssh_connection]\npipelining = True\ntransfer_method = piped\n"
        f"ssh_args = -F {ground.farm.ssh_config} -o ControlMaster=auto -o ControlPersist=60s\n"
        f"control_path_dir = {ground.folder}/cp\n"
    )
    settings = [f"ANSIBLE_CONFIG={config}", f"ANSIBLE_HOME={ground.folder}/ansible", f"SCRIPT={ground.program}"]
    return ["env", *settings, str(bin_ / "ansible-playbook"), "-i", str(ground.farm.names), str(PROGRAMS / play)]


def _program(ground: Ground, name: str, packages: tuple[str, ...], script: Path) -> list[str]:
    python = environment(name, packages) / "python"
    files = [str(file) for file in (ground.farm.names, script, ground.folder, ground.farm.ssh_config)]
    return [str(python), str(PROGRAMS / f"{name}.py"), *files, str(ground.farm.port), str(PARALLEL)]


BASE = "xargs ssh, curve25519"
OURS = "post-mainte: fab check-time"
CONTENDERS = (
    Contender(BASE, xargs),
    Contender(OURS, ours, (0, 1), reached_by_us),  # the farm's hosts have no time service, which is bad
    Contender("xargs ssh, its own key exchange", xargs_usual),
    Contender("xargs ssh, ControlMaster", control_master),
    Contender("clush", clush),
    Contender("pssh", pssh),
    Contender("parallel-ssh", parallel_ssh),
    Contender("asyncssh", by_asyncssh),
    Contender("Fabric, fab -H", fabric_serial),
    Contender("Fabric, ThreadingGroup", fabric_group),
    Contender("pyinfra", pyinfra),
    Contender("Ansible, script module", ansible),
    Contender("Ansible, module tasks", ansible_modules, reached=recapped),
    Contender("Ansible with mitogen", ansible_mitogen),
)
