"""What all tests share."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterator

import pytest
from hypothesis import settings

from remedy.lab.harmless import forbid_setting_clocks


def pytest_configure(config: pytest.Config) -> None:
    """No test may set this machine's clock, whatever goes wrong in it, nor write into the history of who runs it."""
    forbid_setting_clocks()
    state = os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="post-mainte-state-")
    config.add_cleanup(lambda: shutil.rmtree(state, ignore_errors=True))
    settings.register_profile("busy", deadline=None)  # an example may take tenths of a second where guests boot
    settings.load_profile("busy")


@pytest.fixture
def in_zone() -> Iterator[Callable[[str], None]]:
    """Lets this process live in a time zone until the test is over."""
    with pytest.MonkeyPatch.context() as patch:

        def live(name: str) -> None:
            patch.setenv("TZ", name)
            time.tzset()

        yield live
    time.tzset()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true nothing may be skipped: there a skip is a failure that says what was missing."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {why}"
    return report
