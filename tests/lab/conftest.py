"""Hosts whose stand-ins run under each sh."""

import shutil
from itertools import count
from pathlib import Path

import pytest
from shells import SHELLS

from remedy.lab.embedded import HostSpec, Init, Service
from remedy.lab.embedded.root import make_root

from .machine import Machine, MakeMachine


@pytest.fixture(params=SHELLS)
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> MakeMachine:
    """Makes hosts whose stand-ins run under one shell."""
    program, *arguments = SHELLS[request.param]
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed")
    names = map(str, count())

    def make(init: Init, *services: Service, **spec: object) -> Machine:
        host = HostSpec("h", init, services, **spec)  # type: ignore[arg-type]  # whatever a test says
        return Machine(make_root(tmp_path / next(names), host), [path, *arguments])

    return make
