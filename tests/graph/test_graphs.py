"""A graph is that of a forward as it runs, with PyTorch's values and gradients."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from functools import cache
from math import prod

import numpy as np
import pytest

from grader import catalog
from grader.cases import Case
from grader.exercise import Array, Exercise, Input, Output
from grader.graph.build import graphs, trace
from grader.graph.diagram import Array as Shown
from grader.graph.diagram import Contribution, Graph, Node
from grader.graph.shares import share_of
from grader.graph.terms import leaf
from grader.reference.oracle import Reference
from grader.report.drawing import svg
from tests.conftest import ROOT, bench


@cache
def traced(name: str) -> list[tuple[Case, Reference, Graph]]:
    """The first cases of each group, with PyTorch's answers and their graphs."""
    here = bench(name)
    chosen, seen = [], dict.fromkeys(("examples", "random", "edges", "conventions", "unchanged"), 0)
    for case, reference in zip(here.cases, here.references, strict=True):
        seen[case.group] += 1
        if seen[case.group] <= 3:
            graph = trace(here.exercise, case)
            assert graph, f"{name} has no graph in the case {case.name}"
            chosen.append((case, reference, graph))
    return chosen


def array(shown: Shown | None) -> Array:
    assert shown
    return np.array(shown.numbers)


def test_a_gradient_that_reaches_a_value_twice_is_a_sum() -> None:
    steps = {step.node: step for step in next(graphs(catalog.get("branch_merge"))).steps if step.phase == "backward"}
    assert steps["u"].line == "du = dh · 2u + dv = 0.0350 · 4 + 0.0350 = 0.1749"
    assert steps["a"].line == "da = du · x + d(a² + c²) · 2a = 0.1749 · 2 + 0.05 · 2 = 0.4499"


@pytest.mark.parametrize("case", bench("engine").cases, ids=lambda case: case.name)
def test_what_is_drawn_of_the_engine_is_what_all_calls_of_backward_leave_in_grad(case: Case) -> None:
    here = bench("engine")
    graph = trace(here.exercise, case)
    assert graph
    homes = {node.name: node for node in graph.nodes if node.name}
    assert case.number is not None
    for name, expected in here.references[case.number].gradients["grad"].items():
        found = array(homes[name].gradient).item() if name in homes else 0.0
        assert found == pytest.approx(float(expected))
    for node in graph.nodes:
        if node.kind != "output":
            total = sum(array(each.value).item() for each in node.contributions)
            assert total == pytest.approx(array(node.gradient).item())


def engine(name: str) -> Graph:
    here = bench("engine")
    graph = trace(here.exercise, next(case for case in here.cases if case.name == name))
    assert graph
    return graph


def test_backward_called_twice_begins_with_a_sum() -> None:
    graph = engine("backward called twice")
    lines = [step.line for step in graph.steps if step.phase == "backward"]
    assert lines[:2] == ["dc = 1 + 1 = 2", "db = dc · a = 2 · 3 = 6"]
    assert graph.notes == ("backward is called from c twice: the gradients of all calls add up.",)


def test_two_outputs_are_both_drawn() -> None:
    graph = engine("two outputs")
    assert [node.id for node in graph.nodes if node.kind == "output"] == ["c", "d"]
    lines = [step.line for step in graph.steps if step.phase == "backward"]
    assert "db = dc · 3 + dd · a = 1 · 3 + 1 · 2 = 5" in lines
    assert graph.notes == ("backward is called from c and then from d: the gradients of all calls add up.",)


ONE_PASS = "This is the first backward pass; what is done with its gradients, further passes included, is not drawn."


@pytest.mark.parametrize("name", ["two_updates", "train"])
def test_of_steps_that_repeat_a_network_the_first_is_drawn_whatever_the_exercise_is_called(name: str) -> None:
    exercise = catalog.get(name)
    for case, _, graph in traced(name):
        assert graph.notes == (exercise.aside or ONE_PASS,)
        other = trace(replace(exercise, name="another"), case)
        assert other == replace(graph, exercise="another")


def test_a_pass_that_needs_no_earlier_gradients_is_drawn_whole_and_says_nothing() -> None:
    # Its Jacobian is made row by row first.
    for _, _, graph in traced("relu_jacobian"):
        assert graph.notes == ()
        assert "jacobian" in {node.name for node in graph.nodes}


