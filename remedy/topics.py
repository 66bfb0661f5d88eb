"""All topics, in the order in which they are judged and repaired."""

from collections.abc import Collection
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from remedy.errors import UsageError
from remedy.topic import Topic

PACKAGES = {  # by the topics' names; a package is loaded when its topic is looked at, for that takes its time
    "clock": "remedy.clock",
    "timeservice": "remedy.timeservice",
    "services": "remedy.services",
    "sites": "remedy.sites",
    "jobs": "remedy.jobs",
    "backups": "remedy.backups",
    "checks": "remedy.custom",
}
TIME = ("clock", "timeservice")  # what one repair puts right
CLOCK = ("clock",)  # everything else is judged against what it is off by
GROUNDS = {"backups": "jobs"}  # what else a topic is judged by: jobs tell which backups cron runs by itself


def topic(name: str) -> Topic[Any]:
    """The topic of that name."""
    found: Topic[Any] = import_module(PACKAGES[name]).TOPIC
    return found


def chosen(only: Collection[str] = (), skip: Collection[str] = ()) -> tuple[str, ...]:
    """The names of the topics to put right: all, or `only` these, and none of `skip`. Raises UsageError."""
    for name in (*only, *skip):
        if name not in PACKAGES:
            near = get_close_matches(name, PACKAGES, 1)
            meant = f"{near[0]} is meant?" if near else f"there are {', '.join(PACKAGES)}"
            raise UsageError(f"no topic {name!r}; {meant}")
    return tuple(name for name in PACKAGES if name in (only or PACKAGES) and name not in skip)


def looked_at(names: Collection[str]) -> tuple[Topic[Any], ...]:
    """The topics of these names, and those that they are judged against."""
    first = TIME if set(TIME) & set(names) else CLOCK
    return tuple(topic(name) for name in PACKAGES if name in names or name in first)


def grounds(names: Collection[str]) -> tuple[Topic[Any], ...]:
    """The topics that are read besides these: these are judged by them, and nothing is told of them."""
    return tuple(topic(ground) for name, ground in GROUNDS.items() if name in names and ground not in names)
