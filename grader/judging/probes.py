"""Generic probes: what the numbers of a wrong gradient show by themselves, in any exercise.

Each probe says something only if it holds in every case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.exercise import Array, Exercise
from grader.judging.comparison import Tolerance, agrees, close
from grader.judging.observation import Observation
from grader.results import Diagnosis
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
            return _low_precision(name, pairs)
        found = (each(name, pairs) for each in _PROBES)
        return next((each for each in found if each), None) or _related(exercise, name, pairs)


def _all_zero(name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    if any(np.any(pair.got) for pair in pairs):
        return None
    return Diagnosis("all-zero", name, f"{name} is 0 in every case.", "Nothing of the upstream gradient arrives in it.")


def _sign_flipped(name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    if not all(pair.holds(-pair.got.astype(float)) for pair in pairs):
        return None
    return Diagnosis(
        "sign-flipped", name, f"{name} has the wrong sign in every case.", "Its size is right; look for a minus."
    )


def _constant_factor(name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    if any(pair.got.shape != pair.expected.shape for pair in pairs):
        return None
    got = np.concatenate([pair.got.ravel() for pair in pairs]).astype(float)
    expected = np.concatenate([pair.expected.ravel() for pair in pairs])
    if np.count_nonzero(expected) < 5 or not np.isfinite(got).all():
        return None
    largest = int(np.argmax(np.abs(expected)))
    factor = got[largest] / expected[largest]
    if abs(factor) < 1e-3 or abs(factor - 1) < 1e-3 or not all(pair.holds(pair.got / factor) for pair in pairs):
        return None
    return Diagnosis(
        "constant-factor",
        name,
        f"{name} is {number(factor)} times PyTorch's gradient in every case.",
        "Everything but one constant is right: look for a factor too many or too few.",
    )


def _transposed(name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    if not all(pair.expected.ndim == 2 and pair.holds(pair.got.T) for pair in pairs):
        return None
    return Diagnosis(
        "transposed",
        name,
        f"{name} is transposed.",
        f"The numbers are right; rows and columns of {name} have changed places.",
    )


def _not_summed(name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    if all(pair.got.size == pair.expected.size for pair in pairs):
        return None
    if not all(isinstance(pair.seen.case.dout, np.ndarray) for pair in pairs):
        return None
    if not all(pair.got.shape == pair.seen.case.dout.shape for pair in pairs):
        return None
    if not all(pair.holds(_summed_to(pair.got, pair.expected.shape)) for pair in pairs):
        return None
    return Diagnosis(
        "not-summed",
        name,
        f"{name} isn't summed over the axes that were broadcast.",
        f"A value that is used many times collects the gradients of all its uses: sum to the shape of {name[1:]}.",
    )


def _summed_to(got: Array, shape: tuple[int, ...]) -> Array:
    """`got` summed over leading axes that `shape` lacks, and over axes where `shape` has size 1."""
    if got.ndim < len(shape):
        return got
    summed = got.sum(axis=tuple(range(got.ndim - len(shape))), dtype=float)
    single = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return np.asarray(summed.sum(axis=single, keepdims=True) if single else summed)


def _reshaped(name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    if not all(
        pair.got.size == pair.expected.size and pair.holds(pair.got.reshape(pair.expected.shape)) for pair in pairs
    ):
        return None
    return Diagnosis(
        "reshaped",
        name,
        f"{name} holds the right numbers in the wrong shape.",
        f"A gradient has exactly the shape of its variable: give {name} the shape of {name[1:]}.",
    )


def _integer(name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    whole = [pair for pair in pairs if pair.got.dtype.kind in "iu"]
    if not whole or not all(pair.got.shape == pair.expected.shape for pair in pairs):
        return None
    if not all(pair.holds(pair.got) for pair in pairs if pair.got.dtype.kind not in "iu"):
        return None
    if not all(np.array_equal(pair.got, np.trunc(pair.expected)) for pair in whole):
        return None
    return Diagnosis(
        "integer-dtype",
        name,
        f"{name} has the integer dtype {whole[0].got.dtype}, so its fractions are cut off.",
        "An array made from whole numbers, or with dtype=int, stays whole when you assign to it: ask for floats.",
    )


def _low_precision(name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    if not all(replace(pair, within=_FEW_DIGITS).holds(pair.got) for pair in pairs):
        return None
    return Diagnosis(
        "low-precision",
        name,
        f"{name} is nearly right, but isn't what the chain rule gives.",
        "Look for a numerical difference, float32 or float16 on the way, a rounded constant, or an epsilon that isn't "
        "needed.",
    )


_PROBES: tuple[Callable[[str, Sequence[Pair]], Diagnosis | None], ...] = (
    _all_zero,
    _sign_flipped,
    _constant_factor,
    _transposed,
    _not_summed,
    _reshaped,
    _integer,
    _low_precision,
)


def _related(exercise: Exercise, name: str, pairs: Sequence[Pair]) -> Diagnosis | None:
    """What one gradient shows beside the forward's output, the other gradients, and another upstream gradient."""
    if exercise.is_pair and all(agrees(pair.got, pair.seen.reference.out, pair.within) for pair in pairs):
        return Diagnosis(
            "forward-returned",
            name,
            f"{name} is the forward's output.",
            "The backward pass returns how the loss moves with each input, not the value that the forward computed.",
        )
    if all(_is_upstream(pair) for pair in pairs):
        return Diagnosis(
            "upstream-returned",
            name,
            f"{name} is dout itself.",
            "The upstream gradient has to be multiplied by the local one on its way back.",
        )
    if (other := _taken_for(exercise, name, pairs)) is not None:
        swapped = all(
            pair.seen.got is not None and agrees(pair.seen.got.get(other), pair.expected, pair.within) for pair in pairs
        )
        order = f"; the order is {', '.join(exercise.gradients)}" if swapped and not exercise.network else ""
        return Diagnosis(
            "out-of-order" if swapped else "another-gradient",
            name,
            f"{name} is another gradient.",
            f"Where {name} belongs, you returned {other}{order}.",
        )
    if _ignores_upstream(pairs):
        return Diagnosis(
            "ignores-dout",
            name,
            f"{name} doesn't change when dout does.",
            "Every local gradient is multiplied by the upstream gradient.",
        )
    return None


def _taken_for(exercise: Exercise, name: str, pairs: Sequence[Pair]) -> str | None:
    """The one other gradient whose right values came back under this name."""
    others = [
        other
        for other in exercise.gradients
        if other != name and all(agrees(pair.got, pair.seen.reference.gradients[other], pair.within) for pair in pairs)
    ]
    return others[0] if len(others) == 1 else None


def _is_upstream(pair: Pair) -> bool:
    dout = pair.seen.case.dout
    return isinstance(dout, np.ndarray | float) and agrees(pair.got, dout, pair.within)


def _ignores_upstream(pairs: Sequence[Pair]) -> bool:
    """Whether cases with the same inputs and another upstream gradient got the same answer, each time."""
    if not all(np.isfinite(pair.got).all() for pair in pairs):
        return False
    firsts: dict[int, Pair] = {}
    twins = 0
    for pair in pairs:
        first = firsts.setdefault(id(pair.seen.case.inputs), pair)
        if first.seen.case.dout is pair.seen.case.dout:
            continue
        if first.got.shape != pair.got.shape or not np.all(close(first.got, pair.got, pair.within)):
            return False
        # Numbers as small as the tolerance say nothing.
        telling = np.any(np.abs(pair.got) > 1e-6) and not np.all(close(first.expected, pair.expected, pair.within))
        twins += bool(telling)
    return twins > 1
