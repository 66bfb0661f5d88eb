"""The monitor is well while its rounds go well, and in time by the intervals of its hosts."""

from dataclasses import replace

import pytest
from known_fleet import HOSTS

from remedy.watch.status.health import ailment
from remedy.watch.watched import Pulse

OFTEN, RARELY = replace(HOSTS["web1"], interval=60.0), replace(HOSTS["db1"], interval=3600.0)


@pytest.mark.parametrize(
    ("pulse", "said"),
    [
        (Pulse(1000.0), ""),
        (Pulse(760.0), ""),
        (Pulse(759.0), "the last round was over 4 min 1 s ago"),
        (Pulse(), "the first round is not over yet"),
        (Pulse(999.0, "disk full"), "the last round could not be made or kept: disk full"),
    ],
)
def test_it_says_why_it_is_not(pulse: Pulse, said: str) -> None:
    assert ailment(pulse, [RARELY, OFTEN], 1000.0) == said


def test_hosts_that_are_looked_at_rarely_have_rounds_rarely() -> None:
    assert ailment(Pulse(1000.0), [RARELY], 1000.0 + 3 * 3600) == ""
    assert ailment(Pulse(1000.0), [RARELY], 1000.0 + 4 * 3600) != ""
