"""What the commands of a host's own checks said."""

import math
from dataclasses import dataclass

from remedy.inventory.host import Check
from remedy.patterns import found
from remedy.shell.answers import Answer, Answers
from remedy.topic import Situation

OUT_OF_TIME = (124, 137, 143)  # the exit statuses of a command that timeout(1) ended


@dataclass(frozen=True)
class Checked:
    """A check, and how its command ended; `status` None: its end was not told. `seconds` as seen from here.

    `has_text` and `has_match` say whether the output holds what it should; `has_match` None: its regular expression
    takes too long to find out. `is_longer`: there was more output than was looked at.
    """

    check: Check
    status: int | None = None
    output: str = ""
    seconds: float = 0.0
    has_text: bool = True
    has_match: bool | None = True
    is_longer: bool = False

    @property
    def is_late(self) -> bool:
        """Whether it was ended when its time ran out."""
        return self.status in OUT_OF_TIME and self.seconds > 0.9 * self.check.timeout

    @property
    def is_judged(self) -> bool:
        """Whether it is known if all is well."""
        return self.status is not None and self.has_match is not None


@dataclass(frozen=True)
class ChecksFacts:
    """A host's own checks, in the order of hosts.yaml."""

    checks: tuple[Checked, ...] = ()


def deadline(check: Check) -> int:
    """The seconds that a check's command is given: whole ones, for an old timeout(1) knows no others."""
    return math.ceil(check.timeout)


def read(answers: Answers, situation: Situation) -> ChecksFacts:
    """Given the answers of the probe, return the facts."""
    checks = situation.host.checks
    return ChecksFacts(
        tuple(_checked(check, answers.get(f"check/{number}")) for number, check in enumerate(checks)),
    )


def _checked(check: Check, answer: Answer | None) -> Checked:
    if answer is None or answer.status is None or answer.ended is None:
        return Checked(check)
    return Checked(
        check=check,
        status=answer.status,
        output=answer.output,
        seconds=answer.ended - answer.began,
        has_text=check.text is None or check.text in answer.output,
        has_match=check.regex is None or found(check.regex, answer.output),
        is_longer=answer.truncated,
    )
