"""One number of a case moved a little: the loss there and here, their ratio, and the gradient beside it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, prod
from typing import Any

import numpy as np

from grader.cases import Case
from grader.desk.explore.fields import FieldError
from grader.exercise import Exercise, Input
from grader.reference.forward import torch_on_one_thread
from grader.reference.moved import Moved
from grader.text.numbers import at, to_digits

POINTS = 41
"""So many losses are drawn between the ends of the slider."""

DIGITS = 10
"""Of a loss: two that differ by little are to be told apart."""

FEW_LEFT = 1e-9
"""A difference that is so small beside the losses has lost most of its digits."""


@dataclass(frozen=True)
class Nudge:
    """The number in the place `place`, in C order, of an input is moved by `h`; it is drawn between two ends."""

    name: str
    place: int
    h: float
    start: float
    end: float

    @classmethod
    def read(cls, body: object) -> Nudge:
        """What a request asks for: {"name", "place", "h", "ends"}. Raises ValueError if it is no such request."""
        match body:
            case {"name": str(name), "place": int(place), "h": h, "ends": [start, end]}:
                try:
                    made = cls(name, place, *map(float, (h, start, end)))
                except (TypeError, OverflowError):
                    raise ValueError from None
                if all(map(isfinite, (made.h, made.start, made.end))) and made.h and made.start < made.end:
                    return made
        raise ValueError


def can_be_nudged(exercise: Exercise, spec: Input) -> bool:
    """Whether an input is one whose numbers have a gradient, and can be moved by any h."""
    return exercise.is_pair and spec.shape is not None and not spec.constant and not spec.integer


@torch_on_one_thread()
def nudge_data(exercise: Exercise, case: Case, nudge: Nudge) -> dict[str, Any]:
    """What the page shows of a nudge, all of it by PyTorch. Raises FieldError where that can't be computed."""
    spec = next((each for each in exercise.inputs if each.name == nudge.name), None)
    size = int(np.size(case.inputs[nudge.name])) if spec else 0
    if spec is None or not can_be_nudged(exercise, spec) or not 0 <= nudge.place < size:
        raise FieldError({"": "this number isn't there any more"})
    try:
        return _told(Moved(exercise, case, nudge.name, nudge.place), exercise, case, nudge)
    except FieldError:
        raise
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError):
        raise FieldError({"": "PyTorch can't compute this"}) from None


def _told(moved: Moved, exercise: Exercise, case: Case, nudge: Nudge) -> dict[str, Any]:
    loss, gradient = moved.with_gradient()
    there = moved.here + nudge.h
    after = moved.loss(there)
    difference = after - loss
    ratio = difference / nudge.h
    if not all(map(isfinite, (loss, gradient, after, ratio))):
        raise FieldError({"": "infinity or nan comes out in float64"})
    xs = np.linspace(nudge.start, nudge.end, POINTS).tolist()
    losses = [moved.loss(each) for each in xs]
    shape = np.shape(case.inputs[nudge.name])
    index = tuple(int(each) for each in np.unravel_index(nudge.place, shape)) if shape else ()
    return {
        "called": f"{nudge.name}{at(index)}",
        "loss": _loss_name(exercise, case),
        "texts": {
            "here": to_digits(moved.here, DIGITS),
            "h": to_digits(nudge.h, 3),
            "before": to_digits(loss, DIGITS),
            "after": to_digits(after, DIGITS),
            "difference": to_digits(difference, 4),
            "ratio": to_digits(ratio, 8),
            "gradient": to_digits(gradient, 8),
        },
        "note": _note(moved.here, there, loss, difference),
        "at": [moved.here, loss],
        "moved": [there, after],
        "gradient": gradient,
        "curve": [[x, each if isfinite(each) else None] for x, each in zip(xs, losses, strict=True)],
    }


def _loss_name(exercise: Exercise, case: Case) -> str:
    """What the loss is: the output itself, or the sum whose gradient at the output is dout."""
    name = exercise.out.name
    is_number = (
        not isinstance(case.dout, tuple) and prod(np.shape(case.dout)) == 1 and float(np.ravel(case.dout)[0]) == 1
    )
    return f"the loss is {name}" if is_number else f"the loss is Σ dout · {name}, whose gradient at {name} is dout"


def _note(here: float, there: float, loss: float, difference: float) -> str:
    """What is to be known of an h that is too small."""
    if here == there:
        return "h is so small that the moved number is the same one in float64: nothing is left to divide."
    if difference and abs(difference) < FEW_LEFT * abs(loss):
        return "The two losses share nearly all of their digits: of their difference few are left."
    return ""