def test_a_long_graph_is_drawn_in_part_and_says_so() -> None:
    graph = engine("a value used 200 times")
    assert len(graph.nodes) == 9
    (several,) = (node for node in graph.nodes if node.label == "194 operations")
    assert several.value.numbers == (2 + 197 * 0.5,)
    (a,) = (node for node in graph.nodes if node.name == "a")
    assert [array(each.value).item() for each in a.contributions] == [1, 1, 1, 194, 1, 1, 1]
    said = "194 of the 200 operations are drawn as one, and their contributions as one sum."
    assert graph.notes == (said,)
    assert len(svg(graph)) < 20_000
    assert "b_1 = 2.5" in svg(graph).replace("\u00a0", " ")


def test_operations_stay_apart_where_more_than_the_last_of_them_is_used_later() -> None:
    def forward(x: object) -> object:
        parts = [x * number for number in range(50)]  # type: ignore[operator]
        total = parts[0]
        for each in parts[1:]:
            total = total + each
        return total * parts[25]

    graph = drawn(forward, x=[1.0])
    assert len(graph.nodes) > 90
    assert graph.notes == ()


def test_labels_are_drawn_as_they_are_given() -> None:
    graph = next(graphs(catalog.get("softmax_cross_entropy")))
    nodes = {node.label: node for node in graph.nodes}
    assert nodes["labels"].value == Shown((2,), (0.0, 2.0))
    assert "label names" in nodes["pick"].meaning


def test_the_two_layer_network_is_computed_as_the_note_computes_it() -> None:
    (graph,) = graphs(catalog.get("two_layer"))
    lines = [step.line for step in graph.steps]
    for line in (
        "z1 = W1 @ x + b1 = [0.25, 0.27] + [0.1, 0.2] = [0.35, 0.47]",
        "W2 @ a1 = 0.6 · 0.5866 + 0.7 · 0.6154 = 0.7827",
        "a2 = σ(z2) = σ(0.8827) = 0.7074",
        "L = 0.5 · sum((a2 − y)²) = 0.5 · (0.7074 − 0.8)² = 0.00429",
        "da2 = dout · (a2 − y) = 1 · (−0.0926) = −0.0926",
        "dz2 = da2 · a2(1 − a2) = −0.0926 · 0.2070 = −0.0192",
        "da1 = W2ᵀ @ dz2 = [[0.6, 0.7]]ᵀ @ [−0.0192] = [−0.0115, −0.0134]",
    ):
        assert line in lines
    local = {(edge.source, edge.target): edge.local for edge in graph.edges}
    assert local["z2", "a2"] == "a2(1 − a2) = 0.2070"


def test_printed_figures_stand_at_their_nodes_and_those_that_are_right_are_the_nodes_numbers() -> None:
    (graph,) = graphs(catalog.get("two_layer"))
    assert graph.source == "001 §4"
    assert [each.quantity for each in graph.printed][:2] == ["W1[0, 0]·x[0]", "W1[0, 1]·x[1]"]
    nodes = {node.id: node for node in graph.nodes}
    printed = {each.quantity: each for node in graph.nodes for each in node.printed}
    assert {each.quantity for each in nodes["z1"].printed} == {"z1[0]", "z1[1]", "dz1[0]", "dz1[1]"}
    assert {each.quantity for each in nodes["L"].printed} == {"L"}
    off = {"a2[0]", "L", "da2[0]", "da1[0]", "da1[1]", "dz1[0]", "dz1[1]", "dW1[0, 0]", "dW1[0, 1]"}
    assert {quantity for quantity, each in printed.items() if each.is_off and each.why} == off
    for quantity, each in printed.items():
        name, _, place = quantity.rstrip("]").partition("[")
        node = nodes[name if name in nodes else name[1:]]
        shown = node.value if name in nodes else node.gradient
        assert shown
        index = tuple(map(int, place.split(", "))) if place else ()
        number = shown.numbers[int(np.ravel_multi_index(index, shown.shape)) if index else 0]
        assert number == pytest.approx(each.exact)
        decimals = len(each.text.partition(".")[2])
        assert (abs(number - float(each.text)) <= 0.5 * 10.0**-decimals) != each.is_off


