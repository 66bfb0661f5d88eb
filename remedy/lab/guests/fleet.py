"""The lab as a fleet: hosts.yaml for the toolkit, ssh_config(5) and known_hosts for it and for ssh."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from remedy.lab.guests.flavours import SERVERS
from remedy.lab.guests.images import Image
from remedy.lab.guests.machines import Machine


def write(home: Path, machines: Sequence[Machine], images: Mapping[str, Image], login: Path) -> None:
    """Write hosts.yaml, .ssh/config and .ssh/known_hosts for a user whose home is `home`."""
    folder = home / ".ssh"
    folder.mkdir(parents=True)
    keys = [f"{machine.address} {images[machine.flavour_name].host_key}\n" for machine in machines]
    (folder / "known_hosts").write_text("".join(keys))
    (folder / "config").write_text("".join(map(_ssh_config, machines)) + _ssh_config_of_all(folder, login))
    fleet = {
        "reference": {"servers": list(SERVERS), "local_clock": "never"},
        "defaults": {"identity_file": str(login)},
        "hosts": {machine.name: _host(machine) for machine in machines},
    }
    (home / "hosts.yaml").write_text(yaml.safe_dump(fleet, sort_keys=False))


def _host(machine: Machine) -> dict[str, object]:
    host: dict[str, object] = {"address": machine.address, "user": machine.user}
    if machine.user != "root":
        host["sudo"] = True
    if machine.jump:
        host["jump"] = f"root@{machine.jump.address}"
    return host


def _ssh_config(machine: Machine) -> str:
    jump = f"    ProxyJump root@{machine.via}\n" if machine.via else ""
    return f"Host {machine.name}\n    HostName {machine.address}\n    User {machine.user}\n{jump}"


def _ssh_config_of_all(folder: Path, login: Path) -> str:
    return (
        "Host *\n"
        f"    IdentityFile {login}\n"
        "    IdentitiesOnly yes\n"
        f"    UserKnownHostsFile {folder}/known_hosts\n"
        "    GlobalKnownHostsFile /dev/null\n"
        "    StrictHostKeyChecking yes\n"
        "    HashKnownHosts no\n"
        "    BatchMode yes\n"
        "    ConnectTimeout 20\n"
    )
