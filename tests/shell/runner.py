"""Runs a script's text in any shell that reads it from its standard input, as a session over SSH does."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from remedy.errors import LinkLostError
from remedy.shell.answers import Answer, Answers, FrameReader
from remedy.shell.script import Script, new_token
from remedy.ssh import Reply, Talk


@dataclass
class PipeConversation:
    """A conversation with a command of a script, over the pipes of a local process."""

    stdin: IO[bytes]
    stdout: IO[bytes]
    sent: float = 0.0

    def ask(self, line: bytes) -> Reply:
        self.tell(line)
        return self.listen()

    def listen(self) -> Reply:
        answer = self.stdout.readline()
        received = time.monotonic()
        if not answer:
            raise LinkLostError("the command ended")
        return Reply(self.sent, received, answer.decode().rstrip("\n"))

    def tell(self, line: bytes) -> float:
        self.sent = time.monotonic()
        self.stdin.write(line + b"\n")
        self.stdin.flush()
        return self.sent


@dataclass
class RunningScript:
    """A script that was sent to a shell and runs there; `answers` are those that came so far."""

    process: subprocess.Popen[bytes]
    reader: FrameReader
    talks: Mapping[str, Talk]
    heard: dict[str, object] = field(default_factory=dict)

    def read(self, until: str = "") -> Answers:
        """Read until an answer of that name begins or comes, or to the end."""
        assert self.process.stdout
        while line := self.process.stdout.readline():
            for event in self.reader.feed(line, time.monotonic()):
                if isinstance(event, Answer):
                    self._hear(event)
                    if until and event.name == until:
                        return self.answers
        self.reader.close()
        return self.answers

    @property
    def answers(self) -> Answers:
        return Answers(tuple(self.reader.answers), dict(self.heard))

    def _hear(self, event: Answer) -> None:
        if event.ended is None and event.name in self.talks:
            assert self.process.stdin
            assert self.process.stdout
            conversation = PipeConversation(self.process.stdin, self.process.stdout)
            self.heard[event.name] = self.talks[event.name](conversation)


def begin(
    argv: Sequence[str],
    script: Script,
    env: Mapping[str, str] | None = None,
    talks: Mapping[str, Talk] | None = None,
) -> RunningScript:
    """Send a script to a shell, in a session of its own."""
    token = new_token()
    process = subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=env,
        start_new_session=True,
    )
    assert process.stdin
    process.stdin.write(script.text(token).encode())
    process.stdin.flush()
    return RunningScript(process, FrameReader(token), talks or {})


def run(
    argv: Sequence[str],
    script: Script,
    env: Mapping[str, str] | None = None,
    talks: Mapping[str, Talk] | None = None,
) -> Answers:
    """Run a script to its end."""
    running = begin(argv, script, env, talks)
    answers = running.read()
    running.process.communicate(timeout=10)
    return answers
