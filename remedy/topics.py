"""All topics, in the order in which they are judged and repaired."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import Any

from remedy import backups, clock, custom, jobs, services, sites, timeservice
from remedy.errors import UsageError
from remedy.topic import Topic

TOPICS: tuple[Topic[Any], ...] = (
    clock.TOPIC,
    timeservice.TOPIC,
    services.TOPIC,
    sites.TOPIC,
    jobs.TOPIC,
    backups.TOPIC,
    custom.TOPIC,
)
NAMES = tuple(topic.name for topic in TOPICS)
TIME = ("clock", "timeservice")  # what one repair puts right
CLOCK = ("clock",)  # everything else is judged against what it is off by


def chosen(only: Collection[str] = (), skip: Collection[str] = ()) -> tuple[str, ...]:
    """The names of the topics to put right: all, or `only` these, and none of `skip`. Raises UsageError."""
    for name in (*only, *skip):
        if name not in NAMES:
            near = get_close_matches(name, NAMES, 1)
            meant = f"{near[0]} is meant?" if near else f"there are {', '.join(NAMES)}"
            raise UsageError(f"no topic {name!r}; {meant}")
    return tuple(name for name in NAMES if name in (only or NAMES) and name not in skip)


def looked_at(names: Collection[str]) -> tuple[Topic[Any], ...]:
    """The topics of these names, and those that they are judged against."""
    first = TIME if set(TIME) & set(names) else CLOCK
    return tuple(topic for topic in TOPICS if topic.name in names or topic.name in first)
