"""What is said of wrong gradients that nobody has written a text for: each by its formula, or nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader import catalog
from grader.judging.bench import Bench
from grader.judging.judgement import judge
from grader.results import ExerciseResult
from grader.sandbox.host.worker import Sandbox
from tests.conftest import bench
from tests.submissions import solution, written


def judged(name: str, formula: str, sandbox: Sandbox, form: int = 0) -> ExerciseResult:
    """The verdict on a submission with these lines, by a bench that knows no mistake."""
    exercise, whole = catalog.get(name), bench(name)
    bare = Bench(replace(exercise, mistakes="", misconceptions=())).of(whole.sheet)
    return judge(bare, exercise.file, written(exercise, exercise.books[form].replaced(formula)), sandbox).result


def claims(result: ExerciseResult) -> list[str]:
    return [each.diagnosis.claim for each in result.findings if each.diagnosis]


@pytest.mark.parametrize(
    ("name", "formula", "said"),
    [
        ("affine", "dX = dout @ W", "Your dX comes out as dout @ W, in all 2 cases that are answered."),
        ("affine", "dX = dout @ W.T / N", "Your dX comes out as dX / N with PyTorch's dX, in all 18 cases."),
        (
            "sigmoid",
            "ds = dout * sigma * (1 + sigma)",
            "Your ds comes out as dout * sigma * (1 + sigma), in all 19 cases.",
        ),
        ("sigmoid", "ds = dout + sigma * (1 - s)", "Your ds comes out as (1 - s) * sigma + dout, in all 19 cases."),
        ("sigmoid", "ds = dout * (sigma - 2 * sigma)", "Your ds comes out as dout * -sigma, in all 19 cases."),
        ("tanh", "ds = dout * t ** 2 * s", "Your ds comes out as dout * t ** 2 * s, in all 18 cases."),
    ],
)
def test_a_formula_is_said_as_it_is(name: str, formula: str, said: str, sandbox: Sandbox) -> None:
    assert claims(judged(name, formula, sandbox)) == [said]


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("relu_network", "dw1 = dz1 * x / z1"),
        ("add_multiply", "dz = dout * q / x"),
        ("add_multiply", "dx = dout * z / q"),
    ],
)
def test_a_formula_that_has_the_right_one_in_it_is_not_said_however_it_is_written(
    name: str, formula: str, sandbox: Sandbox
) -> None:
    gradient = formula.partition(" = ")[0]
    said = [each for each in claims(judged(name, formula, sandbox)) if f"Your {gradient} comes out as" in each]
    right = catalog.get(name).books[0].by_target[gradient].names
    assert not [each for each in said if all(word in each.replace(f"Your {gradient}", "") for word in right)], said


def test_a_gradient_of_no_shape_for_the_right_formula_of_a_later_one_is_judged_like_any_other(sandbox: Sandbox) -> None:
    result = judged("logistic_batch", "ds = (dout * (y_hat - y) / N)[None, :]; dw = w * w + w", sandbox)
    assert result.status == "failed"
    assert any("Your dw comes out as" in each for each in claims(result))


def test_two_faults_in_two_gradients_get_a_formula_each(sandbox: Sandbox) -> None:
    assert claims(judged("affine", "dX = -dout @ W.T; db = dout.sum(axis=0) * 2", sandbox)) == [
        "Your dX comes out as -dX with PyTorch's dX, in all 18 cases.",
        "Your db comes out as db * 2 with PyTorch's db, in all 18 cases.",
    ]


def test_in_a_network_a_later_fault_is_found_behind_a_first_one(sandbox: Sandbox) -> None:
    result = judged("two_layer_batch", "dlogits = dout * (P - one_hot(labels, C)); dW1 = X.T @ dA1", sandbox)
    first, second = result.findings
    assert (first.diagnosis and first.diagnosis.gradient, second.diagnosis and second.diagnosis.gradient) == (
        "dlogits",
        "dW1",
    )
    assert first.call
    assert not second.call
    assert second.diagnosis
    assert second.diagnosis.claim.startswith("Your dW1 comes out as X.T @ dA1, in all ")


def test_of_a_long_formula_no_more_than_one_term_is_said(sandbox: Sandbox) -> None:
    (claim,) = claims(
        judged("batchnorm", "dx = (dx_hat - through_mean + through_variance) * inverse_deviation", sandbox)
    )
    assert claim.startswith("Your dx comes out as if a sign in its formula were turned, in all ")
    assert "through" not in claim


def test_nothing_is_said_of_a_right_submission_or_of_noise(sandbox: Sandbox) -> None:
    exercise = catalog.get("affine")
    assert judge(bench("affine"), exercise.file, solution(exercise), sandbox).result.findings == ()
    noisy = solution(exercise).replace(b"return dX, dW, db", b"return dX + 0.1 * np.sin(3 + dX), dW, db")
    result = judge(bench("affine"), exercise.file, noisy, sandbox).result
    assert [each.diagnosis for each in result.findings] == [None]


def test_nan_in_place_of_what_is_wrong_comes_from_no_formula(sandbox: Sandbox) -> None:
    result = judged("sigmoid", "ds = dout * sigma * (1 - sigma) / (s - s)", sandbox)
    assert [each.id for each in [result.diagnosis] if each and each.id == "formula"] == []


@pytest.mark.parametrize(
    "odd", ["None", "'a'", "{}", "[[1, 2], [3]]", "1j * dX", "np.array('a')", "10**400", "range(3)"]
)
def test_what_is_no_array_of_numbers_comes_from_no_formula(odd: str, sandbox: Sandbox) -> None:
    exercise = catalog.get("affine")
    source = solution(exercise).replace(b"return dX, dW, db", f"return {odd}, dW, 2 * db".encode())
    result = judge(bench("affine"), exercise.file, source, sandbox).result
    assert claims(result) == ["Your db comes out as db * 2 with PyTorch's db, in all 18 cases."]


def test_what_is_made_of_own_wrong_values_is_not_called_pytorchs(sandbox: Sandbox) -> None:
    result = judged("two_layer", "dz1 = da1 * a1; dW1 = 2 * outer(dz1, x)", sandbox)
    said = {each.diagnosis.gradient: each.diagnosis.claim for each in result.findings if each.diagnosis}
    assert said["dz1"] == "Your dz1 comes out as da1 * a1, in all 17 cases."
    assert "PyTorch" not in said["dW1"]
    assert said["dW1"].startswith("Your dW1 comes out as if its formula had a factor or a term too many, in all 17")


def test_another_gradient_in_a_formula_is_said_to_be_pytorchs(sandbox: Sandbox) -> None:
    (claim,) = claims(judged("batchnorm", "dbeta = dgamma", sandbox))
    assert claim == "Your dbeta comes out as dgamma with PyTorch's dgamma, in all 17 cases."


@pytest.mark.parametrize("constant", ["0 * dout", "dout * 0 + 3"])
def test_one_number_everywhere_comes_from_no_formula(constant: str, sandbox: Sandbox) -> None:
    (diagnosis,) = [each.diagnosis for each in judged("sigmoid", f"ds = {constant}", sandbox).findings]
    assert diagnosis is None or diagnosis.id != "formula"


def test_one_cause_of_several_gradients_is_told_once(sandbox: Sandbox) -> None:
    # Of dz2 the numbers alone say little: a mask has one bit a case.
    said = [each.diagnosis for each in judged("relu_network", "z1 = w1 * x * b1 + b1", sandbox).findings]
    assert [each.claim for each in said if each] == [
        "Your da2, dz2, dw2 and dz1 come out as they do with z1 = w1 * b1 * x + b1, in all 35 cases."
    ]


@pytest.mark.parametrize(
    ("name", "formula", "said"),
    [
        (
            "affine_sample",
            "dx = sign(W).T @ dout; dW = outer(dout, x) + dx",
            ["Your dW comes out as dW + dx with PyTorch's dW and your own dx, in all 17 cases."],
        ),
        (
            "multiply",
            "da = dout * abs(b); db = dout * a - da",
            ["Your db comes out as db - da with PyTorch's db and your own da, in all 17 cases."],
        ),
    ],
)
def test_what_is_made_of_another_wrong_gradient_is_said_to_be(
    name: str, formula: str, said: list[str], sandbox: Sandbox
) -> None:
    assert [each for each in claims(judged(name, formula, sandbox)) if "your own" in each] == said


def test_a_formula_that_cannot_be_shown_says_whose_gradient_is_in_it(sandbox: Sandbox) -> None:
    said = claims(judged("max", "da = dout * (a > b) + dout * db / 2; db = dout * (b > a) * b", sandbox, form=1))
    assert [each.split(", in all ")[0] for each in said if "your own" in each] == [
        "Your da comes out as if a value in its formula were another one, with your own db"
    ]


def test_a_gradient_that_is_right_at_ties_in_its_own_way_is_called_ones_own(sandbox: Sandbox) -> None:
    # All of dout goes to b at a tie, and a's share is wrong anyway: so PyTorch's db is another one.
    formula = "da = dout * (a > b) + dout * db / 2; db = dout * (b >= a)"
    (said,) = claims(judged("max", formula, sandbox, form=1))
    assert "with your own db" in said


def test_two_gradients_made_of_each_other_explain_neither(sandbox: Sandbox) -> None:
    exercise = catalog.get("add")
    noisy = solution(exercise).replace(b"return dout, dout", b"return dout + np.sin(3 + dout), dout + np.sin(3 + dout)")
    found = judge(bench("add"), exercise.file, b"import numpy as np\n" + noisy, sandbox).result
    assert [each.headline for each in found.findings] == ["da is wrong", "db is wrong"]
    assert claims(found) == []


def test_where_one_gradient_raises_the_other_is_still_explained(sandbox: Sandbox) -> None:
    # Of an array with one axis there is no axis 1: then neither gradient comes back.
    said = claims(judged("multiply", "da = dout * b.mean(axis=1, keepdims=True); db = dout * a + a", sandbox))
    assert [each.split(", in all ")[0] for each in said] == [
        "Your da comes out as if a sum or mean in its formula were another one, or none",
        "Your db comes out as db + a with PyTorch's db",
    ]
    assert all(each.endswith("cases that are answered.") for each in said)


def test_where_each_gradient_raises_in_cases_of_its_own_both_are_explained(sandbox: Sandbox) -> None:
    said = claims(judged("add", "da = dout + db; db = dout.mean(axis=1)", sandbox))
    assert [each.split(", in all ")[0] for each in said] == [
        "Your da comes out as da + db with PyTorch's da and your own db",
        "Your db comes out as db.mean(axis=1) with PyTorch's db",
    ]


def test_where_nothing_accounts_for_an_error_what_fits_several_ways_is_not_said(sandbox: Sandbox) -> None:
    # What da is at a tie nobody sees, for there db raises: it may be b alone.
    formula = "da = b + dout * (a == b) / 2; db = dout * (b > a) + (dout * (a == b)).sum(axis=1, keepdims=True) / 2"
    assert claims(judged("max", formula, sandbox, form=1)) == []


@pytest.mark.parametrize("formula", ["da = 2 * dout * (a >= b)", "da = -dout * (a >= b)", "da = dout * (a >= b) + a"])
def test_where_several_gradients_are_right_none_is_called_pytorchs(formula: str, sandbox: Sandbox) -> None:
    # At a tie PyTorch's da is half of dout: that of the formula is all of it.
    (said,) = claims(judged("max", formula, sandbox))
    assert "with a right da, in all 18 cases" in said


def test_a_multiple_of_one_of_several_right_gradients_is_not_called_one_of_pytorchs(sandbox: Sandbox) -> None:
    assert claims(judged("max", "db = 3 * dout * (a < b)", sandbox)) == [
        "db is 3 times a right gradient in every case."
    ]


def test_what_is_made_of_a_gradient_does_not_explain_it(sandbox: Sandbox) -> None:
    said = claims(judged("two_layer", "dz1 = da1 * a1 + db2.sum()", sandbox))
    assert not any("db1" in each for each in said)


def test_numbers_that_are_rounding_errors_come_from_no_formula(sandbox: Sandbox) -> None:
    said = claims(judged("batchnorm", "dgamma = dout.sum(axis=0) * x_hat.sum(axis=0)", sandbox))
    assert not any("comes out" in each for each in said)


def test_an_axis_put_in_and_summed_over_is_not_said(sandbox: Sandbox) -> None:
    # It is how the right one would be written.
    said = claims(judged("affine_sample", "dW = dout * x", sandbox))
    assert [each.split(", in all ")[0] for each in said] == ["Your dW comes out as dout * x"]


def test_a_function_that_came_out_as_a_number_is_not_told(sandbox: Sandbox) -> None:
    (said,) = claims(judged("softmax_cross_entropy", "dlogits = dout * (p - 1) / N", sandbox))
    assert "one_hot" not in said


def test_a_right_formula_in_another_order_is_not_said(sandbox: Sandbox) -> None:
    said = claims(judged("add_multiply", "dx = dout * z / q", sandbox))
    assert not any("z * dout" in each or "dout * z" in each for each in said)
