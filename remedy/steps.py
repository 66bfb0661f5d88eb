"""What a repair did on a host, step by step, by what its script told."""

from remedy.model import Repair, Step
from remedy.shell.answers import Answer, Answers


def steps(repair: Repair, answers: Answers) -> list[Step]:
    """What a repair's script did, command by command, as its answers tell; its plain values are no commands."""
    return [
        Step(
            repair.summary,
            answer.words or answer.name,
            answer.status,
            _seconds(answer),
            answer.output.strip(),
        )
        for answer in answers
        if answer.words and (answer.ended is None or answer.status is not None)
    ]


def _seconds(answer: Answer) -> float:
    return round((answer.ended or answer.began) - answer.began, 3)
