"""Plain Fabric, as its documentation has it."""

import os
import shlex
from pathlib import Path

from fabric import Connection, ThreadingGroup, task

COMMAND = f"sh -c {shlex.quote(Path(os.environ['SCRIPT']).read_text())}"


@task
def serial(c: Connection) -> None:
    c.run(COMMAND, hide=True)


@task
def group(c: Connection, names: str) -> None:
    ThreadingGroup(*names.split(","), config=c.config).run(COMMAND, hide=True)
