"""Scripts on a host, over one connection."""

from collections import deque
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from types import MappingProxyType, TracebackType
from typing import Self

from paramiko import Channel, SSHException

from remedy.errors import DeadlineError, HostError, LinkLostError, ProbeError, UnreachableError
from remedy.shell.answers import Answer, Answers, FrameReader, State, printable
from remedy.shell.script import Script, new_token
from remedy.ssh.deadline import WATCHDOG, Deadline, sooner
from remedy.ssh.hop import Hop
from remedy.ssh.stream import Stream
from remedy.ssh.sudo import become_root
from remedy.ssh.talk import Reply, Talk

LINE_LIMIT = 4096  # bytes of one reply in a talk
NOISE_LIMIT = 400  # bytes of what a host said in place of our script, in an error
OnClose = Callable[[Hop], None]
NO_TALKS: Mapping[str, Talk] = MappingProxyType({})


class Session:
    """An open connection to a host; `deadline` is the host's. One thread at a time runs scripts on it."""

    def __init__(self, hop: Hop, channel: Channel, deadline: Deadline, by_sudo: bool, on_close: OnClose) -> None:
        self._hop, self._deadline, self._by_sudo, self._on_close = hop, deadline, by_sudo, on_close
        self._channels = [channel]  # opened already, for the first script

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(
        self,
        script: Script,
        *,
        step: str,
        seconds: float,
        talks: Mapping[str, Talk] = NO_TALKS,
        on_answer: Callable[[Answer], None] | None = None,
    ) -> Answers:
        """Run a script by the host's sh, as root where the host says sudo, and give its answers.

        `step` names it in errors, `seconds` is its step deadline. A command of the script whose name is in `talks` is
        talked to. `on_answer` is told when a command begins (`ended` None) and each answer as it is complete.

        Raises DeadlineError, LinkLostError, ProbeError or UnreachableError; their `answers` are those until then.
        """
        exchange = _Exchange(new_token(), step, sooner(Deadline(seconds, "step"), self._deadline))
        try:
            with WATCHDOG.watch(exchange.deadline, self._hop.cut), closing(self._stream(exchange)) as stream:
                exchange.follow(stream, script, talks, on_answer or _ignore)
        except HostError as error:
            error.answers = exchange.answers
            raise
        return exchange.answers

    def close(self) -> None:
        """Close the connection."""
        self._hop.close()
        self._on_close(self._hop)

    def _stream(self, exchange: "_Exchange") -> Stream:
        """A shell that reads a script."""
        if not self._hop.is_connected:
            raise LinkLostError(f"the connection was lost before the {exchange.step}")
        self._hop.deadline = exchange.deadline
        stream = Stream(self._channels.pop() if self._channels else self._hop.open_channel(), exchange.deadline)
        try:
            if self._by_sudo:
                become_root(stream, self._hop.config.sudo.password)
            else:
                stream.start("sh -s")
        except (SSHException, OSError, EOFError, UnreachableError) as error:
            stream.close()
            raise exchange.not_begun(stream, error) from error
        return stream


