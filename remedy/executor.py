"""Fabric's executor, taught that a command of ours takes all its hosts at once.

Fabric runs a task once a host, one after the other, and stops at the first that fails. A FleetTask is called once, with
what -H named; every other task keeps Fabric's behaviour.
"""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from fabric.executor import Executor
from fabric.tasks import Task
from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import Call


class FleetTask(Task):
    """A task that handles all its hosts in one fan-out; its context is a FleetContext."""


class FleetContext(Context):
    """What a FleetTask is called with: the configuration, the names of -H (none: all), and the fabfile's folder."""

    selection: tuple[str, ...]
    folder: Path


class FleetCall(Call):
    """One call of a FleetTask."""

    def __init__(self, *args: Any, selection: tuple[str, ...], folder: Path, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.selection, self.folder = selection, folder

    def make_context(self, config: Any) -> FleetContext:
        """The context for this call, as Fabric's ConnectionCall makes a Connection."""
        context = FleetContext(config=config)
        context._set(selection=self.selection, folder=self.folder)
        return context


class FleetExecutor(Executor):
    """Named by fabric.yaml's `tasks.executor_class`."""

    def expand_calls(self, calls: Iterable[Call | Task], apply_hosts: bool = True) -> list[Call]:
        """Turn what was typed into calls: one for a FleetTask, one a host for any other."""
        expanded: list[Call] = []
        for of_fleet, group in groupby(calls, key=_is_of_fleet):
            if not of_fleet:
                expanded += super().expand_calls(list(group), apply_hosts)
            elif self.core.remainder:
                raise Exit("a command after -- goes alone: run it in a fab of its own", code=2)
            else:
                expanded += [self._fleet_call(call) for call in group]
        return expanded or super().expand_calls([], apply_hosts)

    def _fleet_call(self, call: Call | Task) -> FleetCall:
        names = self.core[0].args.hosts.value
        selection = tuple(name.strip() for name in (names or "").split(",") if name.strip())
        if names is not None and not selection:  # an empty variable is not the whole fleet
            raise Exit(f"-H names no host: {names!r}; give names, groups or addresses separated by commas", code=2)
        original = call if isinstance(call, Call) else Call(call)
        folder = Path(self.collection.loaded_from)
        data = original.clone_data() | {"selection": selection, "folder": folder}
        return FleetCall(**data)


def _is_of_fleet(call: Call | Task) -> bool:
    return isinstance(call.task if isinstance(call, Call) else call, FleetTask)
