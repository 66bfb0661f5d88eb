"""What a clock leapt over by a step of ours."""

from dataclasses import replace

from remedy.gap import Gap
from remedy.reference import Reference
from remedy.shell.answers import Answers

Span = tuple[float, float]  # of time.monotonic(): from when to when something was done


def leapt(expected: Gap, answers: Answers, began: float, ended: float, reference: Reference) -> Gap:
    """Given the gap that was expected, and what a repair told of its steps, return the gap as it was.

    The last step counts: those before did not come true. Its length is known from before; that it was made while it ran
    bounds the error. `began` and `ended` (time.monotonic()) enclose the repair, which may tell of no step.

    A gap in which cron is held begins as soon as it is stopped, by the clock as it was then, and ends only as it is
    started: what is due in between is not run either.
    """
    step = _told("step", answers, ended)[-1:] or [(began, ended)]
    is_held = any(answer.name == "hold" and answer.status == 0 for answer in answers)
    stopped = (is_held and _told("hold", answers, ended)) or step
    started = (is_held and _told("release", answers, ended)) or step
    start, end = reference.at(stopped[-1][1]) - expected.seconds, reference.at(started[-1][1])
    error = max(spans[-1][1] - spans[0][0] for spans in (stopped, started))
    return replace(expected, start=round(start, 3), end=round(end, 3), error=round(error, 3))


def _told(name: str, answers: Answers, ended: float) -> list[Span]:
    """When commands of that name ran; one whose end was not told, until the repair's."""
    return [(answer.began, answer.ended or ended) for answer in answers if answer.name == name]
