"""What is wrong by itself, what only follows, and when that says nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.judging.comparison import FLOAT32, FLOAT64, Mismatch, Row
from grader.judging.marks import FEWEST_CASES, ONE_IN, Mark, mark
from grader.judging.observation import Observation
from grader.results import State
from grader.sandbox.wire.records import Unsupported
from tests.policy.builders import MISSING, RAISED, WRONG, exercise, marked, network, observed, seen, training

NET = network("dz dx")
TENTHS = [0.1, 0.2, 0.3, 0.7, 0.9]
COARSE_TENTHS = [each * (1 + 1e-9) for each in TENTHS]


def state(seen_once: Observation | dict[str, Any], follows: Any = None) -> State:
    """What dx of a network is in a case of its own."""
    return marked(NET, observed(seen_once), follows=[follows]).state(0)


# Wrong.


def test_a_gradient_that_agrees_is_right() -> None:
    judged = observed({"dx": ([1, 2], [1, 2])}, {"dx": ([3, 4], [3, 4])})
    found = marked(exercise(), judged)
    assert found == Mark("dx", {})
    assert [found.state(number) for number in judged] == ["right", "right"]


def test_a_gradient_is_wrong_in_the_cases_where_it_differs_alone() -> None:
    found = marked(exercise(), observed({"dx": ([1, 2], [1, 2])}, {"dx": ([3, 4], [3, 5])}))
    assert list(found.faults) == [1]
    assert [found.state(number) for number in (0, 1)] == ["right", "wrong"]


@pytest.mark.parametrize(
    ("returned", "expected"),
    [(MISSING, "missing"), (Unsupported("a str"), "unusable"), ([1, 2, 3], "wrong"), ([1, 3], "wrong")],
)
def test_a_gradient_is_missing_or_unusable_or_wrong(returned: Any, expected: str) -> None:
    assert marked(exercise(), observed({"dx": (returned, [1, 2])})).state(0) == expected


def test_a_gradient_that_is_missing_from_what_came_back_is_not_unanswered() -> None:
    found = marked(exercise("dx dw"), observed({"dx": (MISSING, [1]), "dw": ([1], [1])}))
    assert (list(found.faults), found.unanswered) == ([0], frozenset())


def test_a_gradient_is_missing_if_it_never_came_back() -> None:
    never = observed({"dx": (MISSING, [1.0])}, {"dx": (MISSING, [2.0])})
    assert marked(NET, never, follows=[None, None]).is_missing
    once = observed({"dx": (MISSING, [1.0])}, {"dx": ([9.0], [2.0])})
    assert not marked(NET, once, follows=[None, None]).is_missing
    assert not Mark("dx", {}).is_missing


def test_a_wrong_number_is_beside_what_pytorch_says() -> None:
    fact = marked(exercise(), observed({"dx": ([1, 3], [1, 2])})).faults[0].fact
    assert fact == "dx[1] = 3, PyTorch says 2"


def test_a_wrong_number_is_beside_what_goes_with_the_rest_where_several_are_right() -> None:
    fact = marked(exercise(), observed(seen({"dx": ([1, 3], [1, 2])}, settled=True))).faults[0].fact
    assert fact == "dx[1] = 3, what goes with the rest is 2"


@pytest.mark.parametrize(("float32", "within"), [(False, FLOAT64), (True, FLOAT32)])
def test_each_case_has_the_tolerance_of_its_precision(float32: bool, within: Any) -> None:
    for share, right in ((0.9, True), (1.1, False)):
        answers = {"dx": ([within.atol * share], [0.0])}
        assert (not marked(exercise(), observed(seen(answers, float32=float32))).faults) == right


def test_an_exercise_may_have_a_tolerance_of_its_own() -> None:
    assert marked(exercise(), observed({"dx": ([1.001], [1.0])})).faults
    assert not marked(exercise(rtol=0.01), observed(seen({"dx": ([1.001], [1.0])}, rtol=0.01))).faults


# Unanswered.


NOTHING = seen({"dx": (MISSING, [1.0])}, got=None, error=RAISED)
ODD = seen({"dx": (MISSING, [1.0])}, got=None, problem="returns None, where dx belongs")


def test_a_case_without_an_answer_is_unanswered_and_not_wrong() -> None:
    found = marked(exercise(), observed({"dx": ([1], [1])}, NOTHING, {"dx": ([1], [2])}, ODD))
    assert (list(found.faults), set(found.unanswered)) == ([2], {1, 3})
    assert found.differing == {2}


def test_in_a_network_too_nobody_asks_what_follows_where_nothing_came_back() -> None:
    assert marked(NET, observed(NOTHING, ODD)) == Mark("dx", {}, unanswered=frozenset({0, 1}))


def test_what_is_no_pair_is_unanswered_from_the_result_on_that_an_error_kept_back() -> None:
    of = training("dx dw")
    judged = observed(seen({"dx": ([1], [1]), "dw": (MISSING, [1])}, error=RAISED))
    assert [marked(of, judged, name).unanswered for name in of.gradients] == [frozenset(), {0}]
    judged = observed(seen({"dx": ([9], [1]), "dw": (MISSING, [1])}, error=RAISED))
    assert list(marked(of, judged, "dx").faults) == [0]


PARTS = training("parts", apart=("parts",))


def test_a_dict_is_unanswered_if_an_error_kept_entries_back_and_wrong_if_others_are_wrong() -> None:
    def of(got: Any, **fields: Any) -> tuple[bool, bool]:
        found = marked(PARTS, observed(seen({"parts": (got, {"a": 1.0, "b": 2.0})}, **fields)), "parts")
        return bool(found.faults), bool(found.unanswered)

    is_wrong, is_unanswered = (True, False), (False, True)
    right, wrong = {"a": np.array(1.0)}, {"a": np.array(9.0)}
    assert of(right, error=RAISED) == of({}, error=RAISED) == is_unanswered
    assert of(wrong, error=RAISED) == of(right) == is_wrong


def test_a_wrong_entry_is_told_before_those_that_an_error_kept_back() -> None:
    answers = {"parts": ({"b": np.array(9.0)}, {"a": 1.0, "b": 2.0})}
    assert marked(PARTS, observed(seen(answers, error=RAISED)), "parts").faults[0].fact == (
        "parts['b'] = 9, PyTorch says 2"
    )


def test_of_a_result_whose_entries_count_one_by_one_it_is_marked_which_are_right() -> None:
    expected = {"a": [1.0], "b": [2.0], "c": [3.0], "d": [4.0]}
    got = {
        "a": np.array([1.0]),
        "b": np.array([9.0]),
        "c": np.array([[3.0]]),
        "more": np.array([9.0]),
    }
    answers = {"parts": (got, {name: np.array(each) for name, each in expected.items()})}
    found = marked(PARTS, observed(seen(answers), seen(answers, error=RAISED), seen(answers, got={})), "parts")
    assert found.parts[0] == found.parts[1] == {"a": True, "b": False, "c": True, "d": False}
    assert found.parts[2] == dict.fromkeys("abcd", False)


def test_no_other_result_has_parts() -> None:
    answers = {"parts": ({"a": np.array(9.0)}, {"a": np.array(1.0)})}
    assert marked(training("parts"), observed(seen(answers)), "parts").parts == {}


# In form alone.


NARROW = np.array([1.1, 2.1], dtype=np.float32)
SHAPED = Mismatch("axes", "it has another shape")


@pytest.mark.parametrize(("mine", "expected"), [(NARROW, "coarse"), ([[1.1, 2.1]], "wrong"), ([1.1, 2.1], "right")])
def test_what_is_wrong_in_form_alone_is_told_apart(mine: Any, expected: str) -> None:
    found = marked(exercise(), observed({"dx": (mine, [1.1, 2.1])}))
    assert (found.faults, found.state(0)) == ({}, expected)
    assert set(found.forms) == set(found.mismatches) == (set() if expected == "right" else {0})


def test_in_a_network_too_a_form_does_not_follow() -> None:
    judged = observed({"dx": (NARROW, [1.1, 2.1])})
    assert list(marked(NET, judged).forms) == [0]


def test_a_wrong_number_in_a_near_shape_or_in_float32_is_wrong() -> None:
    for mine, kind in (([[1.1, 9.0]], "shape"), (np.array([1.1, 9.0], dtype=np.float32), "value")):
        found = marked(exercise(), observed({"dx": (mine, [1.1, 2.1])}))
        assert ([each.kind for each in found.faults.values()], found.forms) == ([kind], {})


def test_its_mismatches_are_its_faults_and_its_forms() -> None:
    every = Mark("dx", {1: WRONG}, forms={0: SHAPED})
    assert every.mismatches == {0: SHAPED, 1: WRONG}
    assert [every.state(number) for number in (0, 1, 2)] == ["wrong", "wrong", "right"]


# Follows.


def test_in_a_network_what_follows_from_the_students_own_values_is_not_wrong() -> None:
    found = marked(NET, observed({"dx": ([6.0, 8.0], [3.0, 4.0])}), follows=[[6.0, 8.0]])
    assert found == Mark("dx", {}, frozenset({0}))


def test_outside_a_network_nothing_follows() -> None:
    assert marked(exercise(), observed({"dx": ([6.0], [3.0])}), follows=[[6.0]]).state(0) == "wrong"


def test_what_is_right_is_right_and_nobody_asks_what_follows() -> None:
    assert marked(NET, observed({"dx": ([3.0], [3.0])})).state(0) == "right"


@pytest.mark.parametrize(
    "follows",
    [
        pytest.param([6.1, 8.0], id="another value"),
        pytest.param([6.0], id="another shape"),
        pytest.param([6.0, np.nan], id="no number"),
        pytest.param([6.0, np.inf], id="infinite"),
        pytest.param(None, id="unknown"),
    ],
)
def test_what_follows_otherwise_is_wrong(follows: Any) -> None:
    assert state({"dx": ([6.0, 8.0], [3.0, 4.0])}, follows) == "wrong"


def test_what_is_no_number_may_follow_and_says_nothing() -> None:
    for none in (np.inf, np.nan):
        assert state({"dx": ([6.0, none], [3.0, 4.0])}, [6.0, none]) == "empty"
    assert state({"dx": ([6.0, np.inf], [3.0, 4.0])}, [6.0, 8.0]) == "wrong"


def test_what_is_missing_follows_from_nothing() -> None:
    assert state({"dx": (MISSING, [3.0])}, [6.0]) == "missing"


def test_what_follows_does_so_within_the_tolerance_of_the_case() -> None:
    answers = {"dx": ([6.0, 8.0], [3.0, 4.0])}
    near = [6.0 + 5e-6, 8.0]
    assert state(seen(answers, float32=True), near) == "follows"
    assert state(answers, near) == "wrong"


def following(found: Mark) -> tuple[set[int], set[int], bool]:
    """The cases in which it follows, those in which it is empty, and whether it is hollow."""
    return set(found.follows), set(found.empty), found.hollow


# Empty: agreement that proves nothing.


def emptiness(follows: list[float], expected: list[float], float32: bool = False) -> set[int]:
    case = seen({"dx": (follows, expected)}, float32=float32)
    return set(marked(NET, observed(case), follows=[follows]).empty)


@pytest.mark.parametrize(("float32", "atol"), [(False, 1e-8), (True, 1e-5)])
def test_a_number_as_small_as_the_tolerance_says_nothing(float32: bool, atol: float) -> None:
    assert emptiness([atol, 5.0], [3.0, 4.0], float32) == {0}
    assert emptiness([1.1 * atol, 5.0], [3.0, 4.0], float32) == set()
    assert emptiness([-1.1 * atol, 5.0], [3.0, 4.0], float32) == set()


def test_a_small_number_says_nothing_only_where_pytorchs_is_larger() -> None:
    assert emptiness([0.0, 5.0], [1e-8, 4.0]) == set()
    assert emptiness([0.0, 5.0], [1.1e-8, 4.0]) == {0}
    assert emptiness([0.0, 5.0], [-1.1e-8, 4.0]) == {0}


def test_what_is_small_grows_with_the_upstream_gradient() -> None:
    def empty(dout: float, small: float) -> bool:
        case = seen({"dx": ([small, 5.0], [3.0, 4.0])}, dout=dout)
        return bool(marked(NET, observed(case), follows=[[small, 5.0]]).empty)

    assert (empty(1.0, 2e-8), empty(3.0, 2e-8), empty(0.1, 5e-9)) == (False, True, True)


def zeros_and(saying: int, empty: int, silent: int = 0) -> Mark:
    """Of a dx that follows: cases in which it says something, is zero for no reason, and is rightly zero."""
    cases = [([6.0, 8.0], [3.0, 4.0])] * saying + [([0.0, 0.0], [3.0, 4.0])] * empty + [([0.0], [0.0])] * silent
    return marked(NET, observed(*({"dx": each} for each in cases)), follows=[got for got, _ in cases])


def test_a_gradient_is_hollow_if_fewer_than_one_in_five_cases_say_something() -> None:
    assert ONE_IN == 5
    assert not zeros_and(saying=1, empty=4).hollow
    assert zeros_and(saying=1, empty=5).hollow
    assert not zeros_and(saying=2, empty=8).hollow
    assert zeros_and(saying=2, empty=9).hollow


def test_a_case_in_which_pytorch_says_0_counts_neither_way() -> None:
    assert not zeros_and(saying=1, empty=4, silent=9).hollow
    assert zeros_and(saying=1, empty=5, silent=9).hollow


def test_a_case_in_which_pytorch_says_0_in_some_places_counts() -> None:
    cases = [([6.0, 8.0], [3.0, 0.0])] + [([0.0, 0.0], [3.0, 0.0])] * 4
    found = marked(NET, observed(*({"dx": each} for each in cases)), follows=[got for got, _ in cases])
    assert following(found) == ({0}, {1, 2, 3, 4}, False)


def test_results_that_are_no_arrays_are_marked_as_well() -> None:
    parts = [np.ones(2), np.ones(3)]
    judged = observed({"steps": (tuple(parts), tuple(parts))})
    assert marked(training("steps"), judged, "steps") == Mark("steps", {})


def test_a_gradient_without_an_empty_case_is_not_hollow() -> None:
    assert not zeros_and(saying=1, empty=0, silent=9).hollow
    assert not zeros_and(saying=0, empty=0, silent=9).hollow


def test_an_empty_case_follows_unless_the_gradient_is_hollow() -> None:
    assert [zeros_and(saying=1, empty=4).state(number) for number in range(5)] == ["follows"] * 5
    assert [zeros_and(saying=1, empty=5).state(number) for number in range(6)] == ["follows"] + ["empty"] * 5


def one_number(*cases: list[float]) -> Mark:
    """A dx that follows, with these values."""
    judged = observed(*({"dx": (case, [each + 1 for each in case])} for case in cases))
    return marked(NET, judged, follows=cases)


def test_one_number_everywhere_was_not_computed() -> None:
    found = one_number([2.0, 2.0], [2.0], [2.0, 2.0, 2.0])
    assert following(found) == (set(), {0, 1, 2}, True)


def test_two_numbers_were_computed() -> None:
    found = one_number([2.0, 2.0], [2.0], [2.0, 3.0])
    assert following(found) == ({0, 1, 2}, set(), False)


def test_cases_of_a_single_number_each_were_computed_if_it_is_not_the_same() -> None:
    assert one_number([2.0], [3.0]).follows == {0, 1}


def test_one_number_in_a_single_case_is_computed_in_the_ordinary_way() -> None:
    assert FEWEST_CASES == 2
    assert one_number([2.0]).follows == {0}
    assert one_number([2.0, 2.0]).follows == {0}
    assert one_number([2.0], [2.0]).empty == {0, 1}


def test_what_is_empty_stays_so_where_the_rest_is_one_number() -> None:
    judged = observed({"dx": (1.5e-8, 3.0)}, {"dx": (1.5e-8, 4.0)})
    assert following(marked(NET, judged, follows=[0.6e-8, 1.5e-8])) == (set(), {0, 1}, True)


def test_one_number_everywhere_is_looked_for_only_in_what_follows() -> None:
    judged = observed({"dx": ([2.0], [2.0])}, {"dx": ([2.0], [2.0])}, {"dx": ([2.0], [3.0])})
    found = marked(NET, judged, follows=[None, None, [4.0]])
    assert list(found.faults) == [2]
    assert not found.empty


def test_the_number_that_was_not_computed_may_be_right_in_some_cases() -> None:
    judged = observed({"dx": ([2.0], [2.0])}, {"dx": ([2.0], [3.0])})
    found = marked(NET, judged, follows=[[2.0], [2.0]])
    assert following(found) == (set(), {1}, False)


def test_cases_without_an_array_do_not_stand_in_the_way_of_one_number() -> None:
    judged = observed({"dx": (MISSING, [1.0])}, {"dx": ([2.0], [3.0])}, {"dx": ([2.0], [3.0])})
    assert marked(NET, judged, follows=[None, [2.0], [2.0]]).empty == {1, 2}


def test_it_differs_wherever_it_is_wrong_or_follows_or_is_empty() -> None:
    assert Mark("dx", {}).differing == frozenset()
    every = Mark("dx", {0: WRONG}, frozenset({1}), frozenset({2}), forms={3: SHAPED}, unanswered=frozenset({4}))
    assert every.differing == {0, 1, 2, 3}


# Coarse.


def coarse(*answers: Any, **fields: Any) -> dict[int, str]:
    found = marked(exercise(**fields), observed(*answers))
    return {number: found.state(number) for number in sorted(found.faults)}


def test_what_agrees_to_a_few_digits_only_is_coarse() -> None:
    assert coarse({"dx": (COARSE_TENTHS, TENTHS)}, {"dx": (TENTHS, TENTHS)}) == {0: "coarse"}


@pytest.mark.parametrize("fields", [{"rtol": 1e-6}, {"driver": "training"}])
def test_an_exercise_with_a_tolerance_or_a_driver_of_its_own_asks_for_no_more(fields: dict[str, Any]) -> None:
    assert coarse({"dx": (COARSE_TENTHS, TENTHS)}, **fields) == {}


def test_what_fails_in_float32_and_at_edges_alone_is_coarse_elsewhere() -> None:
    nearly = {"dx": (COARSE_TENTHS, TENTHS)}
    off = {"dx": ([5.0], [1.0])}
    assert coarse(nearly, seen(off, float32=True)) == {0: "coarse", 1: "wrong"}
    assert coarse(nearly, seen(off, "edges")) == {0: "coarse", 1: "wrong"}
    assert coarse(nearly, seen(off, "conventions")) == {0: "coarse", 1: "wrong"}
    assert coarse(nearly, seen(off, float32=True), seen(off, "edges")) == {0: "coarse", 1: "wrong", 2: "wrong"}


@pytest.mark.parametrize("group", ["examples", "random"])
def test_what_fails_elsewhere_is_wrong_and_not_coarse_as_well(group: Any) -> None:
    nearly, off = {"dx": (COARSE_TENTHS, TENTHS)}, {"dx": ([5.0], [1.0])}
    assert coarse(nearly, seen(off, group)) == {1: "wrong"}
    assert coarse(nearly, seen(off, group), seen(off, "edges")) == {1: "wrong", 2: "wrong"}


def test_what_agrees_to_a_few_digits_is_coarse_in_a_near_shape_and_beside_cases_without_an_answer() -> None:
    assert coarse({"dx": ([COARSE_TENTHS], TENTHS)}, {"dx": (TENTHS, TENTHS)}) == {0: "coarse"}
    assert coarse({"dx": (COARSE_TENTHS, TENTHS)}, NOTHING) == {0: "coarse"}


def test_what_is_in_float32_is_not_coarse_as_well() -> None:
    found = marked(exercise(), observed({"dx": (np.array(TENTHS, dtype=np.float32), TENTHS)}))
    assert (found.faults, [each.kind for each in found.forms.values()]) == ({}, ["width"])


@pytest.mark.parametrize("follows", [[6.0, 8.0], [0.0, 0.0]])
def test_what_follows_is_not_coarse_where_it_agrees(follows: list[float]) -> None:
    judged = observed({"dx": (COARSE_TENTHS, TENTHS)}, {"dx": (follows, [3.0, 4.0])})
    found = marked(NET, judged, follows=[None, follows])
    assert (found.faults, found.state(1)) == ({}, "follows")


@pytest.mark.parametrize("answer", [TENTHS, COARSE_TENTHS, [9.0] * 5])
def test_a_look_at_all_cases_at_once_says_the_same_as_a_look_at_each(answer: list[float]) -> None:
    judged = observed({"dx": (answer, TENTHS)}, {"dx": (TENTHS, TENTHS)})
    row = Row([(each.reference.gradients["dx"], FLOAT64) for each in judged.values()])
    assert mark(exercise(), judged, "dx", row, lambda number: {}) == marked(exercise(), judged)
