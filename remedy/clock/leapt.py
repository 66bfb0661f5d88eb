"""What a clock leapt over by a step of ours."""

from dataclasses import replace

from remedy.gap import Gap
from remedy.reference import Reference
from remedy.shell.answers import Answers


def leapt(expected: Gap, answers: Answers, began: float, ended: float, reference: Reference) -> Gap:
    """Given the gap that was expected, and what a repair told of its steps, return the gap as it was.

    The last step counts: those before did not come true. Its length is known from before; that it was made while it ran
    bounds the error. `began` and `ended` (time.monotonic()) enclose the repair, which may tell of no step.
    """
    told = [(answer.began, answer.ended or ended) for answer in answers if answer.name == "step"]
    step_began, step_ended = told[-1] if told else (began, ended)
    end = reference.at(step_ended)
    start, end, error = (round(moment, 3) for moment in (end - expected.seconds, end, step_ended - step_began))
    return replace(expected, start=start, end=end, error=error)
