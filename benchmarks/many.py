"""A hundred hosts on loopback, and twenty silent ones among them."""

from pathlib import Path

from benchmarks.fab import fab
from benchmarks.farm import Farm, farm
from benchmarks.timing import cost, interleaved, table
from remedy.inventory import Fleet
from remedy.probe import probe_script
from remedy.shell.script import new_token
from remedy.topics import TIME, looked_at

HOSTS, SILENT, ROUNDS, CONNECT_SECONDS = 100, 20, 5, 3


def main(folder: Path) -> None:
    """Print check-time of all hosts beside the same script over `xargs ssh`, with and without silent hosts."""
    with farm(folder, HOSTS, CONNECT_SECONDS) as f:
        xargs = _xargs(f)
        silent = f.with_silent(SILENT)
        contenders = {
            "xargs -P32 ssh host sh -s < probe": lambda: cost(["sh", "-c", xargs]),
            "fab check-time": lambda: cost(fab(f, "check-time"), statuses=(0, 1)),
            f"fab check-time, {SILENT} silent hosts more": lambda: cost(
                fab(f, "-t", str(CONNECT_SECONDS), "check-time", inventory=silent), statuses=(1,)
            ),
        }
        rows = interleaved(contenders, ROUNDS)
    table(
        f"{HOSTS} hosts on loopback, curve25519 (goals: ratio at most 1.2, CPU at most 15 ms a host, silent hosts "
        f"cost about one connect deadline more, {CONNECT_SECONDS} s)",
        rows,
        next(iter(rows)),
        HOSTS,
    )


def _xargs(f: Farm) -> str:
    """The command line that sends the same probe to the same hosts."""
    host = Fleet.empty().select([f.hosts[0]])[0]
    script = f.folder / "probe.sh"
    script.write_text(probe_script(looked_at(TIME), host).text(new_token()))
    (f.folder / "names").write_text("\n".join(f.hosts) + "\n")
    one = f"ssh -F {f.ssh_config} {{}} sh -s < {script} > {f.folder}/out-{{}}"
    return f"xargs -P32 -I{{}} sh -c '{one}' < {f.folder}/names"
