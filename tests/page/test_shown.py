"""The graph that is said to fail is that of the case which the verdict shows."""

from __future__ import annotations

from grader.graph.records import Array
from grader.judge import judge
from grader.report.page.data import ELSEWHERE, NONE_BACK, Shown, graph_data
from grader.reporting import shown
from grader.results import Finding
from grader.sandbox.worker import Sandbox
from tests.conftest import bench
from tests.judge.written import edited


def judged(sandbox: Sandbox, name: str, old: str, new: str) -> tuple[Finding, list[Shown]]:
    """What is told first of a solution with one passage replaced, and the graphs of it."""
    here = bench(name)
    run = sandbox.run(here.job(edited(name, old, new).encode()))
    result = judge(here, name, run)
    return result.findings[0], list(shown(here, run, result))


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
