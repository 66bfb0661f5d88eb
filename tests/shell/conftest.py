"""The hosts of the tests: every one of them under dash, bash and busybox sh."""

from pathlib import Path

import pytest
from shells import SHELLS

from .fake_host import FakeHost, make_host


@pytest.fixture(params=SHELLS)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> FakeHost:
    """A host with that shell: SysV init, a running ntp service, GNU date, a clock that is right."""
    return make_host(tmp_path, request.param)
