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
from grader.text.language import say
from grader.text.numbers import at, to_digits

POINTS = 41
"""So many losses are drawn between the ends of the slider."""

DIGITS = 10
"""Of a loss: two that differ by little are to be told apart."""

FEW_LEFT = 1e-9
"""A difference that is so small beside the losses has lost most of its digits."""


FEW_LOST = 1e-6
"""By so much of h a number may move farther, or less far, without a word."""


KINK_STEPS = 1e-4, 1e-6
"""So far to each side a kink is looked for, as parts of the number."""

LEAST_KINK = 1e-3
"""Slopes of both sides that differ by less, as a part of them, are one."""


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
        raise FieldError({"": say("this number isn't there any more")})
    try:
        return _told(Moved(exercise, case, nudge.name, nudge.place), exercise, case, nudge)
    except FieldError:
        raise
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError):
        raise FieldError({"": say("PyTorch can't compute this")}) from None


def _told(moved: Moved, exercise: Exercise, case: Case, nudge: Nudge) -> dict[str, Any]:
    loss, gradient = moved.with_gradient()
    there = moved.here + nudge.h
    after = moved.loss(there)
    difference = after - loss
    ratio = difference / nudge.h
    if not all(map(isfinite, (loss, gradient, after, ratio))):
        raise FieldError({"": say("infinity or nan comes out in float64")})
    xs = np.linspace(nudge.start, nudge.end, POINTS).tolist()
    losses = [moved.loss(each) for each in xs]
    note = _note(moved.here, nudge.h, (loss, difference), gradient)
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
        "note": " ".join(filter(None, [note, _kink(moved, loss)])),
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
    if is_number:
        return say("the loss is {name}", name=name)
    return say("the loss is Σ dout · {name}, whose gradient at {name} is dout", name=name)


def _note(here: float, h: float, losses: tuple[float, float], gradient: float) -> str:
    """What is to be known of an h that is too small; `losses` are the first one and the difference."""
    loss, difference = losses
    way = (here + h) - here
    if not way:
        return say("h is so small that the moved number is the same one in float64: nothing is left to divide.")
    # Two losses far from each other may be the same: then the gradient says that they needn't be.
    if 0 < max(abs(difference), abs(gradient * h)) < FEW_LEFT * abs(loss):
        return (
            say("The two losses share nearly all of their digits: of their difference few are left.")
            if difference
            else say("The two losses share nearly all of their digits: of their difference nothing is left.")
        )
    if abs(way - h) > FEW_LOST * abs(h):
        return say("h is so small that the number moves by {way} in float64, and not by h.", way=to_digits(way, 6))
    return ""


def _kink(moved: Moved, loss: float) -> str:
    """What is to be known where the slopes to the left and to the right differ, however near one looks."""
    sides = []
    for part in KINK_STEPS:
        h = part * (abs(moved.here) or 1.0)
        left, right = ((moved.loss(moved.here + way) - loss) / way for way in (-h, h))
        sides.append((left, right))
    (far, near), apart = sides, [right - left for left, right in sides]
    if not all(map(isfinite, (*far, *near))) or abs(apart[1]) <= LEAST_KINK * max(map(abs, near)):
        return ""
    # Of a smooth loss the slopes come together as the steps get shorter.
    if abs(apart[0] - apart[1]) > 0.1 * abs(apart[1]):
        return ""
    ends = [to_digits(each, 4) for each in near]
    return say(
        "The loss has a kink here: its slope is {left} to the left and {right} to the right.",
        left=ends[0],
        right=ends[1],
    )
