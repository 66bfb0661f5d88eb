"""Where contenders meet: a farm of hosts, the script that each is to run on all of them, and their own environments."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.far import ARRIVED, FAR
from benchmarks.farm import Farm
from benchmarks.xargs import write_probe
from remedy.topics import TIME

ENVIRONMENTS = Path(__file__).parents[2] / ".cache" / "peers"
PROGRAMS = Path(__file__).with_name("programs")


class NotInstalledError(Exception):
    """A contender that can't be had here; the text says why."""


@dataclass(frozen=True)
class Ground:
    """The farm, and the files that contenders are given."""

    farm: Farm

    @property
    def folder(self) -> Path:
        """For files of contenders."""
        return self.farm.folder

    @property
    def script(self) -> Path:
        """The script: check-time's probe."""
        return self.folder / "probe.sh"

    @property
    def program(self) -> Path:
        """The script for those who don't feed it to a shell: it waits for no lines from whom nobody would send any."""
        return self.folder / "program.sh"

    @property
    def usual_config(self) -> Path:
        """The farm's ssh_config with OpenSSH's own choice of key exchange."""
        return self.folder / "ssh_config_usual"

    @property
    def _witness(self) -> Path:
        return self.folder / "witness"

    def lay(self) -> None:
        """Write the files."""
        self._write_scripts("")
        lines = self.farm.ssh_config.read_text().splitlines(keepends=True)
        self.usual_config.write_text("".join(line for line in lines if "KexAlgorithms" not in line))

    def watch(self) -> None:
        """Let the script tell on which hosts it came to its end, from now on."""
        trap = f"trap 'echo \"$SSH_CONNECTION\" >> {self._witness}' EXIT\n"
        self._write_scripts(trap)
        self._witness.write_text("")

    def _write_scripts(self, first: str) -> None:
        write_probe(self.farm, TIME)
        text = first + self.script.read_text()
        self.script.write_text(text)
        self.program.write_text(f"exec < /dev/null\n{text}")

    def reached(self) -> set[str]:
        """The hosts on which the script came to its end."""
        arrived = {line.split()[2] for line in self._witness.read_text().splitlines()}
        return {address.replace(ARRIVED, FAR, 1) for address in arrived}

    def forge(self) -> Callable[[], None]:
        """Let known_hosts hold another key of all hosts; give what undoes it."""
        known = self.folder / "known_hosts"
        right = known.read_text()
        other = self.folder / "other_key"
        if not other.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
        key = " ".join(other.with_suffix(".pub").read_text().split()[:2])
        known.write_text("".join(f"{line.split()[0]} {key}\n" for line in right.splitlines()))
        return lambda: (known.write_text(right), None)[1]


def environment(name: str, packages: tuple[str, ...]) -> Path:
    """The folder of programs of a virtual environment with these packages, made once. Raises NotInstalledError."""
    folder = ENVIRONMENTS / name
    stamp = folder / "made"
    if not stamp.exists() or stamp.read_text() != " ".join(packages):
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run([*pip, *packages], capture_output=True, text=True, check=False)
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["pip failed"]
            raise NotInstalledError(said[-1].removeprefix("ERROR: "))
        stamp.write_text(" ".join(packages))
    return folder / "bin"


def unpacked(*packages: str) -> Path:
    """The folder of programs of Debian packages, unpacked and not installed, once. Raises NotInstalledError."""
    folder = ENVIRONMENTS / packages[0]
    if not (folder / "usr").exists():
        folder.mkdir(parents=True, exist_ok=True)
        script = 'apt-get -q download "$@" && for deb in *.deb; do dpkg -x "$deb" . || exit; done'
        done = subprocess.run(
            ["sh", "-c", script, "sh", *packages], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NotInstalledError(done.stderr.strip() or "apt-get failed")
    return folder / "usr"
