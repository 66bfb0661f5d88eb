"""Scripts for hosts: sections of shell from .sh files, and values as quoted assignments."""

import re
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

HERE = Path(__file__).parent
ACT = HERE / "act.sh"  # the section that defines act_do, for scripts that change a host
PROCESSES = HERE / "processes.sh"  # the section that defines each_process
NAME = re.compile(r"[A-Z][A-Z0-9_]*")


@dataclass(frozen=True)
class Script:
    """A script for a host's `sh -s`.

    `sections` are .sh files that define functions, `entries` the functions to call in that order, `values` what they
    are given: name -> text, quoted on its way, so any text is safe. `detached` scripts are those that change the host:
    they outlive the connection, and one at a time runs there.
    """

    sections: tuple[Path, ...]
    entries: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    detached: bool = False

    def text(self, token: str) -> str:
        """The script's text, with every mark of its output beginning with `token`.

        Nothing runs before the last line, so a text that was cut anywhere changes nothing on the host.
        """
        sections = "".join(map(_read, self.sections))
        entries = " ".join(self.entries)
        if not self.detached:
            body = _assignments({**self.values, "TOKEN": token, "ENTRIES": entries}) + _read(HERE / "frame.sh")
            return f"{body}{sections}{{ run_entries; exit; }}\n"
        values = {**self.values, "TOKEN": token, "ENTRIES": "run_locked", "LOCKED": entries}
        body = _assignments(values) + _read(HERE / "frame.sh") + _read(HERE / "lock.sh") + sections
        outer = _assignments({"TOKEN": token, "BODY": f"{body}run_entries\n"})
        return outer + _read(HERE / "frame.sh") + _read(HERE / "detach.sh") + "{ run_detached; exit; }\n"


def new_token() -> str:
    """A mark that nothing on a host can know beforehand; hexadecimal, so no shell sees more in it than a word."""
    return secrets.token_hex(16)


def _assignments(values: Mapping[str, str]) -> str:
    for name, value in values.items():
        if not NAME.fullmatch(name):
            raise ValueError(f"not a name for a shell variable: {name!r}")
        if "\0" in value:
            raise ValueError(f"a shell variable can't hold a NUL character: {name}")
    # A variable that the login's environment exports would stay exported, and tell every command our mark.
    forget = f"unset {' '.join(values)}\n" if values else ""
    return forget + "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
