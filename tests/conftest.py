"""What all tests share."""

import os
from collections.abc import Generator

import pytest

from remedy.lab.harmless import forbid_setting_clocks


def pytest_configure() -> None:
    """No test may set this machine's clock, whatever goes wrong in it."""
    forbid_setting_clocks()


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
