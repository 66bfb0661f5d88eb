"""pyinfra: one shell operation."""

import os
from pathlib import Path

from pyinfra.operations import server

server.shell(name="probe", commands=[Path(os.environ["SCRIPT"]).read_text()])
