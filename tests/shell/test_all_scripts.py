"""Every script of ours: clean for shellcheck, and readable by every shell."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from shells import SHELLS
from typed import PROJECT

from remedy.shell.script import Script

from .runner import run

SHELLCHECK = Path(sys.executable).with_name("shellcheck")
SCRIPTS = sorted(
    script for folder in ("remedy", "tests/shell") for script in (PROJECT / folder).rglob("*.sh") if script.is_file()
)


def test_there_are_scripts() -> None:
    assert {"frame.sh", "detach.sh", "probe.sh", "step.sh", "repair.sh"} <= {script.name for script in SCRIPTS}


def test_shellcheck_has_nothing_to_say() -> None:
    checked = subprocess.run([SHELLCHECK, *SCRIPTS], capture_output=True, text=True, check=False)
    assert checked.stdout == ""
    assert checked.returncode == 0


@pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: str(script.relative_to(PROJECT)))
def test_every_shell_can_read_it(script: Path, shell: tuple[str, ...]) -> None:
    read = subprocess.run([*shell, "-n", script], capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")


@pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)
@pytest.mark.parametrize("detached", [False, True])
def test_no_command_learns_our_mark_though_the_login_exports_its_name(
    shell: tuple[str, ...], detached: bool, tmp_path: Path
) -> None:
    section = tmp_path / "section.sh"
    section.write_text("look() {\n    answer seen sh -c 'echo \"$TOKEN\"'\n}\n")
    script = Script((section,), ("look",), detached=detached)
    answers = run([*shell, "-s"], script, {"PATH": os.environ["PATH"], "TOKEN": "theirs"})
    assert answers.text("seen") == ""
