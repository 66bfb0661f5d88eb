"""What a Dask worker does: it makes visits that come to it as data, by its own keys, known_hosts and configuration."""

import asyncio
import copyreg
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from fabric.config import Config

from remedy.crew import Made
from remedy.errors import PostMainteError
from remedy.inventory.fleet import ReferenceSource
from remedy.reference import Reference, TrueTime
from remedy.report.progress import Progress
from remedy.run import Means, Visit
from remedy.ssh.connection import Connector
from remedy.topic import Topic
from remedy.topics import topic

FORMAT = 1  # of what travels; another one on the other side is another version of post-mainte


# What is data, but for pickle: a topic travels by its name.
copyreg.pickle(Topic, lambda travelling: (topic, (travelling.name,)))
copyreg.pickle(MappingProxyType, lambda mapping: (MappingProxyType, (dict(mapping),)))


@dataclass(frozen=True)
class Order:
    """What all visits of a run need to know, as data: the run's id, whom to ask for the time, --accept-new.

    The true time itself does not travel: it is tied to the clock of the machine that asked for it.
    """

    run: str
    source: ReferenceSource
    accept_new: bool
    format: int = FORMAT


@dataclass(frozen=True)
class Workshop:
    """What a worker has for the visits of one run."""

    connector: Connector
    reference: Callable[[], Reference]


_open: dict[str, Workshop] = {}
_over: set[str] = set()
_opening = threading.Lock()


async def prepare(order: Order) -> PostMainteError | None:
    """See whether visits could be made here: what is against it, or None."""
    try:
        if order.format != FORMAT:
            return PostMainteError("it has another version of post-mainte")
        await asyncio.to_thread(_workshop(order).reference)
    except PostMainteError as error:
        return error
    return None


def make(order: Order, visit: Visit) -> Made:
    """Make the visit."""
    workshop = _workshop(order)
    return Made(visit, visit.make(Means(workshop.connector, workshop.reference, Progress())))


def finish(run: str) -> None:
    """The run is over, or was interrupted: end its connections, and begin no visit of it any more."""
    with _opening:
        _over.add(run)
        workshop = _open.pop(run, None)
    if workshop:
        workshop.connector.close()


def _workshop(order: Order) -> Workshop:
    with _opening:
        if order.run in _over:
            raise PostMainteError("interrupted before it was connected to")
        if order.run not in _open:
            _open[order.run] = Workshop(Connector(_configuration(), order.accept_new), TrueTime(order.source))
        return _open[order.run]


def _configuration() -> Config:
    """Fabric's configuration as `fab` reads it in the folder in which the worker was started."""
    config = Config(project_location=str(Path.cwd()))
    config.load_project()
    config.load_shell_env()
    return config
