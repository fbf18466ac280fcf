"""What the page shows of a training: its learning curves in numbers, and in words what they come to."""

from __future__ import annotations

from math import isfinite
from typing import Any

from grader.graph.diagram import LearningCurves
from grader.text.numbers import figure, to_digits

DIGITS = 4


def learning_data(curves: LearningCurves) -> dict[str, Any]:
    """PyTorch's curve for each rate, the submission's own, and the words for each."""
    rates = [to_digits(each, 6) for each in curves.rates]
    own = rates[curves.own]
    return {
        "loss": curves.loss,
        "rate": curves.rate,
        "first": curves.first,
        "top": _number(curves.top),
        "own": curves.own,
        "rates": [
            {"rate": rate, **_curve(curves, losses, f"PyTorch, with a learning rate of {rate}")}
            for rate, losses in zip(rates, curves.losses, strict=True)
        ],
        "mine": {"rate": own, **_curve(curves, curves.mine, f"Yours, with {own}")} if curves.mine else None,
    }


def _curve(curves: LearningCurves, losses: tuple[float, ...], whose: str) -> dict[str, Any]:
    return {"losses": [_number(each) for each in losses], "said": f"{whose}: {said(curves, losses)}"}


def _number(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if isfinite(value) else None


def said(curves: LearningCurves, losses: tuple[float, ...]) -> str:
    """A curve in a sentence or two: from where to where it goes, and where it is off the scale."""
    steps = range(curves.first, curves.first + len(losses))
    off = [step for step, loss in zip(steps, losses, strict=True) if not loss <= curves.top]
    taken = len(losses) - (curves.first == 0)
    if not off:
        ends = [to_digits(each, 3) for each in (losses[0], losses[-1])]
        return f"the loss goes from {ends[0]} to {ends[1]} in {taken} step{'s' * (taken != 1)}."
    if off == list(steps)[-len(off) :]:
        where = f"from step {off[0]} on the loss is off the scale"
    else:
        where = f"{len(off)} of the {len(losses)} losses are off the scale, the first at step {off[0]}"
    largest = max((loss for loss in losses if isfinite(loss)), default=0.0)
    beyond = f"; the largest is {to_digits(largest, 3)}" if largest > curves.top else ""
    odd = next(((step, loss) for step, loss in zip(steps, losses, strict=True) if not isfinite(loss)), None)
    return f"{where}{beyond}.{f' At step {odd[0]} it is {figure(odd[1])}.' if odd else ''}"
