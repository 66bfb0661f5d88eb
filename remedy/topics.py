"""All topics, in the order in which they are judged and repaired."""

from typing import Any

from remedy import clock, timeservice
from remedy.topic import Topic

TIME_TOPICS: tuple[Topic[Any], ...] = (clock.TOPIC, timeservice.TOPIC)
