"""`fab watch` on the stage: what it says and mails is shown as it comes."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Self

from remedy.lab.demo.stage import FAB, PATIENCE, ROOT, Stage, StoryError
from remedy.lab.mailserver import Arrived, MailServer

SECONDS = 60.0  # that anything may take
POLL = 0.05


class Monitor:
    """`fab watch` of these servers, within the `with`."""

    def __init__(self, stage: Stage, mail_server: MailServer, names: Sequence[str]) -> None:
        self._stage, self._mail_server = stage, mail_server
        self._arguments = ["watch", "-H", ",".join(names)]
        self._said: list[str] = []
        self._shown: list[Arrived] = []
        self._listener = threading.Thread(target=self._listen, name="listener", daemon=True)

    def __enter__(self) -> Self:
        self._stage.show_command(self._arguments)
        pipe, environment = subprocess.PIPE, self._stage.lab.environment()
        line = [str(FAB), *self._arguments]
        self._process = subprocess.Popen(
            line, env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=pipe, stderr=subprocess.STDOUT, text=True
        )
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._listener.join()

    def wait_for(self, beginning: str) -> None:
        """Until it says a line that begins so. Raises StoryError if none comes."""
        self._wait(lambda: _has_one(self._said, beginning), beginning)

    def wait_for_mail(self, beginning: str) -> None:
        """Show its mails as they come, until one has a line that begins so. Raises StoryError if none comes."""
        self._wait(lambda: _has_one((line for mail in self._shown for line in mail.lines), beginning), beginning)

    def _wait(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + SECONDS
        while not is_so():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise StoryError(f"`fab watch` does not tell: {what}")
            time.sleep(POLL)
            self._show_mails()

    def _show_mails(self) -> None:
        for mail in self._mail_server.mails[len(self._shown) :]:
            head = [f"{name}: {mail.message[name]}" for name in ("From", "To", "Subject")]
            self._stage.say("This mail has arrived:")
            self._stage.show("\n".join((*head, "", *mail.lines)), "cyan")
            self._shown.append(mail)

    def _listen(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  # it is a pipe
        for line in self._process.stdout:
            self._stage.console.print(line.rstrip(), markup=False, highlight=False, soft_wrap=True)
            self._said.append(line)


def _has_one(lines: Iterable[str], beginning: str) -> bool:
    return any(line.startswith(beginning) for line in lines)
