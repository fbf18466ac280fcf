"""The graph that is said to fail is that of the case which the verdict shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.cases import Case
from grader.graph.build import BEFORE, MOST_NUMBERS, trace
from grader.graph.diagram import Array, Exhibit, Graph
from grader.graph.exhibits import TracedBench, exhibits, failing_graph, traced_graphs
from grader.judging.judgement import judgement
from grader.report.drawing import draw
from grader.report.labels import labels
from grader.report.notebook_graph import graph_html
from grader.report.page.contents import ELSEWHERE, NONE_BACK, graph_data
from grader.results import Finding
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.plain import plain
from grader.sandbox.wire.records import Ending, Reply, Run
from grader.text.language import speaking
from tests.conftest import bench
from tests.judge.written import backward, edited
from tests.page.pages import numbers
from tests.submissions import judged as judged_alone


def judged(sandbox: Sandbox, name: str, old: str, new: str) -> tuple[Finding, list[Exhibit]]:
    """What is told first of a solution with one passage replaced, and the graphs of it."""
    here = bench(name)
    run = sandbox.run(here.job(edited(name, old, new).encode()))
    found = judgement(here, name, run)
    return found.result.findings[0], list(exhibits(here, found))


def test_cases_that_read_alike_are_not_taken_for_each_other(sandbox: Sandbox) -> None:
    finding, graphs = judged(
        sandbox, "batchnorm", "return dx, dgamma, dbeta", "return dx, dgamma, np.clip(dbeta, -12, 12)"
    )
    assert finding.fact.startswith("dbeta[0] = -12, ")
    (failing,) = (each for each in graphs if each.failing)
    assert failing.graph.first_wrong == "beta"


def test_of_examples_with_one_name_only_the_failing_one_is_said_to_fail(sandbox: Sandbox) -> None:
    _, graphs = judged(sandbox, "softmax_cross_entropy", "return dout * dlogits / N", "return dout * dlogits")
    titles = [each.title for each in graphs]
    assert len(set(titles)) == len(titles)
    assert [each.failing for each in graphs] == ["where yours fails" in title for title in titles]
    assert sum(each.failing for each in graphs) == 1


def test_backward_called_twice_is_drawn_with_what_both_calls_leave(sandbox: Sandbox) -> None:
    old = "upstream = {self: 1.0}"
    finding, graphs = judged(
        sandbox, "engine", old, f"for each in self.topological_order(): each.grad = 0.0\n        {old}"
    )
    assert finding.fact == "grad['c'] = 1, PyTorch says 2"
    (graph,) = (each.graph for each in graphs if each.failing)
    node = next(each for each in graph.nodes if each.id == graph.first_wrong)
    assert node.name == "c"
    assert node.gradient == Array((), (2.0,))
    assert node.mine == Array((), (1.0,))


def test_a_graph_without_what_fails_says_so(sandbox: Sandbox) -> None:
    finding, graphs = judged(sandbox, "engine", "return (dout if a > 0 else 0.0,)", "return (max(dout, 0.0),)")
    assert finding.fact.startswith("operation[")
    (failing,) = (each for each in graphs if each.failing)
    assert not failing.graph.first_wrong
    assert ELSEWHERE in graph_data(failing)["notes"]
    assert all(ELSEWHERE not in graph_data(each)["notes"] for each in graphs if not each.failing)


def test_a_gradient_that_is_no_number_is_not_said_to_be_missing(sandbox: Sandbox) -> None:
    _, graphs = judged(sandbox, "multiply", "return da, db", 'return "da", db')
    (failing,) = (each for each in graphs if each.failing)
    assert {each.name: each.state for each in failing.graph.nodes if each.state} == {"a": "unusable", "b": "right"}


def test_a_graph_without_any_gradient_of_a_submission_says_so(sandbox: Sandbox) -> None:
    _, graphs = judged(sandbox, "relu", "return dout * (x > 0)", 'return "dx"')
    (failing,) = (each for each in graphs if each.failing)
    assert graph_data(failing)["notes"] == [NONE_BACK]


def test_a_wrong_forward_shows_its_case(sandbox: Sandbox) -> None:
    finding, graphs = judged(sandbox, "relu", "z = np.maximum(x, 0)", "z = np.abs(x)")
    assert finding.case is not None
    assert [each.failing for each in graphs].count(True) == 1


CENTRAL = """
x, h = np.log(cache / (1 - cache)), 1e-5
f = lambda v: 1 / (1 + np.exp(-v))
return dout * (f(x + h) - f(x - h)) / (2 * h)
"""


def drawn(graph: Graph) -> str:
    """The text of a drawing."""
    return "".join(draw(graph).itertext()).replace("\u00a0", " ")


def test_a_gradient_that_is_right_to_a_few_digits_only_is_the_first_wrong_one(sandbox: Sandbox) -> None:
    here = bench("sigmoid")
    run = sandbox.run(here.job(backward("sigmoid", CENTRAL).encode()))
    found = judgement(here, "sigmoid", run)
    assert found.result.findings[0].headline == "ds is right to a few digits only"
    graphs = list(exhibits(here, found))
    assert len(graphs) > 1
    for each in graphs:
        data = graph_data(each)
        assert each.graph.first_wrong == "s"
        assert [node["state"] for node in data["nodes"] if "state" in node] == ["coarse"]
        assert data["notes"] == []
        assert "✓" not in drawn(each.graph)
    notebook = graph_html(failing_graph(here, found))
    assert "The first wrong gradient is ds." in notebook
    assert notebook.count('class="hg-flag"') == 1
    without = TracedBench(here.exercise, here.seed, graphs=traced_graphs(here)).of(here.sheet)
    assert graph_html(failing_graph(without, found)) == notebook
    with speaking("de"):
        assert ">zuerst falsch<" in graph_html(failing_graph(without, found))


def test_what_follows_from_zeros_and_earns_nothing_is_not_shown_as_what_follows_rightly() -> None:
    here = bench("relu_network")
    replies = [
        Reply(
            {"out": plain(reference.out), "gradients": {name: each * 0 for name, each in reference.gradients.items()}}
        )
        for reference in here.references
    ]
    found = judgement(here, "relu_network", Run(tuple(replies), Ending("finished")))
    earned = {check.name: check.points for check in found.result.checks}
    assert earned["dz2 random"] == 0
    (failing,) = (each for each in exhibits(here, found) if each.failing)
    states = {node["name"]: node["state"] for node in graph_data(failing)["nodes"] if "state" in node}
    assert states["a2"] == "wrong"
    assert states["z2"] == "empty"
    assert "follows" not in states.values()
    assert "✗ yours (says nothing)" in drawn(failing.graph)


def test_what_is_nearly_right_is_shown_in_as_many_digits_as_tell_it_apart(sandbox: Sandbox) -> None:
    finding, graphs = judged(sandbox, "affine", "return dX, dW, db", "return dX + 1e-6 * np.abs(dX), dW, db")
    assert finding.headline == "dX is wrong"
    (failing,) = (each for each in graphs if each.failing)
    (node,) = (each for each in failing.graph.nodes if each.state == "wrong")
    around = labels(node, "dX")
    assert around.gradient[-1].startswith("[0, 0]: ")
    assert around.mine[-1].startswith("[0, 0]: ")
    assert around.gradient[-1] != around.mine[-1]
    (found,) = (each for each in graph_data(failing)["nodes"] if each.get("state") == "wrong")
    assert found["alike"], "the step line needs PyTorch's once more"
    assert np.all(numbers(found["gradient"]) != numbers("".join(found["mine"])))


def test_what_a_first_step_downhill_says_of_the_gradients_is_shown(sandbox: Sandbox) -> None:
    finding, graphs = judged(sandbox, "two_updates", "dv = 2 * (p - y) * -1 /", "dv = 2 * (p - y) * +1 /")
    (failing,) = (each for each in graphs if each.failing)
    assert finding.fact.startswith(f"steps[0]['{failing.graph.first_wrong}'] = ")
    nodes = {node.id: node for node in failing.graph.nodes if node.mine}
    assert set(nodes) == set("abcd")
    assert {node.state for node in nodes.values()} == {"wrong"}
    d = nodes["d"]
    assert d.mine
    assert d.gradient
    assert d.mine.numbers[0] == pytest.approx(-d.gradient.numbers[0])
    assert any("(old − new)/lr" in each for each in failing.graph.notes)


def test_a_rate_of_0_says_nothing_of_the_gradients() -> None:
    here = bench("two_updates")
    case = replace(here.cases[0], inputs={**here.cases[0].inputs, "lr": 0.0})
    steps = [dict(case.inputs["parameters"]) for _ in case.inputs["xs"]]
    assert judged_alone(here, case, {"steps": plain(steps)}).answers(0) == {}


def test_a_numerical_gradient_is_not_said_to_be_a_backward_pass(sandbox: Sandbox) -> None:
    _, graphs = judged(sandbox, "gradient_check", "(2 * h)", "h")
    for each in graphs:
        (note, *_) = graph_data(each)["notes"]
        assert "numerical_gradient" in note
        assert "backward pass" not in note


def test_of_a_large_array_what_is_shown_is_around_the_first_wrong_element(sandbox: Sandbox) -> None:
    here = bench("relu")
    case = Case("large", "random", {"x": np.arange(1.0, 201.0)}, np.ones(200), number=0)
    got = np.ones(200)
    got[101] = 7
    found = judged_alone(here, case, {"dx": plain(got)})
    graph = trace(here.exercise, case, found.answers(0))
    assert graph
    (step,) = (each for each in graph.steps if each.phase == "backward" and each.node == "x")
    assert (step.place, found.result.findings[0].fact.partition(" ")[0]) == ("[101]", "dx[101]")
    (node,) = (each for each in graph_data(Exhibit(graph, "", True))["nodes"] if each["id"] == "x")
    for shown, there in ((node["gradient"], "1"), ("".join(node["mine"]), "7")):
        numbers = shown.partition(" (")[0].strip("…, ").split(", ")
        assert numbers[BEFORE] == there
        assert shown.endswith(f"(numbers {101 - BEFORE + 1} to {101 - BEFORE + MOST_NUMBERS} of 200)")
    around = labels(next(each for each in graph.nodes if each.id == "x"), "dx")
    assert (around.gradient[-1], around.mine[-1]) == ("[101]: 1", "[101]: 7")


def test_a_grad_that_is_no_number_is_the_first_wrong_one(sandbox: Sandbox) -> None:
    for odd in ("None", '"much"'):
        new = f"value.grad = (value.grad + dout) if value is not self else {odd}"
        finding, graphs = judged(sandbox, "engine", "value.grad += dout", new)
        assert finding.headline.startswith("grad['")
        (failing,) = (each for each in graphs if each.failing)
        assert f"grad['{failing.graph.first_wrong}']" in finding.headline
        (node,) = (each for each in failing.graph.nodes if each.id == failing.graph.first_wrong)
        assert node.state == "unusable"
        assert "✗ yours: no number" in drawn(failing.graph)
        assert graph_data(failing)["notes"] == []
