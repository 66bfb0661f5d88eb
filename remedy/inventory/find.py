"""Where hosts.yaml is."""

import os
from collections.abc import Sequence
from pathlib import Path

from remedy.errors import UsageError
from remedy.inventory.fleet import Fleet

VARIABLE = "POST_MAINTE_INVENTORY"
MAKE_ONE = "write one; the shortest is hosts: {web1: 203.0.113.10}"


def load(path: Path) -> Fleet:
    """The fleet that the file `path` describes; InventoryError with all that is wrong with it, a line a problem."""
    from remedy.inventory.loading import read_fleet  # pydantic and yaml are loaded when a file is, not before

    return read_fleet(path)


def open_fleet(argument: str | None, folder: Path, names: Sequence[str] = ()) -> Fleet:
    """The fleet of `argument` (--inventory), or of $POST_MAINTE_INVENTORY, or of hosts.yaml in `folder`.

    UsageError if there is no such file. With `names` (-H) a hosts.yaml that nobody asked for may be missing: then they
    are addresses, and built-in defaults hold.
    """
    asked = argument or os.environ.get(VARIABLE)
    path = Path(asked) if asked else folder / "hosts.yaml"
    if _is_there(path):
        return load(path)
    if asked:
        source = "--inventory" if argument else f"${VARIABLE}"
        raise UsageError(f"there is no {path} ({source}); {MAKE_ONE}")
    if names:
        return Fleet.empty()
    raise UsageError(f"there is no {path}; name hosts with -H, or {MAKE_ONE}")


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # it can't be looked at: reading it says why
        return True
