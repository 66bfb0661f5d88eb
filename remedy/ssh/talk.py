"""A conversation by ping-pong with a command of a script that waits for lines."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Reply:
    """What a host said to one line; `sent` and `received` (time.monotonic()) enclose the answer's moment."""

    sent: float
    received: float
    line: str


class Conversation(Protocol):
    """The two-way line to a command on a host; it is bounded by the step's deadline."""

    def ask(self, line: bytes) -> Reply:
        """Send the line and a newline; give the next line of the command's output as printable text, without its own.

        What the command said unasked before is passed over. Raises HostError where no line comes: the command ended,
        the deadline struck, or the link was lost.
        """

    def listen(self) -> Reply:
        """Give one line more of what the command says after the last line sent; raises as `ask` does."""

    def tell(self, line: bytes) -> float:
        """Send the line and a newline, and wait for no answer; give the moment (time.monotonic()) before it."""


Talk = Callable[[Conversation], object]
