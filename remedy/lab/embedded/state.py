"""The truth about a host of the lab, read and changed from outside; the tools' word is another thing."""

import time
from pathlib import Path

from remedy.lab.embedded.spec import Running

STAT = "S 1 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0"  # proc(5): the fields from state to itrealvalue
WRITING_SECONDS = 0.5  # that nobody needs for a line


class HostState:
    """A host's state, live: each look reads it anew. `root` is where its file tree begins."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lab = root / "lab"

    @property
    def offset(self) -> float:
        """Seconds that the clock is ahead of the truth."""
        return int(self._get("clock")) / 1_000_000

    @offset.setter
    def offset(self, seconds: float) -> None:
        self.set("clock", str(round(seconds * 1_000_000)))

    @property
    def rtc(self) -> float | None:
        """Seconds that the hardware clock is ahead of the truth; None: there is none."""
        text = self._get("rtc")
        return None if text == "none" else int(text) / 1_000_000

    @property
    def calls(self) -> tuple[str, ...]:
        """Every call of a stand-in that changed something, or would have."""
        return tuple((self._lab / "calls").read_text().splitlines())

    @property
    def services(self) -> tuple[str, ...]:
        """The names of its services."""
        return tuple(self._get("all").split())

    def running(self, service: str) -> Running:
        """How the service does."""
        return Running(self._get(f"services/{service}/running"))

    def enabled(self, service: str) -> bool:
        """Whether it starts at boot."""
        return (self.root / self._get(f"services/{service}/boot")).exists()

    def hook(self, command: str, text: str) -> None:
        """Have the stand-in of that name run this sh first; it may exit. "login": before every command."""
        (self._lab / "hooks" / command).write_text(f"{text}\n")

    def unhook(self, command: str) -> None:
        """Take the hook away."""
        (self._lab / "hooks" / command).unlink()

    @property
    def login_hook(self) -> Path | None:
        """The hook of the login, if there is one."""
        path = self._lab / "hooks/login"
        return path if path.exists() else None

    def set(self, name: str, value: str) -> None:
        """Set one line of the state, as standin.sh lists them."""
        (self._lab / name).write_text(f"{value}\n")

    def appear(self, service: str) -> None:
        """Show the service's process in the host's /proc."""
        number, name, command_line = self._get(f"services/{service}/process").split(" ", 2)
        process = self.root / "proc" / number
        process.mkdir()
        (process / "comm").write_text(f"{name}\n")
        (process / "cmdline").write_text(command_line.replace(" ", "\0") + "\0")
        (process / "stat").write_text(f"{number} ({name}) {STAT} 100\n")  # a second after the boot

    def _get(self, name: str) -> str:
        """One line of the state. A stand-in empties the file before it writes it: half of that is read again."""
        deadline = time.monotonic() + WRITING_SECONDS
        while not (text := (self._lab / name).read_text()).endswith("\n") and time.monotonic() < deadline:
            time.sleep(0.001)
        return text.strip()
