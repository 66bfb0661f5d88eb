"""What topics see of a host from the controller, while the probe runs on the host."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from remedy.inventory import Host
from remedy.topic import Topic


@contextmanager
def seen_from_outside(topics: Sequence[Topic[Any]], host: Host) -> Iterator[Callable[[], Mapping[str, Any]]]:
    """Let the topics that look from outside do so while the body runs; what is yielded waits for what they saw."""
    looks = {topic.name: topic.outside for topic in topics if topic.outside}
    if not looks:
        yield dict
        return
    with ThreadPoolExecutor(len(looks), "outside") as pool:
        seen = {name: pool.submit(look, host) for name, look in looks.items()}
        yield lambda: {name: future.result() for name, future in seen.items()}
