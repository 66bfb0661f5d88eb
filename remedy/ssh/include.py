"""What Include of ssh_config(5) brings in, which Paramiko leaves out."""

import re
from collections.abc import Iterator
from glob import glob
from pathlib import Path
from shlex import split
from typing import Any

from paramiko import SSHConfig
from paramiko.ssh_exception import ConfigParseError

from remedy.warning import warn

DEEPEST = 16  # files within files, as OpenSSH has it (READCONF_MAX_DEPTH of readconf.c)
ALL = re.compile(r"\s*\ball\s*$", re.IGNORECASE)  # of Match: Paramiko knows it alone only, not as "final all"

Block = dict[str, Any]  # as Paramiko has it: "host" or "matches", and "config"


def blocks(config: Any) -> tuple[Block, ...]:
    """The blocks of ssh_config that a fabric.Config has read, with those of all files that they include."""
    found = config.base_ssh_config._config
    if not any("include" in block["config"] for block in found):
        return tuple(found)
    whole: Any = SSHConfig()
    for path in filter(Path.is_file, _files(config)):
        whole.parse(_lines(path, Path("/etc/ssh" if path == Path(config._system_ssh_path) else "~/.ssh").expanduser()))
    return tuple(whole._config)


def _files(config: Any) -> tuple[Path, ...]:
    """Those that Fabric reads itself, in their order."""
    named = config._runtime_ssh_path
    paths = (named,) if named is not None else (config._user_ssh_path, config._system_ssh_path)
    return tuple(Path(path).expanduser() for path in paths)


def _lines(path: Path, base: Path, around: str = "", depth: int = 0) -> Iterator[str]:
    """The lines of a file, and in the place of each Include those of the files that it names.

    `around` is what Match says for all of them. A name that is not absolute is below `base`. Blocks of Host stay such
    where they can: those of Match are looked at for each host.
    """
    own, header = "", f"Match {around}" if around else "Host *"
    for line in path.read_text(errors="surrogateescape").splitlines():
        key, value = _setting(line)
        if key == "include":
            for file in _named(value, base) if depth < DEEPEST else ():
                yield from _understood(file, base, f"{around} {own}".strip(), depth + 1)
            yield header
        elif key in ("host", "match"):
            own = f"originalhost {','.join(split(value))}" if key == "host" else ALL.sub("", value)
            header = line if key == "host" and not around else f"Match {f'{around} {own}'.strip() or 'all'}"
            yield header
        else:
            yield line


def _understood(path: Path, base: Path, around: str, depth: int) -> Iterator[str]:
    """The lines of a file that was included, if Paramiko can make something of them: one that it can't is left out."""
    try:
        lines = list(_lines(path, base, around, depth))
        SSHConfig().parse(lines)
    except (OSError, ConfigParseError, ValueError) as error:
        warn(f"{path}, which ssh_config includes, is left out: {error}")
    else:
        yield from lines


def _setting(line: str) -> tuple[str, str]:
    match = SSHConfig.SETTINGS_REGEX.match(line.strip())
    return (match[1].lower(), match[2]) if match else ("", "")


def _named(patterns: str, base: Path) -> Iterator[Path]:
    """The files that patterns name, in the order of ssh_config(5)."""
    for pattern in split(patterns):
        found = sorted(glob(str(base / Path(pattern).expanduser())))  # noqa: PTH207  Path.glob finds hidden files, too
        yield from filter(Path.is_file, map(Path, found))
