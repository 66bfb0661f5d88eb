"""What a person asks for, as a command of ours gets it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remedy.fanout.rolling import AT_ONCE, Rolling
from remedy.gap import Gap

HOST_SECONDS = 300.0  # that a host may take, unless --timeout says otherwise


@dataclass(frozen=True)
class Request:
    """What was asked for. `selection` names hosts, groups and addresses; none is the whole fleet.

    `parallel` is how many hosts at once, None: as many as are of use. `options` are the words to type again by
    whoever goes on with the run.
    """

    command: str
    config: Any  # a fabric.Config
    folder: Path
    selection: tuple[str, ...]
    inventory: str
    parallel: int | None
    host_seconds: float
    as_json: bool
    accept_new: bool
    quiet: bool = False
    executor: str = ""
    options: tuple[str, ...] = ()
    rolling: Rolling = AT_ONCE


@dataclass(frozen=True)
class Morning:
    """How `fab post-mainte` is to go about it.

    `skip` and `only` are names of topics; `gap` is what the user says that clocks leapt over; `wait` is how many
    seconds a host that does not answer is waited for; `resume` names an earlier run, whose hosts that did not end right
    are the ones to handle; `html` and `junit` are files for the run; `mail` has it mailed.
    """

    dry_run: bool = False
    yes: bool = False
    allow_backward: bool = False
    skip: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    gap: Gap | None = None
    wait: float = 0.0
    resume: str = ""
    html: str = ""
    junit: str = ""
    mail: bool = False


NO_MORNING = Morning()
