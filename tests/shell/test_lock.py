"""The one lock of a host, under every shell: who comes second waits, and does nothing by what it knew before."""

from pathlib import Path

import pytest

from remedy.shell.answers import Answer, Answers
from remedy.shell.script import Script

from .fake_host import FakeHost
from .runner import RunningScript, begin, run

SECTION = """
change() {
    echo change >>"$STATE/log"
    value changes now
    while [ -e "$STATE/held" ]; do /bin/sleep 0.05; done
}
"""


@pytest.fixture(params=["with flock", "without flock"])
def locking(request: pytest.FixtureRequest, host: FakeHost) -> FakeHost:
    """A host of that kind, which lets what changes it go on and on."""
    if request.param == "without flock":
        host.remove("flock")
    host.set_mark("held")
    return host


@pytest.fixture
def change(tmp_path: Path) -> Script:
    section = tmp_path / "change.sh"
    section.write_text(SECTION)
    return Script((section,), ("change",), detached=True)


def begun(host: FakeHost, change: Script) -> RunningScript:
    running = begin(host.argv, change, host.env)
    assert running.read(until="changes").get("changes")
    return running


def let_go(host: FakeHost) -> None:
    (host.root / "state/held").unlink()


def lock(answers: Answers) -> Answer:
    (answer,) = answers
    assert (answer.name, answer.words) == ("lock", "wait for another run that is at work on this host")
    return answer


def test_who_comes_second_waits_and_then_does_nothing(locking: FakeHost, change: Script) -> None:
    first = begun(locking, change)
    second = begin(locking.argv, change, locking.env)
    second.read(until="lock")
    let_go(locking)
    waited = lock(second.read())
    assert (waited.status, waited.output.strip()) == (0, "it has ended: the host is looked at again")
    first.read()
    assert locking.log == ["change"]
    run(locking.argv, change, locking.env)
    assert locking.log == ["change", "change"]
    assert list((locking.root / "run").iterdir()) == []


def test_who_waits_too_long_says_so(locking: FakeHost, change: Script) -> None:
    locking.put("usr/bin/sleep", "#!/bin/sh\n")
    first = begun(locking, change)
    waited = lock(run(locking.argv, change, locking.env))
    assert (waited.status, waited.output.strip()) == (75, "it is at work still: nothing was done")
    let_go(locking)
    first.read()
    assert locking.log == ["change"]


@pytest.mark.parametrize("left", ["999999999\n", ""])
def test_what_a_run_that_was_killed_has_left_is_no_lock(host: FakeHost, change: Script, left: str) -> None:
    host.remove("flock")
    host.put("run/post-mainte.lock/pid", left)
    assert run(host.argv, change, host.env).get("changes")


def test_a_host_without_a_place_for_the_lock_is_changed_all_the_same(host: FakeHost, change: Script) -> None:
    host.remove("flock")
    for folder in ("run", "tmp", "dev"):
        (host.root / folder).rmdir()
    assert run(host.argv, change, host.env).get("changes")
