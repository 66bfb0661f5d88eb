"""What a user would take instead for many hosts: the same script over `xargs ssh`."""

from collections.abc import Sequence

from benchmarks.farm import Farm
from remedy.inventory import open_fleet
from remedy.probe import probe_script
from remedy.shell.script import new_token
from remedy.topics import looked_at


def xargs(farm: Farm, topics: Sequence[str]) -> list[str]:
    """The command line that sends the probe of these topics to all hosts, 32 at a time."""
    write_probe(farm, topics)
    script = farm.folder / "probe.sh"
    one = f"ssh -F {farm.ssh_config} {{}} sh -s < {script} > {farm.folder}/out-{{}}"
    return ["sh", "-c", f"xargs -P32 -I{{}} sh -c '{one}' < {farm.folder}/names"]


def write_probe(farm: Farm, topics: Sequence[str]) -> None:
    """Write the probe of these topics to probe.sh, and the hosts to names, one a line."""
    host = open_fleet(str(farm.inventory), farm.folder, ()).select([farm.hosts[0]])[0]
    (farm.folder / "probe.sh").write_text(probe_script(looked_at(topics), host).text(new_token()))
    (farm.folder / "names").write_text("\n".join(farm.hosts) + "\n")
