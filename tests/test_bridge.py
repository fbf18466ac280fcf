"""Every finished pair works inside PyTorch as one of its own functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.autograd.gradcheck import GradcheckError

from grader.catalog.digits import digits
from grader.desk.bridge import as_function
from tests.conftest import ROOT

SOLUTIONS = ROOT / "solutions"


def test_a_wrong_backward_fails_gradcheck() -> None:
    def forward(x: Any) -> Any:
        return np.maximum(x, 0), x

    function = as_function("relu", forward, lambda dout, x: dout * (dout > 0))
    with pytest.raises(GradcheckError):
        torch.autograd.gradcheck(function, torch.tensor([-1.0, 2.0], dtype=torch.float64, requires_grad=True))


def test_a_gradient_that_is_not_summed_is_not_quietly_mended() -> None:
    def forward(X: Any, W: Any, b: Any) -> Any:
        return X @ W + b, (X, W)

    def backward(dout: Any, cache: Any) -> Any:
        X, W = cache
        return dout @ W.T, X.T @ dout, dout

    X, W, b = (torch.randn(*shape, requires_grad=True) for shape in ((4, 3), (3, 2), (2,)))
    with pytest.raises(ValueError, match=r"db has the shape \(4, 2\), and b has \(2,\)"):
        as_function("affine", forward, backward)(X, W, b).sum().backward()


def test_what_a_backward_writes_into_its_inputs_stays_there() -> None:
    def forward(x: Any) -> Any:
        return x, x

    def backward(dout: Any, cache: Any) -> Any:
        cache[:] = 0
        dout *= 2
        return dout

    x = torch.tensor([1.0, -2.0], requires_grad=True)
    out = as_function("relu", forward, backward)(x)
    out.backward(upstream := torch.tensor([3.0, 4.0]))
    assert (x.tolist(), out.tolist(), upstream.tolist()) == ([1, -2], [1, -2], [3, 4])


@pytest.mark.parametrize(
    ("name", "message"),
    [("engine", "no forward/backward pair"), ("rleu", "did you mean relu"), ("relu", "needs relu_forward")],
)
def test_what_is_no_pair_is_refused(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        as_function(name)


def test_a_file_without_the_function_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ex21_relu.py").write_text("def relu_forward(x):\n    return x, x\n")
    with pytest.raises(ValueError, match="no function relu_backward"):
        as_function("relu", directory=tmp_path)


def test_the_wrong_number_of_inputs_is_refused() -> None:
    with pytest.raises(TypeError, match="affine takes 3 inputs, X, W, b; got 1"):
        as_function("affine", directory=SOLUTIONS)(torch.ones(2, 2))


def test_a_module_with_a_gate_written_by_hand_learns_to_read_digits() -> None:
    relu = as_function("relu", directory=SOLUTIONS)

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = torch.nn.Linear(64, 32), torch.nn.Linear(32, 10)

        def forward(self, X: torch.Tensor) -> torch.Tensor:
            out: torch.Tensor = self.second(relu(self.first(X)))
            return out

    torch.manual_seed(0)
    X, labels = (torch.tensor(each) for each in digits())
    network = Network()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
    losses = []
    for _ in range(60):
        loss = torch.nn.functional.cross_entropy(network(X.float()), labels)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 4