def test_an_exercise_without_examples_has_the_graph_of_a_small_case() -> None:
    (graph,) = graphs(custom(lambda x: x.exp()))
    assert graph.case
    assert graph.source == ""


def custom(forward: object, *names: str) -> Exercise:
    """An exercise that is in no catalogue."""

    def wrong(dout: Array, *inputs: Array) -> Array:
        """A claim.

        A hint.
        """
        return dout

    return Exercise(
        title="custom",
        source="",
        statement="",
        formula="",
        inputs=tuple(Input(name) for name in names or ("x",)),
        out=Output("z"),
        gradients=tuple(f"d{name}" for name in names or ("x",)),
        forward=forward,  # type: ignore[arg-type]
        misconceptions=(wrong,),
        hints=(),
        name="custom",
        number=99,
    )


def drawn(forward: object, **inputs: object) -> Graph:
    values = {name: np.array(each, dtype=np.float64) for name, each in inputs.items()}
    dout = np.ones(np.broadcast_shapes(*(each.shape for each in values.values())))
    graph = trace(custom(forward, *values), Case("custom", "random", values, dout))
    assert graph
    return graph


def test_an_operation_that_no_rule_knows_is_drawn_with_its_values_and_without_arithmetic() -> None:
    graph = drawn(lambda x, y: (x.erf() * y).cumsum(dim=0), x=[0.5, -1.0], y=[2.0, 3.0])
    nodes = {node.id: node for node in graph.nodes}
    assert [node.label for node in graph.nodes] == ["x", "erf", "y", "·", "cumsum"]
    assert array(nodes["x"].gradient) == pytest.approx(2 / np.sqrt(np.pi) * np.exp([-0.25, -1]) * [4, 3])
    steps = {step.node: step for step in graph.steps if step.phase == "backward"}
    assert steps["x"].formula == "dx = d(erf(x)) · ∂erf/∂x"
    assert steps["x"].numbers == ""
    assert steps["y"].numbers


def test_a_known_operation_with_options_that_its_rule_lacks_is_drawn_without_arithmetic() -> None:
    graph = drawn(lambda x: x.sum(dim=0, dtype=x.dtype).expand(2), x=[1.0, 2.0])
    assert array(graph.nodes[0].gradient) == pytest.approx([2, 2])


def test_what_only_arranges_a_constant_or_repeats_a_value_is_no_node() -> None:
    graph = drawn(lambda x: x.contiguous().clone() * x.new_ones(()), x=[1.0, 2.0])
    assert [node.label for node in graph.nodes] == ["x", "· 1"]


def test_an_input_that_is_used_twice_by_one_operation_has_two_contributions() -> None:
    graph = drawn(lambda x: x * x, x=[3.0])
    assert [(edge.source, edge.target) for edge in graph.edges] == [("x", "z"), ("x", "z")]
    assert [array(each.value).tolist() for each in graph.nodes[0].contributions] == [[3], [3]]


def test_names_that_occur_twice_are_told_apart() -> None:
    def forward(x: object) -> object:
        y = x * 2  # type: ignore[operator]
        y = y * 3
        return y + 1

    graph = drawn(forward, x=[1.0])
    assert [node.id for node in graph.nodes] == ["x", "y", "y_1", "z"]


