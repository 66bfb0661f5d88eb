"""A host's file tree with stand-ins for commands: its clock and services are files, so no real one is touched."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from shells import SHELLS

STAND_IN = Path(__file__).with_name("stand-in.sh")
STAND_INS = ("date", "id", "ntpdate", "chronyc", "chronyd", "service", "update-rc.d", "hwclock")
BORROWED = (
    "cat",
    "env",
    "flock",
    "grep",
    "ls",
    "mkdir",
    "readlink",
    "rm",
    "sed",
    "setsid",
    "sleep",
    "tail",
    "timeout",
    "tr",
    "true",
)
_ADJTIMEX = """#!/bin/sh
now=$(date +%s.%N)
fraction=$((1${{now#*.}} - 1000000000))
printf '    status:       {status} (PLL)\\n    time.tv_sec:  %s\\n' "${{now%.*}}"
printf '    time.tv_usec: %s\\n    return value: 0\\n' "{fraction}"
"""
MICROSECONDS = _ADJTIMEX.format(status=1, fraction="$((fraction / 1000))")
NANOSECONDS = _ADJTIMEX.format(status=8193, fraction="$fraction")


@dataclass(frozen=True)
class FakeHost:
    """A host under `root`, whose sh is `shell`."""

    root: Path
    shell: str

    @property
    def argv(self) -> list[str]:
        return [str(self.root / "usr/bin/sh"), "-s"]

    @property
    def env(self) -> dict[str, str]:
        return {"PATH": f"{self.root}/usr/bin", "REMEDY_ROOT": str(self.root), "STATE": str(self.root / "state")}

    @property
    def offset(self) -> float:
        """Its clock minus the real one, in seconds."""
        return int((self.root / "state/offset").read_text()) / 1e9

    def set_offset(self, seconds: float) -> None:
        (self.root / "state/offset").write_text(f"{round(seconds * 1e9)}\n")

    @property
    def log(self) -> list[str]:
        """What was done to it, in order."""
        file = self.root / "state/log"
        return file.read_text().splitlines() if file.exists() else []

    def has(self, mark: str) -> bool:
        """Whether a stand-in left this mark: running, enabled, rtc."""
        return (self.root / "state" / mark).exists()

    def set_mark(self, mark: str) -> None:
        (self.root / "state" / mark).touch()

    def hook(self, command: str, script: str) -> None:
        """Shell that a stand-in runs first, such as `sleep 60` or `exit 1`."""
        (self.root / "state" / f"hook-{command}").write_text(script)

    def put(self, name: str, text: str = "") -> None:
        """Write a file that may be run; what it replaces may be a link out of here, so it is removed first."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def run_process(self, number: int, name: str, command: str, has_comm: bool = True, started: int = 1000) -> None:
        """Let a process run since so many seconds after the boot; Linux before 2.6.33 has no `comm`."""
        fields = " ".join(str(field) for field in range(4, 22))
        self.put(f"proc/{number}/stat", f"{number} ({name}) S {fields} {started * 100} 0\n")
        self.put(f"proc/{number}/cmdline", command.replace(" ", "\0") + "\0")
        if has_comm:
            self.put(f"proc/{number}/comm", f"{name}\n")
            self.put("proc/self/comm", "sh\n")

    def borrow(self, *commands: str) -> None:
        """Give it real commands of this machine."""
        for command in commands:
            (self.root / "usr/bin" / command).symlink_to(_real(command))

    def remove(self, *commands: str) -> None:
        for command in commands:
            (self.root / "usr/bin" / command).unlink()


def make_host(root: Path, shell: str) -> FakeHost:
    for folder in ("usr/bin", "state", "proc/self", "etc/init.d", "run", "tmp", "dev"):
        (root / folder).mkdir(parents=True)
    (root / "proc/uptime").symlink_to("/proc/uptime")
    (root / "proc/self/status").write_text("Name:\tsh\nCapEff:\t000001ffffffffff\n")
    for name in STAND_INS:
        (root / "usr/bin" / name).symlink_to(STAND_IN)
    program, *arguments = SHELLS[shell]
    host = FakeHost(root, shell)
    host.put("usr/bin/sh", f'#!/bin/sh\nexec {_real(program)} {" ".join(arguments)} "$@"\n')
    host.borrow(*BORROWED)
    host.set_offset(0)
    host.set_mark("running")
    return host


def _real(command: str) -> Path:
    path = sys.executable if command == "python3" else shutil.which(command)
    assert path, f"{command} is not installed"
    return Path(path)
