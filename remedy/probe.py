"""The one probe of a host: a script that reads what all its topics need to know."""

from collections.abc import Sequence
from typing import Any

from remedy.inventory import Host
from remedy.shell.script import Script
from remedy.topic import Topic


def probe_script(topics: Sequence[Topic[Any]], host: Host) -> Script:
    """The script that runs the probes of these topics on the host, in their order; what several need is in it once."""
    sections = (section for topic in topics for section in (topic.probe, *topic.needs))
    return Script(
        sections=tuple(dict.fromkeys(sections)),
        entries=tuple(topic.entry for topic in topics),
        values={name: value for topic in topics for name, value in topic.values(host).items()},
    )
