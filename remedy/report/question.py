"""A question to whoever runs a command."""

import sys
from collections.abc import Mapping, Sequence

from rich.text import Text

from remedy.inventory import Host
from remedy.model import Repair
from remedy.report.paper import Paper


def agreed(offers: Mapping[Host, Sequence[Repair]]) -> bool:
    """Whether the repairs are to be carried out, asked on standard error; no, where nobody can answer."""
    if not can_answer():
        return False
    paper = Paper(sys.stderr)
    for host, repairs in offers.items():
        for repair in repairs:
            paper.prose(Text.assemble(paper.text(host.name, "bold"), "  ", paper.text(repair.summary)))
            for command in repair.commands:
                paper.literal(command, "    ")
    return confirmed("Run them now?")


def can_answer() -> bool:
    """Whether somebody is there who reads questions and can answer them."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirmed(question: str) -> bool:
    """Whether the answer to a question is yes."""
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    try:
        return sys.stdin.readline().strip().lower() in ("y", "yes")
    except KeyboardInterrupt:  # what was done until now is to be told all the same
        print(file=sys.stderr)
        return False
