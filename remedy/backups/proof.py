"""What evidence says of a backup, whatever kind of evidence it is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Proof:
    """What was found. Of these, the first that is given counts: `problem`, `is_there`, `flaw`, `stamp`.

    `problem`: why it can't be looked at. `is_there`: whether there is any backup. `flaw`: why it is none, though it is
    there. `stamp`: when it was made, by the host's clock; None where the evidence only says that it is good. `what`
    names it, on one line; `size` is in bytes, `usual` the median of those before it. `seen` tells it from a newer one
    (repair.sh). `next_run` is when its timer starts it, `room` how many bytes are free where it is.
    """

    problem: str = ""
    is_there: bool = True
    flaw: str = ""
    stamp: float | None = None
    is_running: bool = False
    what: str = ""
    size: int | None = None
    usual: float | None = None
    seen: str = ""
    next_run: float | None = None
    room: int | None = None
