"""One host, and none: what a person waits for."""

from pathlib import Path

from benchmarks.fab import FAB, PROJECT, cost_of
from benchmarks.farm import farm
from benchmarks.timing import cost, interleaved, table

ROUNDS = 7
PLAIN_FABFILE = 'from fabric import task\n\n\n@task\ndef date(c):\n    c.run("date")\n'


def main(folder: Path) -> None:
    """Print `fab check-time` of one host, and `fab --list`, beside ssh and plain Fabric."""
    plain = folder / "plain"
    plain.mkdir()
    (plain / "fabfile.py").write_text(PLAIN_FABFILE)
    with farm(folder, hosts=1) as f:
        host = f.hosts[0]
        contenders = {
            "ssh host date": lambda: cost(["ssh", "-F", str(f.ssh_config), host, "date"]),
            "plain Fabric: fab -H host date": lambda: cost(
                [FAB, "--search-root", str(plain), "--ssh-config", str(f.ssh_config), "-H", f"{host}:{f.port}", "date"]
            ),
            "fab check-time -H host": lambda: cost_of(f, "check-time", "-H", host),
        }
        table(
            "One healthy host on loopback (goal: check-time at most 1.0 s)",
            interleaved(contenders, ROUNDS),
            "ssh host date",
        )
    listing = {
        "plain Fabric: fab --list": lambda: cost([FAB, "--search-root", str(plain), "--list"]),
        "fab --list": lambda: cost([FAB, "--search-root", str(PROJECT), "--list"]),
    }
    rows = interleaved(listing, ROUNDS)
    table("The list of commands (goal: at most 1.5 times plain Fabric's)", rows, "plain Fabric: fab --list")
