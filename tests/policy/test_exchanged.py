"""That `dout` and another value changed places is said where the numbers are so in every case, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader import catalog
from grader.cases import Case, cases
from grader.exercise import Exercise, Misconception
from grader.exercise.textbook import sigmoid
from grader.judging.comparison import FLOAT64
from grader.judging.exchanged import exchanged
from grader.judging.probes import Pair
from grader.results import Diagnosis
from tests.policy.builders import exercise, network, seen

BENT = exercise("dx", textbook="y = sigmoid(x)\n_z = 3 * x\ndx = dout * y * (1 - y) + _z * dout")
CASES = (([0.5, -1.5], [2.0, 3.0]), ([2.5, 1.0, -4.0], [-1.0, 0.5, 7.0]))


def bent(dout: Any, x: Any, y: Any, z: Any) -> Any:
    return dout * y * (1 - y) + z * dout


def shown(answer: Callable[[Any, Any], Any], of: Any = BENT) -> Diagnosis | None:
    """What is said of the answers of a function of dout and x."""
    pairs = []
    for x, dout in CASES:
        inputs, upstream = {"x": np.array(x)}, np.array(dout)
        right = bent(upstream, inputs["x"], sigmoid(inputs["x"]), 3 * inputs["x"])
        one = seen({"dx": (np.asarray(answer(upstream, inputs["x"])), right)}, inputs=inputs, dout=upstream)
        both = one.pair("dx")
        assert both
        pairs.append(Pair(*both, FLOAT64, one))
    return exchanged(of, "dx", pairs)


def test_it_is_said_which_value_has_the_place_of_dout() -> None:
    found = shown(swapped)
    assert found == Diagnosis(
        "exchanged-with-dout",
        "dx",
        "dx is what comes out where dout and y change places.",
        "bend_backward gets dout first, and what the forward kept second.",
    )


def swapped(dout: Any, x: Any) -> Any:
    """The right answer, but that dout and y change places."""
    return bent(sigmoid(x), x, dout, 3 * x)


def test_the_numbers_have_to_be_so_in_every_case() -> None:
    assert shown(lambda dout, x: swapped(dout, x) if len(x) == 2 else bent(dout, x, sigmoid(x), 3 * x)) is None
    assert shown(lambda dout, x: swapped(dout, x) + 1e-3) is None
    assert shown(lambda dout, x: swapped(dout, x)[:1]) is None


def test_a_value_without_a_name_is_not_said() -> None:
    assert shown(lambda dout, x: bent(3 * x, x, sigmoid(x), dout)) is None


def test_of_several_gradients_none_is_said_to_be_so() -> None:
    assert shown(swapped, exercise("dx dw", textbook=f"{BENT.textbook}\ndw = dout * x")) is None


def test_a_network_whose_backward_is_called_otherwise_has_no_places() -> None:
    assert shown(swapped, network("dx", textbook=BENT.textbook)) is None
    assert shown(swapped, exercise("dx")) is None


@pytest.mark.parametrize("name", [each.name for each in catalog.every() if each.textbook and len(each.gradients) == 1])
def test_no_known_mistake_has_the_numbers_of_exchanged_values(name: str) -> None:
    """Or one of the two would be said by chance."""
    one = catalog.get(name)
    some = [case for case in cases(one) if case.group == "random" and not case.float32][:6]
    for known in one.bank:
        for gradient in one.gradients:
            pairs = [pair for case in some if (pair := answered(one, known, gradient, case))]
            if any(not np.array_equal(pair.got, pair.expected) for pair in pairs):
                assert exchanged(one, gradient, pairs) is None, known.id


def answered(one: Exercise, known: Misconception, name: str, case: Case) -> Pair | None:
    """A gradient as somebody with a known mistake answers it in a case, if that gives any number."""
    right = one.books[0].run(one.named(*case.arguments))[name]
    try:
        made = one.by_name(known.backward(*case.arguments))[name]
    except ValueError:
        return None
    both = seen({name: (np.asarray(made), right)}, inputs=case.inputs, dout=case.dout)
    return Pair(np.asarray(made), np.asarray(right), FLOAT64, both)
