"""What a user would take instead for many hosts: scripts over `xargs ssh`."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.farm import Farm
from remedy.inventory import open_fleet
from remedy.probe import probe_script
from remedy.shell.script import new_token
from remedy.topics import looked_at

PARALLEL = 32  # hosts at once


def xargs(farm: Farm, topics: Sequence[str]) -> list[str]:
    """The command line that sends the probe of these topics to all hosts."""
    return by_ssh(farm, write_probe(farm, topics))


def by_ssh(farm: Farm, script: Path, config: Path | None = None) -> list[str]:
    """The command line that runs a script on all hosts; `config` in place of the farm's ssh_config."""
    return _each(farm, _feed(farm, f"ssh -F {config or farm.ssh_config}", script))


def by_master(farm: Farm, scripts: Sequence[Path]) -> list[str]:
    """The command line that runs scripts on all hosts: a master of ssh a host, each script over it, and its end."""
    ssh = f"ssh -F {farm.ssh_config} -S {farm.folder}/c-{{}}"
    runs = [_feed(farm, ssh, script) for script in scripts]
    return _each(farm, " && ".join([f"{ssh} -MNf {{}}", *runs, f"{ssh} -qO exit {{}}"]))


def _feed(farm: Farm, ssh: str, script: Path) -> str:
    return f"{ssh} {{}} sh -s < {script} > {farm.folder}/out-{{}}"


def _each(farm: Farm, one: str) -> list[str]:
    """The command line that does this for each host, which stands for {} in it."""
    return ["sh", "-c", f"xargs -P{PARALLEL} -I{{}} sh -c '{one}' < {farm.names}"]


def write_probe(farm: Farm, topics: Sequence[str]) -> Path:
    """Write the probe of these topics to probe.sh."""
    host = open_fleet(str(farm.inventory), farm.folder, ()).select([farm.hosts[0]])[0]
    script = farm.folder / "probe.sh"
    script.write_text(probe_script(looked_at(topics), host).text(new_token()))
    return script