def test_the_graphs_are_the_same_to_the_byte_each_time() -> None:
    code = (
        "import json; from grader import catalog; from grader.graph.build import graphs;"
        "print(json.dumps([each.to_json() for name in ('two_layer', 'engine', 'train', 'attention')"
        " for each in graphs(catalog.get(name))]))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


def test_a_number_that_json_lacks_is_spelled() -> None:
    assert Shown((3,), (float("nan"), float("inf"), -float("inf"))).numbers
    node = Node("x", "x", "input", "x", "x", Shown((2,), (float("nan"), -float("inf"))))
    graph = Graph("square", "case", "", (node,), (), ())
    assert graph.to_json()["nodes"][0]["value"]["numbers"] == ["nan", "-inf"]


def test_an_array_is_nested_by_its_shape() -> None:
    assert Shown((), (2.0,)).nested == 2
    assert Shown((2, 1, 2), (1.0, 2.0, 3.0, 4.0)).nested == [[[1, 2]], [[3, 4]]]
    assert not Shown((100,), (1.0,)).is_whole
    assert prod(Shown((2, 3), tuple(map(float, range(6)))).shape) == 6


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.0, "0"),
        (-3.0, "−3"),
        (0.1 + 0.2, "0.3"),
        (0.20699, "0.2070"),
        (-0.00278912, "−0.00279"),
        (0.000305995, "0.000306"),
        (1 / 3, "0.3333"),
        (1234.56789, "1234.5679"),
        (1e-5, "0.00001"),
        (3.2e-9, "3.200e−9"),
        (44_440_000.0, "4.444e7"),
        (-1e300, "−1.000e300"),
        (float("nan"), "nan"),
        (-float("inf"), "−∞"),
    ],
)
def test_a_number_is_exact_to_four_decimals_or_three_digits(number: float, written: str) -> None:
    from grader.text.numbers import figure

    assert figure(number) == written


@pytest.mark.parametrize(
    ("a", "b", "written"),
    [
        (1.0, 1 - 2.0**-45, "1 − 0.99999999999997158"),
        (0.12345, 0.12346, "0.12345 − 0.12346"),
        (-0.12345, -0.12346, "−0.12345 − (−0.12346)"),
        (12_345_678.0, 12_345_690.0, "12345678 − 12345690"),
        (0.5, 0.25, "0.5 − 0.25"),
        (0.1 + 0.2, 0.1 + 0.2, "0.3 − 0.3"),
        (float("inf"), float("inf"), "∞ − ∞"),
        (1.0, [0.5, 1 - 2.0**-45], "1 − [0.5, 0.99999999999997158]"),
        ([0.5, 1.0], [0.5, 1 - 2.0**-45], "[0.5, 1] − [0.5, 0.99999999999997158]"),
    ],
)
def test_numbers_that_differ_do_not_look_the_same_where_one_is_taken_from_the_other(
    a: object, b: object, written: str
) -> None:
    with np.errstate(invalid="ignore"):
        term = leaf("a", np.asarray(a)) - leaf("b", np.asarray(b))
    assert term.symbols == "a − b"
    assert term.numbers == written


@pytest.mark.parametrize(
    ("a", "b", "written"),
    [
        (1.0, 2.0**-45 - 1, "1 − 0.99999999999997158"),
        (-1.0, 1 - 2.0**-45, "−1 + 0.99999999999997158"),
        ([-1.0, 1.0], [1 - 2.0**-45, 1.0], "[−1, 1] + [0.99999999999997158, 1]"),
        (0.5, 0.5, "0.5 + 0.5"),
        (1.0, -1.0, "1 − 1"),
    ],
)
def test_numbers_whose_sum_is_not_nothing_do_not_look_as_if_it_were(a: object, b: object, written: str) -> None:
    assert (leaf("a", np.asarray(a)) + leaf("b", np.asarray(b))).numbers == written


def test_what_is_no_number_is_written_without_a_warning_however_much_was_written_before() -> None:
    """From Python 3.11 on, what is often compared is compared otherwise, and a nan raises the processor's flag."""

    def written(a: list[float], b: list[float]) -> str:
        return (leaf("a", np.asarray(a)) + leaf("b", np.asarray(b))).numbers

    for _ in range(100):
        assert written([0.5, 2.0], [1.0, 2.0]) == "[0.5, 2] + [1, 2]"
    assert written([0.0, 1.0], [float("nan"), 1.78]) == "[0, 1] + [nan, 1.78]"


def test_of_a_fan_out_it_is_told_which_contributions_make_up_a_wrong_gradient() -> None:
    parts = tuple(Contribution(name, Shown((), (value,))) for name, value in (("p", 3.0), ("q", 3.0), ("r", 1.0)))
    node = Node("a", "a", "input", "a", "a", Shown((), (2.0,)), contributions=parts)
    for mine, share in ((1.0, ("r",)), (6.0, ("p", "q")), (3.0, ()), (4.0, ()), (7.5, ())):
        assert share_of(replace(node, mine=Shown((), (mine,)), state="wrong")) == share
    assert share_of(replace(node, mine=Shown((), (1.0,)), state="right")) == ()
