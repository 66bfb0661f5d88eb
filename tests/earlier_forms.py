"""Histories as earlier versions of post-mainte made them."""

import sqlite3
from pathlib import Path

import pytest

from remedy.history import database
from remedy.history.database import MIGRATIONS, connect


def of_form(number: int, path: Path) -> sqlite3.Connection:
    """An empty one of that form."""
    with pytest.MonkeyPatch.context() as earlier:
        earlier.setattr(database, "MIGRATIONS", MIGRATIONS[:number])
        return connect(path)