class _Exchange:
    """One script sent and its answers received; the Conversation with its commands, too."""

    def __init__(self, token: str, step: str, deadline: Deadline) -> None:
        self.step, self.deadline = step, deadline
        self._token = token
        self._reader = FrameReader(token)
        self._brought: dict[str, object] = {}
        self._items: deque[Answer | bytes] = deque()
        self._heard = b""  # what a command said in a talk, and nobody took yet
        self._stream: Stream

    @property
    def answers(self) -> Answers:
        """What was told until now."""
        self._reader.close()
        return Answers(tuple(self._reader.answers), self._brought)

    def follow(
        self, stream: Stream, script: Script, talks: Mapping[str, Talk], on_answer: Callable[[Answer], None]
    ) -> None:
        """Send the script, and take what it says until its end; raise HostError where that does not come."""
        self._stream = stream
        self._send(script.text(self._token).encode())
        while (item := self._next()) is not None:
            if isinstance(item, Answer):
                on_answer(item)
                if item.ended is None and item.name in talks:
                    self._talk(item.name, talks[item.name])
        if self._reader.state is not State.ENDED:
            raise self._cut_short()

    def ask(self, line: bytes) -> Reply:
        """Send the line and wait for the next one of the command, as Conversation has it."""
        self._forget_what_was_said()
        self._send(line + b"\n")
        return self.listen()

    def listen(self) -> Reply:
        """One line more of the command."""
        text = self._line()
        return Reply(self._stream.sent, self._stream.arrived, printable(text))

    def tell(self, line: bytes) -> float:
        """Send the line."""
        self._send(line + b"\n")
        return self._stream.sent

    def not_begun(self, stream: Stream, error: Exception) -> HostError:
        """The error for a shell that did not come."""
        if self.deadline.passed:
            return DeadlineError(self.deadline.says(f"no shell for the {self.step}"))
        if stream.lost:
            return LinkLostError(f"the connection was lost before the {self.step}")
        return error if isinstance(error, HostError) else ProbeError(f"the host runs no command for us: {error}")

    def _talk(self, name: str, talk: Talk) -> None:
        """Let the talk go on; where its command ends too early, it has brought nothing."""
        with suppress(_SilenceError):
            self._brought[name] = talk(self)

    def _send(self, data: bytes) -> None:
        """Send what can be sent: where the other end is closed, what it said until then tells why."""
        with suppress(OSError, EOFError, SSHException):
            self._stream.send(data)

    def _next(self) -> Answer | bytes | None:
        """The next thing that the script says; None at its end, or at that of the stream."""
        while not self._items:
            if self._reader.state is State.ENDED or not self._take():
                return None
        return self._items.popleft()

    def _take(self) -> bool:
        """Take what has arrived, waiting for it; False where the stream is over."""
        data = self._stream.read()
        self._items.extend(self._reader.feed(data, self._stream.arrived))
        if self._reader.told_too_much:
            raise ProbeError(f"the host says too much in the {self.step}: the rest was not read")
        return bool(data)

    def _forget_what_was_said(self) -> None:
        """Pass over what the command said unasked: it is no reply."""
        self._heard = b""
        while True:
            while self._items and isinstance(self._items[0], bytes):
                self._items.popleft()
            if self._items or not self._stream.ready:
                return
            self._take()

    def _line(self) -> bytes:
        """The next line of the command that is talked to. An empty one is no reply: every mark begins with it."""
        while b"\n" not in self._heard.lstrip(b"\n"):
            item = self._next()
            if item is None:
                raise self._cut_short()
            if isinstance(item, Answer):
                self._items.appendleft(item)
                raise _SilenceError
            self._heard = (self._heard + item)[-LINE_LIMIT:]
        line, _, self._heard = self._heard.lstrip(b"\n").partition(b"\n")
        return line

    def _cut_short(self) -> HostError:
        """The error for a stream that is over before the script's end."""
        at = f" at {self._reader.running}" if self._reader.running else ""
        if self.deadline.passed:
            return DeadlineError(self.deadline.says(f"the {self.step} did not end{at}"))
        if self._stream.lost:
            return LinkLostError(f"the connection was lost in the {self.step}{at}: how it ended is unknown")
        status = self._stream.exit_status
        with_status = "" if status is None else f" (exit status {status})"
        if self._reader.state is State.NOISE:
            said = " ".join(printable(self._reader.noise[-NOISE_LIMIT:]).split()) or "nothing"
            return ProbeError(f"the host did not run our script{with_status}; it said: {said}")
        return LinkLostError(f"the shell ended in the {self.step}{at}{with_status}: how that ended is unknown")


class _SilenceError(ProbeError):
    """The command that is talked to has ended."""


def _ignore(_answer: Answer) -> None:
    """What is told to nobody."""
