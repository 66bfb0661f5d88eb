"""What a script on a host printed, read back from the stream of bytes (the grammar stands in frame.sh)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

OUTPUT_LIMIT = 64 * 1024  # bytes kept of one answer; the rest is counted, not kept
TOTAL_LIMIT = 16 * 1024 * 1024  # characters of all answers of a script: none of ours asks for more
LEAST = 1024  # characters for which an answer counts at least: an empty one takes up room as well
LINE_LIMIT = 16 * 1024  # bytes read of one mark
NOISE_LIMIT = 2 * 1024  # bytes kept of what came before the frame, for an error message
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(data: bytes) -> str:
    """Text of a host that can do a terminal no harm: what is not UTF-8 escaped, control characters dropped."""
    return CONTROL.sub("", data.decode("utf-8", "backslashreplace"))


@dataclass(frozen=True)
class Answer:
    """One fact as a host told it.

    `status` is the command's exit status; None for a plain value, and for a command whose end was never told.
    `words` is what stood behind the name, `began` and `ended` are moments of time.monotonic() at the controller.
    """

    name: str
    output: str
    status: int | None = None
    words: str = ""
    truncated: bool = False
    began: float = 0.0
    ended: float | None = None

    @property
    def lines(self) -> list[str]:
        """The output's lines."""
        return self.output.splitlines()


@dataclass(frozen=True)
class Answers:
    """All answers of one script, in their order. `talks` holds what each conversation by ping-pong brought."""

    all: tuple[Answer, ...] = ()
    talks: Mapping[str, object] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Answer]:
        return iter(self.all)

    def get(self, name: str) -> Answer | None:
        """The first answer of that name, if there is one."""
        return next((answer for answer in self.all if answer.name == name), None)

    def text(self, name: str, default: str = "") -> str:
        """The output of the first answer of that name, without white space at its ends."""
        answer = self.get(name)
        return answer.output.strip() if answer else default


class State(Enum):
    """How far into the frame the stream is."""

    NOISE = "before the frame"
    OPEN = "within the frame"
    ENDED = "after the frame"


class FrameReader:
    """Turns a script's output into answers while it comes in; holds a bounded amount of each, however much comes.

    What it makes of a stream does not depend on the pieces in which the stream arrives. How many answers come is not
    bounded here: who feeds it stops at `told_too_much`.
    """

    def __init__(self, token: str) -> None:
        self.state = State.NOISE
        self.noise = b""
        self.answers: list[Answer] = []
        self._mark = token.encode() + b" "
        self._buffer = b""
        self._at_line_start = True  # whether the buffer begins where a line does
        self._in_long_mark = False  # whether it begins in the rest of a mark that was too long, and is read already
        self._open: _Open | None = None
        self._total = 0  # characters of the answers

    def feed(self, data: bytes, now: float) -> Iterator[Answer | bytes]:
        """Take bytes that arrived at `now` (monotonic); yield what they complete.

        An Answer with `ended` None and no status means that a command's output begins; the same name comes again when
        it is complete. Bytes are a piece of the output of the command that is open.
        """
        self._buffer += data
        while (mark := self._next_mark()) is not None:
            yield from self._take_text(mark)
            line = self._take_mark()
            if line is None:
                return
            yield from self._read_mark(line, now)
        yield from self._take_text(len(self._buffer) - self._held_back())

    @property
    def running(self) -> str:
        """The command whose output is coming in, as its mark names it; "" between commands."""
        return (self._open.words or self._open.name) if self._open else ""

    @property
    def told_too_much(self) -> bool:
        """Whether the answers are more than any script of ours asks for, in number or in size."""
        return self._total > TOTAL_LIMIT

    def close(self) -> None:
        """Keep what is open as an answer without an end: the stream is over."""
        if self._open:
            self._keep(self._open.answer(None, None))
            self._open = None

    def _keep(self, answer: Answer) -> Answer:
        self.answers.append(answer)
        self._total += max(LEAST, len(answer.name) + len(answer.words) + len(answer.output))
        return answer

    def _next_mark(self) -> int | None:
        """Where the next mark begins in the buffer."""
        if self._in_long_mark:
            _, newline, self._buffer = self._buffer.partition(b"\n")
            self._in_long_mark = not newline
        if self._at_line_start and self._buffer.startswith(self._mark):
            return 0
        found = self._buffer.find(b"\n" + self._mark)
        return found + 1 if found >= 0 else None

    def _take_mark(self) -> bytes | None:
        """The mark that the buffer begins with; None while its end has not come."""
        line, newline, rest = self._buffer.partition(b"\n")
        if not newline and len(line) <= LINE_LIMIT:
            return None
        self._buffer, self._at_line_start, self._in_long_mark = rest, True, not newline
        return line[:LINE_LIMIT]

    def _held_back(self) -> int:
        """How many bytes at the buffer's end may turn out to begin a mark."""
        line_start = self._buffer.rfind(b"\n") + 1
        begins_line = line_start > 0 or self._at_line_start
        rest = self._buffer[line_start:]
        return len(rest) if begins_line and self._mark.startswith(rest) else 0

    def _take_text(self, size: int) -> Iterator[bytes]:
        """Take what is no mark from the buffer's beginning."""
        if size == 0:
            return
        text, self._buffer = self._buffer[:size], self._buffer[size:]
        self._at_line_start = text.endswith(b"\n")
        if self.state is State.NOISE:
            self.noise = (self.noise + text)[-NOISE_LIMIT:]
        elif self._open:
            self._open.keep(text)
            yield text

    def _read_mark(self, line: bytes, now: float) -> Iterator[Answer]:
        verb, _, rest = printable(line[len(self._mark) :]).strip().partition(" ")
        name, _, words = rest.partition(" ")
        if self._open:
            self._open.end_line()
        if verb == "begin":
            self.state = State.OPEN
        elif verb == "end":
            self.close()
            self.state = State.ENDED
        elif verb == "value":
            yield self._keep(Answer(name, words, began=now, ended=now))
        elif verb == "run":
            self.close()
            self._open = _Open(name, words, now)
            yield self._open.answer(None, None)
        elif verb == "exit" and self._open and rest.isdigit():
            answer = self._keep(self._open.answer(int(rest), now))
            self._open = None
            yield answer


class _Open:
    """A command whose output is coming in."""

    def __init__(self, name: str, words: str, began: float) -> None:
        self.name, self.words, self.began = name, words, began
        self.kept = bytearray()
        self.truncated = False

    def keep(self, piece: bytes) -> None:
        room = OUTPUT_LIMIT - len(self.kept)
        self.kept += piece[:room]
        self.truncated = self.truncated or len(piece) > room

    def end_line(self) -> None:
        """Take off the newline that every mark puts before itself."""
        if not self.truncated and self.kept.endswith(b"\n"):
            del self.kept[-1]

    def answer(self, status: int | None, ended: float | None) -> Answer:
        text = printable(bytes(self.kept))
        return Answer(self.name, text, status, self.words, self.truncated, self.began, ended)
