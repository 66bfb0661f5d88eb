"""Hosts that are far away: a network of its own for a process, where packets to 10.9... take their time.

netem would do it, but few kernels have it; a tun device all have.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

DELAY = 50  # ms that a round trip takes
NEAR, FAR = "127.0", "10.9"  # how addresses of hosts begin
ARRIVED = "10.8"  # how the same ones begin when packets have arrived
SOURCE = Path(__file__).with_name("delay.c")
NETWORK = f"""
ip link set lo up
ip tuntap add far mode tun
ip address add {FAR}.255.1/32 dev far
ip link set far up txqueuelen 10000
ip route add {FAR}.0.0/16 dev far src {FAR}.255.1
ip route add 10.10.0.0/16 dev far
ip route add local {ARRIVED}.0.0/16 dev lo
"$DELAY" far {DELAY * 500} &
exec "$@"
"""


def trouble(folder: Path) -> str:
    """Why there can be no far hosts here; "" if there can."""
    if os.geteuid() != 0:
        return "it needs root"
    if not Path("/dev/net/tun").exists():
        return "there is no /dev/net/tun"
    return "" if shutil.which("cc") and build(folder) else "there is no C compiler"


def build(folder: Path) -> Path:
    """The program that delays packets."""
    program = folder / "delay"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", program, SOURCE], check=True)
    return program


def far_away(command: Sequence[str], folder: Path) -> list[str]:
    """The command line that runs `command` where hosts are far away."""
    return ["env", f"DELAY={build(folder)}", "unshare", "--net", "sh", "-ec", NETWORK, "sh", *command]
