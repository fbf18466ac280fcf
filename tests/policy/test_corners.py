"""Corners where two rules of the judging meet."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.exercise import Call
from grader.judging.checks import checks
from grader.judging.comparison import Tolerance, mismatch
from grader.judging.judgement import judgement
from grader.judging.wording import typed
from grader.results import Finding
from grader.sandbox.wire.records import Reply, Run, StudentError, Unsupported
from tests.policy.builders import MISSING, RAISED, all_marked, exercise, marked, network, observed, seen, training
from tests.policy.test_judgement import FINISHED, ONE, RIGHT, TWO, bench, result


def test_a_problem_everywhere_is_told_once() -> None:
    nothing = Reply({"out": TWO, "gradients": Unsupported("None"), "changed": {}})
    assert len(result(nothing, nothing, nothing).findings) == 1


@pytest.mark.parametrize("raising", [1, 2])
def test_of_what_is_no_pair_an_error_is_paid_for_by_the_result_that_it_kept_back(raising: int) -> None:
    of = exercise("J dx", calls=(Call("f", ("x",), "J"), Call("g", ("x",), "dx")))
    good = Reply({"J": ONE, "dx": ONE, "changed": {}})
    bad = Reply({"J": ONE}, StudentError("raised", "g", "ValueError", "no"))
    run = Run((*[good] * (4 - raising), *[bad] * raising, good), FINISHED)
    found = judgement(bench(of, ("random",) * 4 + ("unchanged",)), "bend.py", run).result
    assert {each.name: each.status for each in found.checks if each.name.endswith("random")} == {
        "J random": "passed",
        "dx random": "failed",
    }
    assert found.status == "failed"


def test_entries_that_an_error_kept_back_are_unanswered_beside_one_that_is_right_but_for_its_shape() -> None:
    answers = {"parts": ({"a": np.array([1.0])}, {"a": 1.0, "b": 2.0})}
    found = marked(training("parts", apart=("parts",)), observed(seen(answers, error=RAISED)), "parts")
    assert found.unanswered == {0} or found.faults


def test_a_case_without_an_answer_makes_no_gradient_less_hollow() -> None:
    net = network("dz dx")
    zero = seen({"dz": ([0.0, 0], [1.0, 2]), "dx": ([0.0, 0], [3.0, 4])})
    nothing = seen({"dz": (MISSING, [1.0, 2]), "dx": (MISSING, [3.0, 4])}, got=None, error=RAISED)
    judged = observed(*[zero] * 6, *[nothing] * 2)

    def following(case: Any, got: Any) -> dict[str, Any]:
        return {"dz": np.array([1.0, 2]), "dx": 3 * got["dz"]}

    marks = all_marked(net, judged, following)
    earned = {each.name: each.points for each in checks(net, judged, marks, None, None, [Finding("x")], False)}
    assert earned["dx random"] == 0


def test_float32_is_tolerated_as_far_as_the_exercise_tolerates_float64() -> None:
    got = np.array([700 * (1 + 5e-6)])
    within = Tolerance(2e-5, 1e-8)
    assert mismatch("da", got, np.array([700.0]), within) is None
    narrow = mismatch("da", got.astype(np.float32), np.array([700.0]), within)
    assert narrow is not None
    assert narrow.kind == "width"


def test_a_single_answered_case_is_computed_in_the_ordinary_way() -> None:
    nothing = seen({"dx": (MISSING, [3.0])}, got=None, error=RAISED)
    assert marked(network("dz dx"), observed({"dx": ([2.0], [3.0])}, nothing), follows=[[2.0], None]).follows == {0}


def test_a_large_array_in_a_dict_leaves_python() -> None:
    compile(typed({"W": np.ones((9, 9)), "b": 1.0}).replace("\u00a0", " "), "", "eval")


def test_an_empty_array_keeps_its_type() -> None:
    for empty in (np.zeros(0, dtype=np.int64), np.zeros((0, 3), dtype=np.float32)):
        made = eval(typed(empty).replace("\u00a0", " "), {"np": np})
        assert made.dtype == empty.dtype


def test_what_is_no_number_is_written_as_python() -> None:
    eval(typed(np.array([np.inf, np.nan])).replace("\u00a0", " "), {"np": np})


def test_a_change_in_place_pays_for_no_case_without_an_answer() -> None:
    """Its diagnosis is of "x", which is no gradient: then nobody pays."""
    found = result(Reply({"out": TWO, "gradients": ONE, "changed": {"x": TWO}}), Reply({"out": TWO}, RAISED), RIGHT)
    assert {each.name: each.status for each in found.checks}["dx random"] == "failed"
