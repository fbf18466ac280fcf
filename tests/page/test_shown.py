"""The graph that is said to fail is that of the case which the verdict shows."""

from __future__ import annotations

from grader.judge import judge
from grader.report.page.data import Shown
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


def test_a_wrong_forward_shows_its_case(sandbox: Sandbox) -> None:
    finding, graphs = judged(sandbox, "relu", "z = np.maximum(x, 0)", "z = np.abs(x)")
    assert finding.case is not None
    assert [each.failing for each in graphs].count(True) == 1
