"""Progress: lines for a file, a picture for a terminal that is left as it was, whatever ends the run."""

import io
import os
import pty
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

import pytest
from sample_runs import repaired, right, silent, wrong

from remedy.model import Step
from remedy.report.paper import Paper
from remedy.report.progress import WAITING, LiveProgress, PlainProgress, Progress, progress

SECONDS = 30.0  # that anything may take
SHOW_CURSOR = "\x1b[?25h"


@dataclass
class Screen:
    """The far side of a terminal: all that was written to it."""

    stream: io.TextIOWrapper
    master: int

    def read(self) -> str:
        self.stream.close()
        data = b""
        try:
            while chunk := os.read(self.master, 65536):
                data += chunk
        except OSError:  # how Linux says that the near side is closed
            pass
        return data.decode()


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    master, slave = pty.openpty()
    with closing(os.fdopen(slave, "w", encoding="utf-8")) as stream, _closed_at_end(master):
        yield Screen(stream, master)


@contextmanager
def _closed_at_end(descriptor: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(descriptor)


def test_a_file_gets_a_line_as_each_host_ends() -> None:
    stream = io.StringIO()
    with progress(3, stream) as listener:
        listener.host_started("web1")
        listener.host_started("db10")
        listener.host_step("web1", "probing")
        listener.host_finished(repaired("web1"))
        listener.host_finished(silent("db10"))
        listener.host_finished(wrong("old1"))
    assert stream.getvalue().splitlines() == [
        "web1  repaired        3.2 s  2 h 59 min 58 s behind → right within 1.4 ms",
        "db10  unreachable    10.0 s  203.0.113.12 port 22 did not answer within 10 s (connect deadline)",
        "old1  failing         1.1 s  2 h 59 min 58 s behind (and 2 more)",
    ]


def test_a_host_that_ends_after_the_run_is_over_writes_nothing() -> None:
    stream = io.StringIO()
    with progress(1, stream) as listener:
        listener.host_started("web1")
    listener.host_finished(right("web1"))
    assert stream.getvalue() == ""


def test_a_stream_that_is_closed_stops_no_repair() -> None:
    stream = io.StringIO()
    with progress(1, stream) as listener:
        stream.close()
        listener.host_finished(right("web1"))


class Paused(io.StringIO):
    """A stream whose reader has paused, as of `| less`: writing waits for `go_on`."""

    def __init__(self) -> None:
        super().__init__()
        self.is_full, self.go_on = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.is_full.set()
        self.go_on.wait(SECONDS)
        return super().write(text)


def test_a_reader_that_pauses_stops_no_repair() -> None:
    stream = Paused()
    with progress(2, stream) as listener, ThreadPoolExecutor(2) as pool:
        ended = pool.submit(listener.host_finished, right("web1"))
        try:
            assert stream.is_full.wait(SECONDS)
            going_on = [pool.submit(listener.host_started, "web2"), pool.submit(listener.host_step, "web2", "probing")]
            assert not wait(going_on, SECONDS).not_done
            assert not ended.done()
        finally:
            stream.go_on.set()


def test_lines_of_many_threads_don_t_mix() -> None:
    stream = io.StringIO()
    with progress(50, stream) as listener:
        threads = [threading.Thread(target=visit, args=(listener, f"web{i:02}")) for i in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(stream.getvalue().splitlines()) == [
        f"web{i:02}  ok              0.8 s  right within 1.5 ms" for i in range(50)
    ]


def visit(listener: Progress, name: str) -> None:
    listener.host_started(name)
    listener.host_step(name, "probing")
    listener.host_finished(right(name))


def test_a_terminal_gets_the_picture_and_a_terminal_without_colours_the_lines(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(progress(1, screen.stream), LiveProgress)
    monkeypatch.setenv("NO_COLOR", "1")
    assert isinstance(progress(1, screen.stream), PlainProgress)


def test_the_picture_names_who_is_busy_with_what_the_longest_first() -> None:
    now = [100.0]
    paper = Paper(io.StringIO(), 80)
    live = LiveProgress(paper, 300, clock=lambda: now[0])
    live.host_started("slow")
    live.host_step("slow", "connecting")
    now[0] = 107.0
    live.host_started("web1")
    live.host_step("web1", "probing")
    live.host_finished(silent("db1"))
    live.host_finished(right("db2"))
    now[0] = 108.5
    paper.console.print(live.picture())
    assert paper.stream.getvalue().splitlines() == [  # type: ignore[attr-defined]
        "2 of 300 done: 1 unreachable, 1 ok; 1 connecting, 1 probing, 296 to come",
        "8 s so far, about 22 min more",
        "slow  ...             8.5 s  connecting",
        "web1  ...             1.5 s  probing",
        "db1   unreachable    10.0 s  203.0.113.12 port 22 did not answer within 10 s (c…",
        "db2   ok              0.8 s  right within 1.5 ms",
    ]


def pictured(live: LiveProgress, paper: Paper) -> list[str]:
    paper.console.print(live.picture())
    lines: list[str] = paper.stream.getvalue().splitlines()  # type: ignore[attr-defined]
    return lines


def test_the_picture_tells_who_is_awaited_and_for_how_long_though_it_is_tried_over_and_over() -> None:
    now = [100.0]
    paper = Paper(io.StringIO(), 80)
    live = LiveProgress(paper, 12, clock=lambda: now[0])
    for number in range(1, 10):
        live.host_started(f"db{number}")
        live.host_step(f"db{number}", WAITING)
    live.host_started("web1")
    live.host_step("web1", "systemctl stop ntpd")
    now[0] = 823.0
    live.host_started("db1")
    live.host_step("db1", "connecting")
    live.host_step("db9", "probing")
    assert pictured(live, paper) == [
        "0 of 12 done; 1 probing, 1 repairing, 8 awaited, 2 to come",
        "12 min 3 s so far",
        "awaited for 12 min 3 s: db[1-8]",
        "web1  ...           723.0 s  systemctl stop ntpd",
        "db9   ...             0.0 s  probing",
    ]


@pytest.mark.parametrize(
    ("elapsed", "ended", "told"),
    [
        (3.4, 0, "3 s so far"),
        (3.4, 1, "3 s so far, about 20 s more"),
        (3.4, 3, "3 s so far, about 2 s more"),
        (400.0, 3, "6 min 40 s so far, about 3 min more"),
        (5.0, 4, "5 s so far"),
    ],
)
def test_the_picture_guesses_how_long_the_rest_takes_by_what_is_done(elapsed: float, ended: int, told: str) -> None:
    now = [100.0]
    paper = Paper(io.StringIO(), 80)
    live = LiveProgress(paper, 4, clock=lambda: now[0])
    now[0] += elapsed
    for number in range(ended):
        live.host_finished(right(f"web{number}"))
    assert pictured(live, paper)[1] == told


def test_nobody_guesses_when_a_host_that_is_awaited_will_be_back() -> None:
    now = [100.0]
    paper = Paper(io.StringIO(), 80)
    live = LiveProgress(paper, 2, clock=lambda: now[0])
    now[0] += 10.0
    live.host_finished(right("web1"))
    live.host_step("web2", WAITING)
    assert pictured(live, paper)[:2] == ["1 of 2 done: 1 ok; 1 awaited", "10 s so far"]


def test_who_wants_it_quiet_is_shown_nothing(screen: Screen) -> None:
    with progress(2, screen.stream, quiet=True) as listener:
        visit(listener, "web1")
        listener.host_finished(wrong("old1"))
    assert screen.read() == ""


def test_a_file_gets_one_line_for_a_host_that_is_awaited() -> None:
    stream = io.StringIO()
    with progress(1, stream) as listener:
        listener.host_started("web1")
        for step in ("connecting", WAITING, "connecting", WAITING):
            listener.host_step("web1", step)
        listener.host_finished(right("web1"))
    assert stream.getvalue().splitlines() == [
        "web1  ...          waiting for it to answer",
        "web1  ok              0.8 s  right within 1.5 ms",
    ]


def test_what_was_started_on_a_host_whose_clock_was_right_is_told() -> None:
    stream = io.StringIO()
    with progress(1, stream) as listener:
        listener.host_finished(replace(repaired("web1", 0.0002), steps=(Step("start nginx", "x", 0, 0.1),)))
    assert stream.getvalue().split("s  ")[1] == "right within 1.4 ms; start nginx\n"


def test_the_picture_never_outgrows_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINES", "12")
    monkeypatch.setenv("COLUMNS", "80")
    paper = Paper(io.StringIO(), 80)
    live = LiveProgress(paper, 300)
    for number in range(300):
        live.host_started(f"web{number}")
    paper.console.print(live.picture())
    assert len(paper.stream.getvalue().splitlines()) <= 12  # type: ignore[attr-defined]


def test_the_picture_is_gone_and_the_cursor_back_when_the_run_ends(screen: Screen) -> None:
    with progress(1, screen.stream) as listener:
        visit(listener, "web1")
    written = screen.read()
    assert "1 of 1 done" in written
    assert written.rindex(SHOW_CURSOR) > written.rindex("\x1b[?25l")
    assert written.endswith("\x1b[2K")


def test_the_cursor_is_back_after_ctrl_c(screen: Screen) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupt(progress(2, screen.stream))
    written = screen.read()
    assert written.rindex(SHOW_CURSOR) > written.rindex("\x1b[?25l")


def interrupt(listener: Progress) -> None:
    with listener:
        listener.host_started("web1")
        raise KeyboardInterrupt


def test_what_a_step_says_is_neither_markup_nor_control(screen: Screen) -> None:
    with progress(1, screen.stream) as listener:
        listener.host_started("[bold]web1")
        listener.host_step("[bold]web1", "[red]probing\x1b]0;title\x07")
    written = screen.read()
    assert "[bold]web1" in written
    assert "[red]probing]0;title" in written
    assert "\x1b]0;" not in written
