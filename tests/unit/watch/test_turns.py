"""As many looks are made at once as open files suffice for."""

import pytest

from remedy.watch.turns import MOST, at_once


@pytest.mark.parametrize(("files", "looks"), [(3, 1), (64, 16), (1024, 256), (1 << 20, MOST), (-1, MOST)])
def test_so_many_open_files_suffice_for_so_many_looks(files: int, looks: int) -> None:
    assert at_once(files) == looks
