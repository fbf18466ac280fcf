"""Generic probes: what the numbers of a wrong gradient show by themselves, in any exercise.

Each probe says something only if it holds in every case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from grader.exercise import Array, Exercise
from grader.judging.comparison import Tolerance, agrees, close
from grader.judging.observation import Observation
from grader.results import Diagnosis
from grader.text.language import later, say
from grader.text.numbers import number

_FEW_DIGITS = Tolerance(rtol=1e-3, atol=1e-6)


@dataclass(frozen=True)
class Pair:
    """One gradient in one case: what came back, what was expected, the tolerance, and the case as it was observed."""

    got: Array
    expected: Array
    within: Tolerance
    seen: Observation

    def holds(self, got: Array) -> bool:
        """Whether `got`, made from what came back, is the expected array."""
        return got.shape == self.expected.shape and bool(np.all(close(got, self.expected, self.within)))


def probe(exercise: Exercise, name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    """The first probe that holds for one gradient in every case."""
    if not exercise.is_pair or any(pair.expected.shape != pair.got.shape and not pair.got.size for pair in pairs):
        return None
    with np.errstate(all="ignore"):
        if all(pair.holds(pair.got) for pair in pairs if not pair.seen.case.float32):
            return _LOW_PRECISION(exercise, name, pairs)
        found = (each(exercise, name, pairs) for each in _PROBES)
        return next((each for each in found if each), None)


@dataclass(frozen=True)
class Sign:
    """A probe that looks at one case at a time; its texts speak of the gradient `{name}` of a `{variable}`."""

    id: str
    holds: Callable[[Pair], bool]
    claim: str
    hint: str

    def __call__(self, _: Exercise, name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
        if not all(map(self.holds, pairs)):
            return None
        claim, hint = (say(each, name=name, variable=name[1:]) for each in (self.claim, self.hint))
        return Diagnosis(self.id, name, claim, hint)


def _constant_factor(exercise: Exercise, name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    if any(pair.got.shape != pair.expected.shape for pair in pairs):
        return None
    got = np.concatenate([pair.got.ravel() for pair in pairs]).astype(float)
    expected = np.concatenate([pair.expected.ravel() for pair in pairs])
    if np.count_nonzero(expected) < 5:
        return None
    largest = int(np.argmax(np.abs(expected)))
    factor = got[largest] / expected[largest]
    if abs(factor) < 1e-3 or abs(factor - 1) < 1e-3 or not all(pair.holds(pair.got / factor) for pair in pairs):
        return None
    # Where several are right, PyTorch's may be another than the one that goes with the rest.
    claim = (
        say("{name} is {factor} times a right gradient in every case.", name=name, factor=number(factor))
        if exercise.settle
        else say("{name} is {factor} times PyTorch's gradient in every case.", name=name, factor=number(factor))
    )
    return Diagnosis(
        "constant-factor",
        name,
        claim,
        say("Everything but one constant is right: look for a factor too many or too few."),
    )


def _is_not_summed(pair: Pair) -> bool:
    dout, got = pair.seen.case.dout, pair.got
    is_like_dout = isinstance(dout, np.ndarray) and got.shape == dout.shape
    return is_like_dout and pair.holds(_summed_to(got, pair.expected.shape))


def _summed_to(got: Array, shape: tuple[int, ...]) -> Array:
    """`got` summed over leading axes that `shape` lacks, and over axes where `shape` has size 1."""
    if got.ndim < len(shape):
        return got
    summed = got.sum(axis=tuple(range(got.ndim - len(shape))), dtype=float)
    single = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return np.asarray(summed.sum(axis=single, keepdims=True))


def _is_summed_over_the_first_axis(pair: Pair) -> bool:
    """Whether of the axes of `dout` the first alone is gone, and summing over some of the others makes it right."""
    dout, got, left = pair.seen.case.dout, pair.got, pair.expected.ndim
    if not isinstance(dout, np.ndarray) or got.shape != dout.shape[1:] or got.ndim <= left:
        return False
    return any(pair.holds(got.sum(axis=axes, dtype=float)) for axes in combinations(range(got.ndim), got.ndim - left))


def _is_reshaped(pair: Pair) -> bool:
    return pair.got.size == pair.expected.size and pair.holds(pair.got.reshape(pair.expected.shape))


def _integer(_: Exercise, name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    whole = [pair for pair in pairs if pair.got.dtype.kind in "iu"]
    if not whole or not all(pair.holds(pair.got) for pair in pairs if pair.got.dtype.kind not in "iu"):
        return None
    if not all(np.array_equal(pair.got, np.trunc(pair.expected)) for pair in whole):
        return None
    return Diagnosis(
        "integer-dtype",
        name,
        say("{name} has the integer dtype {dtype}, so its fractions are cut off.", name=name, dtype=whole[0].got.dtype),
        say("An array made from whole numbers, or with dtype=int, stays whole when you assign to it: ask for floats."),
    )


def _is_upstream(pair: Pair) -> bool:
    dout = pair.seen.case.dout
    return isinstance(dout, np.ndarray | float) and agrees(pair.got, dout, pair.within)


def _another_gradient(exercise: Exercise, name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    """The one other gradient whose right values came back under this name."""
    others = [
        other
        for other in exercise.gradients
        if other != name and all(agrees(pair.got, pair.seen.reference.gradients[other], pair.within) for pair in pairs)
    ]
    if len(others) != 1:
        return None
    swapped = all(
        pair.seen.got is not None and agrees(pair.seen.got.get(others[0]), pair.expected, pair.within) for pair in pairs
    )
    instead = say("Where {name} belongs, you returned {other}.", name=name, other=others[0])
    if swapped and not exercise.network:
        order = ", ".join(exercise.gradients)
        instead = say(
            "Where {name} belongs, you returned {other}; the order is {order}.", name=name, other=others[0], order=order
        )
    return Diagnosis(
        "out-of-order" if swapped else "another-gradient",
        name,
        say("{name} is another gradient.", name=name),
        instead,
    )


def _ignores_upstream(_: Exercise, name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    """That cases with the same inputs and another upstream gradient got the same answer, each time."""
    if not all(np.isfinite(pair.got).all() for pair in pairs):
        return None
    firsts: dict[int, Pair] = {}
    twins = 0
    for pair in pairs:
        first = firsts.setdefault(id(pair.seen.case.inputs), pair)
        if first.seen.case.dout is pair.seen.case.dout:
            continue
        if first.got.shape != pair.got.shape or not np.all(close(first.got, pair.got, pair.within)):
            return None
        # Numbers as small as the tolerance say nothing.
        telling = np.any(np.abs(pair.got) > 1e-6) and not np.all(close(first.expected, pair.expected, pair.within))
        twins += bool(telling)
    if twins < 2:
        return None
    return Diagnosis(
        "ignores-dout",
        name,
        say("{name} doesn't change when dout does.", name=name),
        say("Every local gradient is multiplied by the upstream gradient."),
    )


_LOW_PRECISION = Sign(
    "low-precision",
    lambda pair: replace(pair, within=_FEW_DIGITS).holds(pair.got),
    later("{name} is nearly right, but isn't what the chain rule gives."),
    later(
        "Look for a numerical difference, float32 or float16 on the way, a rounded constant, or an epsilon that isn't "
        "needed."
    ),
)

_PROBES: tuple[Callable[[Exercise, str, Sequence[Pair]], Diagnosis | None], ...] = (
    Sign(
        "all-zero",
        lambda pair: not np.any(pair.got),
        later("{name} is 0 in every case."),
        later("Nothing of the upstream gradient arrives in it."),
    ),
    Sign(
        "sign-flipped",
        lambda pair: pair.holds(-pair.got.astype(float)),
        later("{name} has the wrong sign."),
        later("Its size is right in every case; look for a minus."),
    ),
    _constant_factor,
    Sign(
        "transposed",
        lambda pair: pair.expected.ndim == 2 and pair.holds(pair.got.T),
        later("{name} is transposed."),
        later("The numbers are right; rows and columns of {name} have changed places."),
    ),
    Sign(
        "reshaped",
        _is_reshaped,
        later("{name} holds the right numbers in the wrong shape."),
        later("A gradient has exactly the shape of its variable: give {name} the shape of {variable}."),
    ),
    # After "reshaped": what has as many numbers as it should wasn't to be summed.
    Sign(
        "not-summed",
        _is_not_summed,
        later("{name} isn't summed over the axes that were broadcast."),
        later(
            "A value that is used many times collects the gradients of all its uses: sum to the shape of {variable}."
        ),
    ),
    Sign(
        "first-axis-summed",
        _is_summed_over_the_first_axis,
        later("{name} still has axes that are to be summed over: of dout's, the first alone is gone."),
        later(
            "Python's sum adds up along the first axis, and knows no other; np.sum takes all axes, or those of axis=."
        ),
    ),
    _integer,
    _LOW_PRECISION,
    Sign(
        "forward-returned",
        lambda pair: agrees(pair.got, pair.seen.reference.out, pair.within),
        later("{name} is the forward's output."),
        later("The backward pass returns how the loss moves with each input, not the value that the forward computed."),
    ),
    Sign(
        "upstream-returned",
        _is_upstream,
        later("{name} is dout itself."),
        later("The upstream gradient has to be multiplied by the local one on its way back."),
    ),
    _another_gradient,
    _ignores_upstream,
)
"""In the order in which they are asked: what one gradient shows, then what it is beside others, and another dout."""
