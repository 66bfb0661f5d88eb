"""Labs of real machines for these tests: built while the other tests run, and gone with the session.

The night under watch is played meanwhile, too: it has to last, and leaves the machine to the others.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from remedy.lab.guests.flavours import FLAVOURS
from remedy.lab.guests.images import Image, Images
from remedy.lab.guests.keeper import kept
from remedy.lab.guests.lab import Lab
from remedy.lab.guests.machines import MACHINES, SPARE
from remedy.lab.guests.needs import missing

from .host import Host, snapshot
from .watched import LONG, SHORT, Night, play

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "lab"
ORDER = {"test_the_lab": -1, "test_the_next_boot": 1}
SECONDS = 600  # that a test may take
LENGTH = LONG if os.environ.get("POST_MAINTE_WATCH") == "long" else SHORT
BUILT: pytest.StashKey[Future[dict[str, Image]]] = pytest.StashKey()
NIGHT: pytest.StashKey[Future[Night]] = pytest.StashKey()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests with guests come last, so that there is time to build them: the lab first, the next boot last."""
    items.sort(key=lambda item: (HERE in item.path.parents, ORDER.get(item.path.stem, 0)))
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(SECONDS))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start to build the images while other tests run, if any test here was chosen; then to play the night."""
    wanted = {item.path.stem for item in session.items if HERE in item.path.parents}
    if wanted and not session.config.option.collectonly and not missing():
        with_guests, over = ThreadPoolExecutor(1), Event()
        session.config.add_cleanup(over.set)
        session.config.stash[BUILT] = with_guests.submit(Images(CACHE).of, FLAVOURS.values())
        if "test_watch" in wanted:
            session.config.stash[NIGHT] = with_guests.submit(_play, over)
        with_guests.shutdown(wait=False)


def _play(over: Event) -> Night:
    lab = Lab(f"night{os.getpid()}", CACHE)
    with kept(lab.name):
        return play(lab, LENGTH, over)


@pytest.fixture(scope="session")
def lab(pytestconfig: pytest.Config) -> Iterator[Lab]:
    """The lab with all its machines, up, and the spare ones, off; it ends with the session, even if that is killed.

    It waits for the night to end: two labs at once are too much for two cores.
    """
    if reason := missing():
        pytest.skip(reason)
    pytestconfig.stash[BUILT].result()
    if NIGHT in pytestconfig.stash:
        wait([pytestconfig.stash[NIGHT]])
    lab = Lab(f"test{os.getpid()}", CACHE)
    with kept(lab.name):
        lab.up(off=list(SPARE))
        yield lab


@pytest.fixture(scope="session")
def night(pytestconfig: pytest.Config) -> Night:
    """A night under watch, played to its end in a lab of its own, in which no time leaps."""
    if reason := missing():
        pytest.skip(reason)
    return pytestconfig.stash[NIGHT].result()


@pytest.fixture(scope="session")
def fleet(lab: Lab) -> dict[str, Host]:
    """All guests that are on, by their names, as they are after a boot."""
    with ThreadPoolExecutor() as pool:
        snapshots = dict(zip(MACHINES, pool.map(partial(snapshot, lab), MACHINES), strict=True))
    return {name: Host(lab, name, snapshots[name]) for name in MACHINES}
