"""What a command says that is talked to, whether it was asked or not."""

import tracemalloc

import pytest

from remedy.ssh.deadline import Deadline
from remedy.ssh.session import _Exchange

PIECE = b"nobody asked for this\n" * 3000


class Flood:
    """A stream on which so many pieces have arrived."""

    arrived = 1.0

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces

    @property
    def ready(self) -> bool:
        return self.pieces > 0

    def read(self) -> bytes:
        self.pieces -= 1
        return bytes(bytearray(PIECE))


def test_what_was_said_unasked_is_forgotten_while_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = _Exchange("token", "probe", Deadline(10, "step"))
    flood = Flood(500)
    monkeypatch.setattr(exchange, "_stream", flood, raising=False)  # it is there once the script has begun
    list(exchange._reader.feed(b"\ntoken begin\n\ntoken run ticks\n", 1.0))
    tracemalloc.start()
    exchange._forget_what_was_said()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert flood.pieces == 0
    assert peak < 2_000_000
