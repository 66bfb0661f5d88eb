"""What all connections of a run share: configuration and ssh_config, parsed once; host keys; login keys; jump hosts."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from fabric.config import Config
from invoke.config import copy_dict
from paramiko import SSHConfig

from remedy.ssh.include import blocks
from remedy.ssh.jump import Jumps
from remedy.ssh.login import Keyring, Login
from remedy.ssh.trust import Trust

WILDCARDS = re.compile(r"[*?!\[]")


class Shared:
    """Made once a run from Fabric's configuration (a fabric.Config), which it leaves as it is."""

    def __init__(self, config: Any, accept_new: bool) -> None:
        self.trust = Trust(accept_new)
        self.keyring = Keyring()
        self.jumps = Jumps()
        self._rules = _Rules(blocks(config))
        self._merged = copy_dict(config)
        authentication = self._merged["authentication"]
        if authentication["strategy_class"] is None:
            authentication["strategy_class"] = partial(Login, keyring=self.keyring)

    def config(self, address: str, wins: Mapping[str, Any]) -> Config:
        """A configuration for one connection alone: Fabric writes into it. `wins` over ssh_config, as ssh -o does.

        Config.clone() would parse all files again, and merge them.
        """
        ssh_config: Any = SSHConfig()
        ssh_config._config = [{"host": ["*"], "config": dict(wins)}, *self._rules.of(address)]
        return Config(defaults=self._merged, ssh_config=ssh_config, lazy=True)


class _Rules:
    """The blocks of ssh_config, found by name: Paramiko's lookup takes 20 microseconds for each that doesn't match."""

    def __init__(self, blocks: tuple[dict[str, Any], ...]) -> None:
        self.blocks = blocks
        renames = any("canonicalizehostname" in block["config"] for block in blocks)
        self._always = [renames or "matches" in block or _has_pattern(block["host"]) for block in blocks]

    def of(self, address: str) -> list[dict[str, Any]]:
        """The blocks that may match an address, in their order."""
        return [
            block for block, always in zip(self.blocks, self._always, strict=True) if always or address in block["host"]
        ]


def _has_pattern(names: list[str]) -> bool:
    return any(WILDCARDS.search(name) for name in names)
