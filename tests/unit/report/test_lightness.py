"""The report costs nothing where nothing is reported."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["remedy.report", "remedy.words", "remedy.document"])
def test_neither_rich_nor_clustershell_is_loaded_before_something_is_shown(module: str) -> None:
    program = f"import {module}, sys; sys.exit(any(name in sys.modules for name in ('rich', 'ClusterShell')))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("module", ["remedy.command", "remedy.past", "remedy.report.console", "remedy.report.mail"])
def test_what_pages_are_made_with_is_not_loaded_before_one_is_made(module: str) -> None:
    program = f"import {module}, sys; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
