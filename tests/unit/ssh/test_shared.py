"""The configuration that connections share, and what each has of its own."""

import subprocess
import sys
from typing import Any

import pytest
from fabric.config import Config
from paramiko import SSHConfig

from remedy.ssh.hop import HOP
from remedy.ssh.shared import Shared

SSH_CONFIG = """
User everybody
Host web1
  User admin
  Port 2222
  IdentityFile ~/web1
Host web* !web3
  Port 2200
Host web2 web3 db1
  ProxyJump bastion
Match host db1 user everybody
  Port 5000
Host *
  IdentityFile ~/all
"""
NAMES = ("web1", "web2", "web3", "web4", "db1", "other", "")


def config(text: str = SSH_CONFIG) -> Any:
    make: Any = Config  # Fabric has no types
    return make(ssh_config=SSHConfig.from_text(text))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("more", ["", "CanonicalizeHostname no\n"])
def test_ssh_config_says_the_same_of_each_host_as_paramiko(name: str, more: str) -> None:
    whole = config(more + SSH_CONFIG)
    own = Shared(whole, accept_new=False).config(name, {})

    assert own.base_ssh_config.lookup(name) == whole.base_ssh_config.lookup(name)


def test_what_hosts_yaml_says_wins_over_ssh_config() -> None:
    own = Shared(config(), accept_new=False).config("web1", {"user": "root", "port": "22", "identityfile": ["/key"]})
    said = own.base_ssh_config.lookup("web1")

    assert (said["user"], said["port"], said["identityfile"][0]) == ("root", "22", "/key")


def test_the_given_configuration_does_not_grow() -> None:
    given = config()
    before = len(given.base_ssh_config._config)
    shared = Shared(given, accept_new=False)
    for name in NAMES:
        shared.config(name, {})

    assert len(given.base_ssh_config._config) == before


def test_each_connection_has_a_configuration_of_its_own() -> None:
    shared = Shared(config(), accept_new=False)
    one, other = shared.config("web1", {}), shared.config("web1", {})
    one.connect_kwargs["key_filename"] = ["/key"]

    assert "key_filename" not in other.connect_kwargs


@pytest.mark.parametrize(
    ("text", "user", "address", "port"),
    [
        ("bastion", None, "bastion", None),
        ("root@bastion:2222", "root", "bastion", "2222"),
        ("ssh://root@bastion:2222/", "root", "bastion", "2222"),
        ("[2001:db8::1]:2222", None, "2001:db8::1", "2222"),
        ("root@2001:db8::1", "root", "2001:db8::1", None),
    ],
)
def test_a_jump_host_is_read(text: str, user: str | None, address: str, port: str | None) -> None:
    found = HOP.fullmatch(text)

    assert found is not None
    assert (found["user"], found["v6"] or found["host"] or found["bare"], found["port"]) == (user, address, port)


@pytest.mark.parametrize("text", ["", "root@", "bastion:", "bastion:ssh", "@bastion"])
def test_what_is_no_jump_host_is_not_read(text: str) -> None:
    assert HOP.fullmatch(text) is None


def test_the_package_loads_no_ssh_library() -> None:
    program = "import remedy.ssh, remedy.errors, sys; sys.exit('paramiko' in sys.modules or 'fabric' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
