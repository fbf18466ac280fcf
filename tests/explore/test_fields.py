"""Texts make a case, or it is said what is wrong with them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader import catalog
from grader.cases import cases
from grader.desk.explore.fields import MOST_NUMBERS, FieldError, edit, fields
from grader.desk.explore.own_case import case_data
from grader.judging.bench import Bench
from grader.reference.oracle import reference
from grader.report.page.contents import NONE_BACK
from grader.sandbox.host.worker import Sandbox
from tests import submissions
from tests.conftest import bench as shared
from tests.judge.written import backward
from tests.page.pages import numbers


def faults(name: str, **texts: str) -> dict[str, str]:
    exercise = catalog.get(name)
    with pytest.raises(FieldError) as raised:
        edit(exercise, cases(exercise)[0], texts)
    return dict(raised.value.faults)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("one", "isn't a number"),
        ("[1, 2", "isn't a number"),
        ("1 2", "isn't a number"),
        ("1 - 2", "isn't a number"),
        ("10^400", "isn't a number"),
        ("__import__('os')", "isn't a number"),
        ("[1, nan]", "has nan or infinity"),
        ("-inf", "has nan or infinity"),
        ("1e400", "too large for float64"),
        ("1" + "0" * 400, "too large for float64"),
        ("[[1, 2], [3]]", "rows of unequal length"),
        ("[]", "has no numbers"),
        ("[" * 5000 + "]" * 5000, "isn't a number"),
        ("[" * 70 + "1" + "]" * 70, "rows of unequal length"),
        (str([1] * (MOST_NUMBERS + 1)), f"has {MOST_NUMBERS + 1} numbers"),
        ("[1" + ", 1" * 100_000 + "]", "is too long"),
    ],
)
def test_what_is_no_array_is_told_of_its_own_field(text: str, said: str) -> None:
    found = faults("relu", x=text)
    assert list(found) == ["x"]
    assert said in found["x"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert faults("affine", X="a", b="nan").keys() == {"X", "b"}


def test_shapes_have_to_go_together() -> None:
    assert faults("relu", x="[1, 2, 3]") == {"dout": "has the shape (4,); the output has the shape (3,)"}
    assert faults("add", a="[1, 2]", b="[1, 2, 3]")["b"] == "has the shape (3,), and a has the shape (2,)"
    assert faults("affine", X="[1, 2]")["X"] == "has the shape (2,), and an array of 2 axes belongs here"
    assert faults("affine", b="[1, 2, 3, 4, 5]")["b"].startswith("has d_z = 5, and W has d_z = ")
    assert faults("linear_neuron", w="[1]")["w"] == "has the shape (1,), and a number belongs here"
    assert faults("copy", **{"dout[1]": "[1]"}).keys() == {"dout[1]"}


def test_whole_numbers_are_whole_and_a_padding_is_no_billion() -> None:
    assert faults("softmax_cross_entropy", labels="0.5")["labels"]
    assert faults("conv2d", pad="1000000000")["pad"] == "takes a whole number from 0 to 16"
    assert faults("conv2d", stride="0.5")["stride"] == "takes whole numbers only"


def test_other_ways_to_write_numbers_are_read() -> None:
    exercise = catalog.get("relu")
    case = edit(exercise, cases(exercise)[0], {"x": "(−1, .5, +2., 1E2)"})
    np.testing.assert_array_equal(case.inputs["x"], [-1, 0.5, 2, 100])


@pytest.mark.parametrize(
    ("name", "texts", "said"),
    [
        ("bce", {"y_hat": "[0]", "y": "[1]", "dout": "1"}, "with these numbers, log(y_hat) is −∞ in float64"),
        ("softmax_cross_entropy", {"logits": "[[1, 2]]", "labels": "[7]"}, "PyTorch can't compute this"),
        ("conv2d", {"stride": "0"}, ""),
        ("square", {"w": "[1e300]", "dout": "[1]"}, "with these numbers, J is ∞ in float64"),
    ],
)
def test_where_pytorch_has_no_numbers_neither_have_we(
    name: str, texts: dict[str, str], said: str, sandbox: Sandbox
) -> None:
    exercise = catalog.get(name)
    bench = Bench(exercise)
    with pytest.raises(FieldError) as raised:
        case_data(bench, edit(exercise, bench.cases[0], texts), "file", submissions.solution(exercise), sandbox)
    assert list(raised.value.faults) == [""]
    assert said in raised.value.faults[""]


SATURATED = {"x": "[20, −1]", "w": "[2, −0.5]", "b": "0.1"}
BATCH = {"X": "[[20, −1], [1, 1]]", "w": "[2, −0.5]", "b": "0.1"}


@pytest.mark.parametrize(
    ("name", "texts", "ds"),
    [
        ("logistic", {**SATURATED, "y": "0"}, [1]),
        ("logistic", {**SATURATED, "y": "1"}, [-np.exp(-40.6)]),
        ("logistic", {"x": "[1]", "w": "[−720]", "b": "0", "y": "1"}, [-1]),
        ("logistic_batch", {**BATCH, "y": "[1, 0]"}, [-np.exp(-40.6) / 2, 1 / (1 + np.exp(-1.6)) / 2]),
    ],
)
def test_saturation_is_shown_in_a_form_that_stays_finite(
    name: str, texts: dict[str, str], ds: list[float], sandbox: Sandbox
) -> None:
    exercise = catalog.get(name)
    bench = Bench(exercise)
    case = edit(exercise, bench.cases[0], texts | {"dout": "1"})
    data = case_data(bench, case, "file", submissions.solution(exercise), sandbox)
    assert (data["status"], data["findings"], data["notes"]) == ("passed", [], [])
    (graph,) = data["graphs"]
    assert any("ŷ is 1 here, or so near to 0" in each and "stays finite" in each for each in graph["notes"])
    nodes = {node["name"]: node for node in graph["nodes"] if "name" in node}
    assert np.atleast_1d(numbers(nodes["s"]["gradient"])) == pytest.approx(ds, rel=1e-5)
    wrong = submissions.solution(exercise).replace(b"    ds = dout", b"    ds = 1 + dout")
    assert wrong != submissions.solution(exercise)
    (finding, *_) = case_data(bench, case, "file", wrong, sandbox)["findings"]
    assert finding["headline"] == "ds is wrong"


@pytest.mark.parametrize(
    ("y_hat", "y", "slopes"), [("[1]", "[1]", [-1]), ("[0, 1, 0.5]", "[0, 1, 0]", [1 / 3, -1 / 3, 2 / 3])]
)
def test_a_sure_and_right_prediction_has_a_loss_and_a_slope(
    y_hat: str, y: str, slopes: list[float], sandbox: Sandbox
) -> None:
    bench = Bench(catalog.get("bce"))
    case = edit(bench.exercise, bench.cases[0], {"y_hat": y_hat, "y": y, "dout": "1"})
    data = case_data(bench, case, "file", submissions.solution(bench.exercise), sandbox)
    (graph,) = data["graphs"]
    assert any("the logarithm that a target of 0 or 1 leaves out" in each for each in graph["notes"])
    nodes = {node["name"]: node for node in graph["nodes"] if "name" in node}
    assert np.atleast_1d(numbers(nodes["y_hat"]["gradient"])) == pytest.approx(slopes, rel=1e-5)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"y_hat": "[1]", "y": "[0]"}, "log(1 − y_hat) is −∞"),
        ({"y_hat": "[1]", "y": "[0.5]"}, "log(1 − y_hat) is −∞"),
        ({"y_hat": "[1.2]", "y": "[1]"}, "log(1 − y_hat) is nan"),
        ({"y_hat": "[1e-320]", "y": "[1]"}, "the gradient of y_hat is −∞"),
    ],
)
def test_where_no_form_is_finite_it_is_told_what_is_not(texts: dict[str, str], said: str, sandbox: Sandbox) -> None:
    bench = Bench(catalog.get("bce"))
    case = edit(bench.exercise, bench.cases[0], texts | {"dout": "1"})
    with pytest.raises(FieldError) as raised:
        case_data(bench, case, "file", submissions.solution(bench.exercise), sandbox)
    assert said in raised.value.faults[""]


@pytest.mark.parametrize("name", ["bce", "logistic", "logistic_batch"])
def test_the_stable_form_is_the_forward_itself(name: str) -> None:
    here = shared(name)
    assert here.exercise.stable
    form = replace(here.exercise, forward=here.exercise.stable, gradients=here.exercise.gradients[-3:])
    for case, expected in zip(here.cases, here.references, strict=True):
        found = reference(form, case)
        np.testing.assert_allclose(found.out, expected.out, rtol=1e-6)
        for each in form.gradients:
            np.testing.assert_allclose(found.gradients[each], expected.gradients[each], rtol=1e-6, atol=1e-9)


def test_a_graph_in_which_the_fault_isnt_to_be_seen_says_so(sandbox: Sandbox) -> None:
    bench = Bench(catalog.get("relu"))
    source = submissions.solution(bench.exercise)
    faulty = source.replace(b"def relu_backward(dout, cache):", b"def relu_backward(dout, cache):\n    return None", 1)
    assert faulty != source
    for given, notes in ((source, []), (faulty, [NONE_BACK])):
        (graph,) = case_data(bench, bench.cases[0], "file", given, sandbox)["graphs"]
        assert graph["notes"] == notes


@pytest.mark.parametrize(
    "texts", [{}, {"W1": "[[0.2, 0.5], [0.2, 0.5]]", "b1": "[0.1, 0.1]"}], ids=["as given", "equal"]
)
def test_the_advice_and_the_graph_agree_on_what_follows(texts: dict[str, str], sandbox: Sandbox) -> None:
    bench = Bench(catalog.get("two_layer"))
    (mistake,) = [each for each in bench.exercise.bank if each.id == "outer-slope-missing"]
    case = edit(bench.exercise, bench.cases[0], _texts(bench, texts))
    data = case_data(bench, case, "file", submissions.mistaken(bench.exercise, mistake), sandbox)
    (graph,) = data["graphs"]
    assert {node["name"] for node in graph["nodes"] if node.get("state") == "follows"} == {
        name.removeprefix("d") for name in bench.exercise.gradients[2:]
    }
    advice = f"{', '.join(bench.exercise.gradients[2:])} follow rightly from your own values."
    assert advice in data["findings"][0]["advice"]


def _texts(bench: Bench, texts: dict[str, str]) -> dict[str, str]:
    return {each.name: each.text for each in fields(bench.exercise, bench.cases[0])} | texts


def test_what_is_missing_from_a_dict_is_not_to_be_looked_at_but_to_be_returned(sandbox: Sandbox) -> None:
    bench = Bench(catalog.get("two_layer"))
    source = backward("two_layer", "return {'da2': np.full(1, 3.0), 'dz2': np.ones(1)}").encode()
    (finding, *_) = case_data(bench, bench.cases[0], "file", source, sandbox)["findings"]
    assert finding["headline"] == "da2 is wrong"
    assert finding["advice"] == ("Look at dz2 next. dW2, db2, da1, dz1, dW1, db1, dx are missing from what you return.")
