"""How often a host is asked for its clock, and what counts as an answer."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, count

import pytest

from remedy.clock import measure
from remedy.clock.measure import SECOND, Sample, take_samples
from remedy.errors import ProbeError
from remedy.ssh import Reply


@dataclass
class Link:
    """A host that answers from a list, over a link whose time only its round trips take."""

    answers: Iterator[str]
    round_trip: float
    now: float = 0.0
    sent: float = 0.0
    asked: deque[float] = field(default_factory=deque)
    heard: list[bytes] = field(default_factory=list)
    later: Iterator[float] = field(default_factory=lambda: iter(()))

    def ask(self, line: bytes) -> Reply:
        self.tell(line)
        return self.listen()

    def listen(self) -> Reply:
        self.now = max(self.now, (self.asked.popleft() if self.asked else self.now) + self.round_trip)
        self.round_trip = next(self.later, self.round_trip)
        return Reply(self.sent, self.now, next(self.answers))

    def tell(self, line: bytes) -> float:
        self.heard.append(line)
        self.asked.append(self.now)
        self.sent = self.now
        return self.now


def ticking(start: float, step: float, form: str = "{:.6f}") -> Iterator[str]:
    count = 0
    while True:
        yield form.format(start + count * step)
        count += 1


def test_a_host_that_answers_at_once_is_asked_four_times_and_told_the_end() -> None:
    link = Link(ticking(100.0, 0.0001), 0.0001)
    assert len(take_samples(link)) == 4
    assert link.heard == [b"?"] * 4 + [b"."]


def test_a_host_that_takes_its_time_to_answer_is_asked_a_dozen_times() -> None:
    assert len(take_samples(Link(ticking(100.0, 0.0025), 0.0025))) == 12


def test_a_far_host_is_asked_in_a_row_and_takes_two_round_trips() -> None:
    link = Link(ticking(100.0, 0.001), 0.05)
    samples = take_samples(link)
    assert len(samples) == 7
    assert link.now == pytest.approx(0.1)
    assert [(round(sample.sent, 3), round(sample.received, 3)) for sample in samples[1:]] == [(0.05, 0.1)] * 6


def test_a_busy_host_is_asked_until_its_shortest_answers_are_alike() -> None:
    times = [0.05, 0.011, 0.09, 0.04, 0.06, 0.03, 0.07, 0.08, 0.05, 0.09, 0.06, 0.07, 0.05, 0.0102, 0.04, 0.0101]
    link = Link(ticking(100.0, 0.03), times[0], later=iter(times[1:]))
    assert len(take_samples(link)) == len(times)


def test_a_host_that_never_answers_alike_is_asked_for_a_second_at_most() -> None:
    growing = (0.01 * 1.6**power for power in count())
    assert len(take_samples(Link(ticking(100.0, 0.03), 0.005, later=growing))) == 10


def test_a_host_with_whole_seconds_is_asked_until_they_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "EDGE_PAUSE", 0)
    samples = take_samples(Link(iter(["100"] * 30 + ["101"]), 0.01))
    assert len(samples) == 31
    assert samples[-1].resolution == SECOND


def test_a_host_whose_seconds_do_not_tick_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "EDGE_PAUSE", 0)
    assert len(take_samples(Link(iter(["100"] * 200), 0.01))) < 160


@pytest.mark.parametrize(
    ("line", "reading", "resolution"),
    [
        ("1795501319.123456", 1795501319_123456000, 1000),
        ("1795501319.000000001", 1795501319_000000001, 1),
        ("1795501319", 1795501319_000000000, SECOND),
        (" 1795501319.5\r", 1795501319_500000000, SECOND // 10),
    ],
)
def test_a_reading_is_kept_to_its_last_digit(line: str, reading: int, resolution: int) -> None:
    sample = take_samples(Link(iter([line] * 200), 0.4))[0]
    assert sample == Sample(0.0, 0.4, reading, resolution)


@pytest.mark.parametrize("line", ["", "1795501319.%N", "date: not found", "-5", "NaN", "1e9", "1795501319.1234567890"])
def test_anything_else_is_no_time(line: str) -> None:
    with pytest.raises(ProbeError, match="instead of a time"):
        take_samples(Link(iter([line] * 50), 0.001))


def test_what_a_login_shell_says_late_is_passed_over() -> None:
    sample = take_samples(Link(chain(["Welcome!", ""], ticking(100.0, 0.001)), 0.01))[0]
    assert (sample.sent, sample.reading) == (0.0, 100 * SECOND)
    assert sample.received == pytest.approx(0.03)
