"""The capstones judge answers in any style, name mistakes in real code, and draw the curve."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from grader import catalog
from grader.catalog.capstones.ex63_train import training_run
from grader.catalog.digits import digits
from grader.cli import main
from grader.judging.judgement import judgement
from grader.results import ExerciseResult
from grader.sandbox.host.worker import Sandbox
from tests import submissions
from tests.conftest import ROOT, bench

IN_PLACE = """
import numpy as np

def numerical_gradient(f, x, h=1e-5):
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        index = it.multi_index
        before = x[index]
        x[index] = before + h
        above = f(x)
        x[index] = before - h
        below = f(x)
        x[index] = before
        grad[index] = (above - below) / (2 * h)
        it.iternext()
    return grad

def gradient_check(f, x, gradient, h=1e-5, tolerance=1e-6):
    if gradient.shape != x.shape:
        return False
    n = numerical_gradient(f, x, h)
    return np.linalg.norm(gradient - n) <= tolerance * (np.linalg.norm(gradient) + np.linalg.norm(n))
"""

WITH_ALLCLOSE = """
import numpy as np

def numerical_gradient(f, x, h=1e-5):
    steps = h * np.eye(x.size).reshape(-1, *x.shape)
    return np.array([(f(x + step) - f(x - step)) / 2 / h for step in steps]).reshape(x.shape)

def gradient_check(f, x, gradient, h=1e-5, tolerance=1e-6):
    n = numerical_gradient(f, x, h)
    return gradient.shape == x.shape and np.allclose(gradient, n, rtol=tolerance, atol=tolerance)
"""

CLOSURES = """
import math

class Value:
    def __init__(self, data, children=()):
        self.data, self.grad, self.flow = float(data), 0, 0
        self.children, self.push = children, lambda: None

    def made(self, data, *children_and_slopes):
        out = Value(data, [child for child, _ in children_and_slopes])
        def push():
            for child, slope in children_and_slopes:
                child.flow += slope * out.flow
        out.push = push
        return out

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1), (other, 1))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, n):
        return self.made(self.data ** n, (self, n * self.data ** (n - 1)))

    def relu(self):
        return self.made(self.data if self.data > 0 else 0, (self, self.data > 0))

    def exp(self):
        return self.made(math.exp(self.data), (self, math.exp(self.data)))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    __radd__ = __add__
    __rmul__ = __mul__
    def __neg__(self): return self * -1
    def __sub__(self, other): return self + (-other)
    def __rsub__(self, other): return -self + other
    def __truediv__(self, other): return self * other ** -1
    def __rtruediv__(self, other): return self ** -1 * other

    def backward(self):
        done, order = set(), []
        def visit(node):
            if node not in done:
                done.add(node)
                for child in node.children:
                    visit(child)
                order.append(node)
        visit(self)
        for node in order:
            node.flow = 0
        self.flow = 1
        for node in reversed(order):
            node.push()
            node.grad += node.flow
"""

WITH_EINSUM = """
import numpy as np

def loss_and_gradients(parameters, X, labels):
    p = parameters
    hidden = np.clip(np.einsum("nx,xh->nh", X, p["W1"]) + p["b1"], 0, None)
    scores = np.einsum("nh,hc->nc", hidden, p["W2"]) + p["b2"]
    scores = scores - np.max(scores, axis=-1)[:, None]
    P = np.exp(scores)
    P /= P.sum(axis=-1)[:, None]
    wanted = np.zeros_like(P)
    wanted[np.arange(len(X)), labels] = 1
    G = (P - wanted) / len(X)
    H = np.einsum("nc,hc->nh", G, p["W2"])
    H[hidden == 0] = 0
    log_P = scores - np.log(np.exp(scores).sum(axis=-1))[:, None]
    return -np.sum(wanted * log_P) / len(X), {
        "b2": np.einsum("nc->c", G), "W2": np.einsum("nh,nc->hc", hidden, G),
        "b1": np.einsum("nh->h", H), "W1": np.einsum("nx,nh->xh", X, H),
    }

