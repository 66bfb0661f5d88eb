"""A systemd unit for `fab watch` (systemd.service(5), systemd.exec(5))."""

import os
import shlex
import sys
from pathlib import Path
from typing import Any

from remedy.errors import PostMainteError, UsageError
from remedy.inventory import open_fleet
from remedy.mail import PASSWORD
from remedy.request import HOST_SECONDS, Request
from remedy.warning import warn
from remedy.watch.selected import selected
from remedy.watch.status.listen import TOKEN, place

NAME = "post-mainte-watch.service"
SYSTEM = Path("/etc/systemd/system")


class UnitError(PostMainteError):
    """The unit was not written; the message says why."""


def install(request: Request, listen: str = "") -> int:
    """Write the unit: root's is the system's, anybody else's is a user's. Raises UsageError for another one there.

    `listen` is where the unit is to serve the status page; empty: nowhere.
    """
    is_root = os.geteuid() == 0
    path = (SYSTEM if is_root else _config_home() / "systemd/user") / NAME
    secrets = Path("/etc/post-mainte.env") if is_root else _config_home() / "post-mainte.env"
    where = place(listen) if listen else None
    text = unit(request, secrets, is_root, listen)
    if path.exists() and path.read_text(errors="replace") != text:
        raise UsageError(f"{path} is there already, and says something else: compare, and remove it first")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    except OSError as error:
        raise UnitError(f"{path} can't be written: {error.strerror}") from error
    systemctl = "systemctl" if is_root else "systemctl --user"
    lines = [f"wrote {path}; now:", "", f"    {systemctl} daemon-reload", f"    {systemctl} enable --now {NAME}"]
    if not is_root:
        lines.append("    loginctl enable-linger    # so that it runs while you are not logged in")
    lines += [f"    journalctl {'' if is_root else '--user '}-u {NAME} -f", ""]
    lines.append(f"A password for mail goes into {secrets}, readable by you alone, as {PASSWORD}=...")
    lines.append("and so do the variables that notify: of hosts.yaml names.")
    if where and not where.is_here:
        lines.append(f"The token for the status page goes there as well, as {TOKEN}=...: without it, it does not start")
    print("\n".join(lines))
    if prompts := _prompts(request.config):
        warn(f"{', '.join(prompts)} is not in it: nobody is there to be asked; let hosts in by keys, and sudo without")
    return 0


def unit(request: Request, secrets: Path, is_system: bool, listen: str = "") -> str:
    """The unit's text: this program, this folder and this hosts.yaml. Raises UsageError if that one is wrong."""
    fleet = open_fleet(request.inventory, request.folder, request.selection)
    selected(fleet, request.selection)
    program = Path(sys.argv[0]).absolute()
    words = [str(program), "-r", str(request.folder.absolute())]
    words += _words_of_fabric(request.config)
    words += ["-H", ",".join(request.selection)] if request.selection else []
    words += ["watch"]
    words += ["--inventory", str(fleet.path.absolute())] if fleet.path else []
    words += _words_of_ours(request)
    words += ["--listen", listen] if listen else []
    state = os.environ.get("XDG_STATE_HOME", "")  # where windows are kept that are added from this shell
    return "\n".join(
        (
            "[Unit]",
            "Description=post-mainte: watches hosts, and handles those that are back",
            "Wants=network-online.target",
            "After=network-online.target time-sync.target",
            "",
            "[Service]",
            f"ExecStart={' '.join(map(_quoted, words))}",
            f"WorkingDirectory={str(request.folder.absolute()).replace('%', '%%')}",
            f"EnvironmentFile=-{str(secrets).replace('%', '%%')}",
            *((f"Environment={_quoted(f'HOME={Path.home()}')}",) if is_system else ()),
            *((f"Environment={_quoted(f'XDG_STATE_HOME={state}')}",) if state else ()),
            "Restart=always",
            "RestartSec=10",
            "NoNewPrivileges=true",
            "",
            "[Install]",
            f"WantedBy={'multi-user' if is_system else 'default'}.target",
            "",
        )
    )


def _words_of_fabric(config: Any) -> list[str]:
    """The options of Fabric's own that were typed; files are named as they are found from anywhere."""
    typed = config._overrides.get("connect_kwargs", {})
    words = [word for file in typed.get("key_filename") or () for word in ("--identity", _absolute(file))]
    words += ["--connect-timeout", str(typed["timeout"])] if typed.get("timeout") else []
    words += ["--ssh-config", _absolute(config._runtime_ssh_path)] if config._runtime_ssh_path else []
    return words


def _words_of_ours(request: Request) -> list[str]:
    """The common options that were typed, of those that `fab watch` takes."""
    words = ["--parallel", str(request.parallel)] if request.parallel else []
    words += ["--timeout", f"{request.host_seconds:.9g}"] if request.host_seconds != HOST_SECONDS else []
    words += ["--quiet"] if request.quiet else []
    return words + (["--accept-new"] if request.accept_new else [])


def _prompts(config: Any) -> list[str]:
    """The options that were typed of those by which Fabric asks for a secret."""
    given = config._overrides.get("connect_kwargs", {})
    asked = {
        "--prompt-for-login-password": given.get("password"),
        "--prompt-for-passphrase": given.get("passphrase"),
        "--prompt-for-sudo-password": config._overrides.get("sudo", {}).get("password"),
    }
    return [option for option, secret in asked.items() if secret]


def _absolute(file: str) -> str:
    return str(Path(file).expanduser().absolute())


def _quoted(word: str) -> str:
    """A word of a command line, as systemd.syntax(7) and systemd.service(5) read it."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return escaped if escaped == shlex.quote(word) else f'"{escaped}"'


def _config_home() -> Path:
    given = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    return given if given.is_absolute() else Path.home() / ".config"
