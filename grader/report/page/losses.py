"""What the page shows of a training: its learning curves in numbers, and in words what they come to."""

from __future__ import annotations

from math import isfinite
from typing import Any

from grader.graph.diagram import LearningCurves
from grader.text.language import say, say_many
from grader.text.numbers import figure, to_digits

DIGITS = 4


def learning_data(curves: LearningCurves) -> dict[str, Any]:
    """PyTorch's curve for each rate, the submission's own, and the words for each."""
    rates = [to_digits(each, 6) for each in curves.rates]
    own = rates[curves.own]
    return {
        "loss": say(curves.loss),
        "rate": curves.rate,
        "first": curves.first,
        "top": _number(curves.top),
        "own": curves.own,
        "rates": [
            {"rate": rate, **_curve(curves, losses, say("PyTorch, with a learning rate of {rate}", rate=rate))}
            for rate, losses in zip(rates, curves.losses, strict=True)
        ],
        "mine": {"rate": own, **_curve(curves, curves.mine, say("Yours, with {rate}", rate=own))}
        if curves.mine
        else None,
    }


def _curve(curves: LearningCurves, losses: tuple[float, ...], whose: str) -> dict[str, Any]:
    return {"losses": [_number(each) for each in losses], "said": f"{whose}: {said(curves, losses)}"}


def _number(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if isfinite(value) else None


def said(curves: LearningCurves, losses: tuple[float, ...]) -> str:
    """A curve in a sentence or two: from where to where it goes, and where it is off the scale."""
    steps = range(curves.first, curves.first + len(losses))
    off = [step for step, loss in zip(steps, losses, strict=True) if not 0 <= loss <= curves.top]
    taken = len(losses) - (curves.first == 0)
    if not off:
        ends = [to_digits(each, 3) for each in (losses[0], losses[-1])]
        return say_many(
            "the loss goes from {start} to {end} in {count} step.",
            "the loss goes from {start} to {end} in {count} steps.",
            taken,
            start=ends[0],
            end=ends[1],
        )
    if len(off) > 1 and off == list(steps)[-len(off) :]:
        where = say("from step {step} on the loss is off the scale", step=off[0])
    else:
        where = say_many(
            "{count} of the {all} losses is off the scale, that of step {step}",
            "{count} of the {all} losses are off the scale, the first at step {step}",
            len(off),
            all=len(losses),
            step=off[0],
        )
    finite = [0.0, *filter(isfinite, losses)]
    beyond = say("; the largest is {loss}", loss=to_digits(max(finite), 3)) if max(finite) > curves.top else ""
    beyond += say("; the smallest is {loss}", loss=to_digits(min(finite), 3)) if min(finite) < 0 else ""
    odd = next(((step, loss) for step, loss in zip(steps, losses, strict=True) if not isfinite(loss)), None)
    at = say("At step {step} it is {loss}.", step=odd[0], loss=figure(odd[1])) if odd else ""
    return " ".join(filter(None, [f"{where}{beyond}.", at]))