def train(parameters, X, labels, batches, lr):
    mine = {key: value.copy() for key, value in parameters.items()}
    losses = np.empty(len(batches))
    for k, rows in enumerate(batches):
        losses[k], slopes = loss_and_gradients(mine, X[rows], labels[rows])
        for key in mine:
            mine[key] -= lr * slopes[key]
    return losses, mine
"""

BREADTH_FIRST = """order = [self]
        for value in order:
            order += [each for each in dict.fromkeys(value.operands) if each not in order]
        return order"""

PREORDER = """order = []
        def visit(value):
            if value not in order:
                order.append(value)
                for operand in value.operands:
                    visit(operand)
        visit(self)
        return order"""


def verdict(name: str, source: str | bytes, sandbox: Sandbox) -> ExerciseResult:
    here = bench(name)
    return judgement(here, name, sandbox.run(here.job(source if isinstance(source, bytes) else source.encode()))).result


def changed(name: str, old: str, new: str) -> str:
    """The worked solution with one thing changed."""
    source = submissions.solution(catalog.get(name)).decode()
    assert old in source
    return source.replace(old, new, 1)


@pytest.mark.parametrize(
    ("name", "source"),
    [("gradient_check", IN_PLACE), ("gradient_check", WITH_ALLCLOSE), ("engine", CLOSURES), ("train", WITH_EINSUM)],
    ids=["in-place", "allclose", "closures", "einsum"],
)
def test_a_right_answer_in_another_style_earns_every_point(name: str, source: str, sandbox: Sandbox) -> None:
    result = verdict(name, source, sandbox)
    assert result.findings == ()
    assert result.points == result.max_points


@pytest.mark.parametrize(
    ("name", "old", "new", "diagnosis"),
    [
        ("gradient_check", "(f(up) - f(down)) / (2 * h)", "(f(up) - f(x)) / h", "one-sided-difference"),
        ("gradient_check", "(f(up) - f(down)) / (2 * h)", "(f(up) - f(down)) / h", "width-forgotten"),
        ("gradient_check", "if np.shape", "return True\n    if np.shape", "accepts-everything"),
        ("gradient_check", "return bool(np.all(", "return False and bool(np.all(", "rejects-everything"),
        ("gradient_check", "np.shape(gradient) != x.shape", "False", "shape-not-checked"),
        ("gradient_check", "np.abs(gradient - numerical) <=", "gradient - numerical <=", "too-small-is-fine"),
        ("gradient_check", "return bool(np.all(", "return bool(np.any(", "one-element-is-enough"),
        ("gradient_check", "tolerance * largest", "tolerance", "absolute-error"),
        ("engine", "return dout * b, dout * a", "return dout * a, dout * b", "factors-not-swapped"),
        ("engine", "dout * n * a ** (n - 1)", "dout * n * a**n", "exponent-not-lowered"),
        ("engine", "upstream.get(operand, 0.0) + gradient", "gradient", "overwritten"),
        ("engine", "uses = {self: 0}", f"{BREADTH_FIRST}; uses = {{self: 0}}", "breadth-first"),
        ("engine", "uses = {self: 0}", f"{PREORDER}; uses = {{self: 0}}", "visited-once"),
        ("engine", "value.grad += dout", "value.grad += 0 if value.operands else dout", "leaves-only"),
        ("engine", "value.local_backward(dout,", "value.local_backward(1.0,", "upstream-ignored"),
        ("train", "- lr * gradients[name]", "+ lr * gradients[name]", "uphill"),
        ("train", "dlogits /= len(labels)", "", "batch-not-averaged"),
        ("train", "for batch in batches:", "for batch in [batches[0]] * len(batches):", "first-batch-only"),
        ("train", "- lr * gradients[name]", "- gradients[name]", "learning-rate-missing"),
    ],
)
def test_a_mistake_in_real_code_is_named(name: str, old: str, new: str, diagnosis: str, sandbox: Sandbox) -> None:
    result = verdict(name, changed(name, old, new), sandbox)
    assert result.status == "failed"
    assert (result.diagnosis.id if result.diagnosis else "") == diagnosis


@pytest.mark.parametrize("answer", ["True", "False"])
def test_a_check_that_always_says_the_same_earns_nothing_for_it(answer: str, sandbox: Sandbox) -> None:
    result = verdict("gradient_check", changed("gradient_check", "if np.shape", f"return {answer}\n    if"), sandbox)
    assert not any(check.points for check in result.checks if check.name.startswith("accepted"))
    assert all(check.status == "passed" for check in result.checks if check.name.startswith("numerical"))


@pytest.mark.parametrize("name", ["gradient_check", "train"])
def test_what_is_written_earns_its_points_while_the_other_is_not(name: str, sandbox: Sandbox) -> None:
    asked = catalog.get(name).asks[1]
    source = (
        f"{submissions.solution(catalog.get(name)).decode()}\n\ndef {asked}(*arguments):\n    raise NotImplementedError"
    )
    result = verdict(name, source, sandbox)
    assert result.findings[0].headline == f"{asked} is not written yet"
    assert 0 < result.points < result.max_points


def test_rules_that_are_written_earn_their_points_one_by_one(sandbox: Sandbox) -> None:
    result = verdict("engine", changed("engine", "return (dout / a,)", "raise NotImplementedError"), sandbox)
    assert 0 < result.points < result.max_points


def test_x_that_stays_nudged_is_noticed(sandbox: Sandbox) -> None:
    source = IN_PLACE.replace("        x[index] = before\n", "")
    ids = [each.diagnosis.id for each in verdict("gradient_check", source, sandbox).findings if each.diagnosis]
    assert ids == ["nudge-left-in-place", "changed-in-place"]


def test_parameters_changed_in_place_are_noticed(sandbox: Sandbox) -> None:
    source = WITH_EINSUM.replace("value.copy()", "value")
    result = verdict("train", source, sandbox)
    assert result.diagnosis is not None
    assert result.diagnosis.id == "changed-in-place"


def test_the_test_accuracy_is_among_the_notes(sandbox: Sandbox) -> None:
    (note,) = verdict("train", submissions.solution(catalog.get("train")), sandbox).notes
    assert note == "your network reads 87.2 % of 500 new digits rightly, PyTorch's 87.2 %"


def test_the_reference_follows_sgd_to_the_last_bit() -> None:
    case = training_run()
    leaves = {name: torch.tensor(each, requires_grad=True) for name, each in case["parameters"].items()}
    optimizer = torch.optim.SGD(leaves.values(), lr=case["lr"])
    losses = []
    for batch in case["batches"]:
        hidden = (torch.tensor(case["X"][batch]) @ leaves["W1"] + leaves["b1"]).relu()
        logits = hidden @ leaves["W2"] + leaves["b2"]
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor(case["labels"][batch]))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    said = bench("train").references[1].gradients
    assert np.array_equal(said["losses"], losses)
    assert all(np.array_equal(said["parameters"][name], leaf.detach().numpy()) for name, leaf in leaves.items())


def test_the_digits_are_small_and_all_there() -> None:
    X, labels = digits()
    assert X.shape == (1797, 64)
    assert (X.min(), X.max()) == (0, 1)
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (ROOT / "grader/catalog/digits/digits.npz").stat().st_size < 100_000


def test_the_curve_is_drawn(tmp_path: Path) -> None:
    file = tmp_path / "curve.png"
    result = CliRunner().invoke(main, ["curve", "--submission", str(ROOT / "solutions"), str(file)])
    assert result.exit_code == 0
    assert "87.2 %" in result.output
    assert file.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (submissions.stub(catalog.get("train")).decode(), "no losses to draw: not started"),
        ("def train(*arguments):\n    return 1 / 0\n", "no losses to draw: there is no function loss_and_gradients"),
        ("", "ex63_train.py is empty"),
    ],
)
def test_a_curve_that_can_not_be_drawn_says_why(source: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "ex63_train.py").write_text(source, encoding="utf-8")
    result = CliRunner().invoke(main, ["curve", "--submission", str(tmp_path), str(tmp_path / "curve.png")])
    assert result.exit_code == 1
    assert said in result.output


def test_without_matplotlib_the_curve_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    arguments = ["curve", "--submission", str(ROOT / "solutions"), str(tmp_path / "curve.png")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert "pip install 'handgrad[plot]'" in result.output
