"""A two-layer network of sigmoids with squared error (000, 001)."""

import numpy as np

from grader.exercise import Array, Edge, Example, Exercise, Input, Node, Output, Tensor, either, probability, smaller
from grader.exercise.textbook import sigmoid

weight = either(smaller(10))
"""Keeps the sigmoids off their flat ends."""


def forward(node: Node, x: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor, y: Tensor) -> Tensor:
    z1 = node("z1", W1 @ x + b1)
    a1 = node("a1", z1.sigmoid())
    z2 = node("z2", W2 @ a1 + b2)
    a2 = node("a2", z2.sigmoid())
    return 0.5 * ((a2 - y) ** 2).sum()


def accept(x: Array, W1: Array, b1: Array, W2: Array, b2: Array, y: Array) -> bool:
    z1 = W1 @ x + b1
    z2 = W2 @ sigmoid(z1) + b2
    return bool(np.all(np.abs(z1) < 6) and np.all(np.abs(z2) < 6))


exercise = Exercise(
    title="A two-layer network",
    source="000, 001",
    statement=(
        "One sample through two layers of sigmoids: z1 = W1·x + b1, a1 = σ(z1), z2 = W2·a1 + b2, a2 = σ(z2), "
        "and the squared error L = ½ Σ (a2 − y)². W1 and W2 are (out, in): a row for each unit. "
        "Return the gradient of every node and every input, going from L back to x. "
        "000 writes W·x in §2–3 and Wᵀx in §4.3 and §4.5; its gradients hold for W·x, which is what we use. "
        "001 calls such a network 3-layer; it has two layers of weights."
    ),
    formula=(
        r"z_1 = W_1 x + b_1, \quad a_1 = \sigma(z_1), \quad z_2 = W_2 a_1 + b_2, \quad a_2 = \sigma(z_2), \quad "
        r"L = \tfrac12 \sum_k (a_{2,k} - y_k)^2"
    ),
    inputs=(
        Input("x", "in"),
        Input("W1", "hidden in", weight),
        Input("b1", "hidden", weight),
        Input("W2", "out hidden", weight),
        Input("b2", "out", weight),
        Input("y", "out", probability, constant=True),
    ),
    out=Output("L", ""),
    gradients=("da2", "dz2", "dW2", "db2", "da1", "dz1", "dW1", "db1", "dx"),
    network=True,
    forward=forward,
    accept=accept,
    examples=(
        Example(
            "001 §4",
            {
                "x": [0.5, 0.3],
                "W1": [[0.2, 0.5], [0.3, 0.4]],
                "b1": [0.1, 0.2],
                "W2": [[0.6, 0.7]],
                "b2": [0.1],
                "y": [0.8],
            },
            printed={
                "z1": "0.35 0.47",
                "a1": "0.587 0.615",
                "z2": "0.883",
                "a2": "0.708",
                "L": "0.00423",
                "da2": "-0.092",
                "dz2": "-0.019",
                "dW2": "-0.011 -0.012",
                "db2": "-0.019",
                "da1": "-0.0114 -0.0133",
                "dz1": "-0.00276 -0.00315",
                "dW1": "-0.00138 -0.00083 _ _",
            },
            also={
                "W1[0, 0]·x[0]": ("0.1", 0.2 * 0.5),
                "W1[0, 1]·x[1]": ("0.15", 0.5 * 0.3),
                "W1[1, 0]·x[0]": ("0.15", 0.3 * 0.5),
                "W1[1, 1]·x[1]": ("0.12", 0.4 * 0.3),
                "W2[0, 0]·a1[0]": ("0.352", 0.6 * float(sigmoid(0.35))),
                "W2[0, 1]·a1[1]": ("0.431", 0.7 * float(sigmoid(0.47))),
            },
        ),
    ),
    edges=(
        Edge(
            "x at 0",
            {
                "x": [0, 0, 0],
                "W1": [[0.5, -0.2, 0.1], [0.3, 0.4, -0.5]],
                "b1": [0.1, -0.2],
                "W2": [[0.6, -0.7]],
                "b2": [0.1],
                "y": [0.8],
            },
            dout=-4,
            holds=lambda dout, x, *others: bool((x == 0).all()),
        ),
        Edge(
            "all weights alike",
            {
                "x": [1, -2],
                "W1": [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]],
                "b1": [0, 0, 0],
                "W2": [[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]],
                "b2": [0, 0],
                "y": [0, 1],
            },
            dout=3,
            holds=lambda dout, x, W1, b1, W2, b2, y: bool(np.ptp(W1) == 0 and np.ptp(W2) == 0),
        ),
    ),
    textbook="""
        z1 = W1 @ x + b1
        a1 = sigmoid(z1)
        z2 = W2 @ a1 + b2
        a2 = sigmoid(z2)
        da2 = dout * (a2 - y)
        dz2 = da2 * a2 * (1 - a2)
        dW2 = outer(dz2, a1)
        db2 = dz2
        da1 = W2.T @ dz2
        dz1 = da1 * a1 * (1 - a1)
        dW1 = outer(dz1, x)
        db1 = dz1
        dx = W1.T @ dz1

        z1 = W1 @ x + b1
        a1 = sigmoid(z1)
        z2 = W2 @ a1 + b2
        a2 = sigmoid(z2)
        da2 = dout * (a2 - y)
        dz2 = da2 * sigmoid(z2) * (1 - sigmoid(z2))
        dW2 = dz2[:, None] * a1
        db2 = dz2
        da1 = dz2 @ W2
        dz1 = da1 * sigmoid(z1) * (1 - sigmoid(z1))
        dW1 = dz1[:, None] * x
        db1 = dz1
        dx = dz1 @ W1
    """,
    mistakes="""
        outer-slope-missing: dz2 = da2
            The slope of the sigmoid between z2 and a2 is missing from {names}.
            Between z2 and a2 stands a sigmoid. It cancels against a cross-entropy, but not against a squared error.
        inner-slope-missing: dz1 = da1
            The slope of the sigmoid between z1 and a1 is missing from {names}.
            Between z1 and a1 stands a sigmoid too: multiply by its slope, element by element.
        sigmoid-twice: dz2 = da2 * sigmoid(a2) * (1 - sigmoid(a2)); dz1 = da1 * sigmoid(a1) * (1 - sigmoid(a1))
            In {names} the slope of the sigmoid is the one at its output a, where the one at z belongs.
            a is σ(z) already: the slope at z is a·(1 − a), with no further sigmoid.
        slope-of-pre-activation: dz2 = da2 * z2 * (1 - z2); dz1 = da1 * z1 * (1 - z1)
            In {names} the slope of the sigmoid is z·(1 − z), with its input z in place of its output.
            The slope is σ·(1 − σ), in terms of the output: it is a that belongs there, not z.
        outer-products-reversed: dW2 = outer(a1, dz2); dW1 = outer(x, dz1)
            Rows and columns are swapped in {names}: there is a row for each input of the layer.
            W is (out, in), so its gradient has a row for each output: the error signal goes down, the layer's input
                across.
        weights-reshaped: da1 = W2.reshape(W2.T.shape) @ dz2; dx = W1.reshape(W1.T.shape) @ dz1
            In {names} the weights are those of a reshaped matrix, where the transposed one belongs.
            Reshaping fills the new rows with the old order of the elements; transposing turns columns into rows.
        z1-for-a1: dW2 = outer(dz2, z1)
            dW2 has z1 as a factor, where a1 belongs.
            W2 is multiplied by what comes out of the hidden sigmoid, so that is what its gradient holds.
        factor-two: da2 = dout * 2 * (a2 - y)
            da2 is twice what it should be, as if the loss had no ½.
            The 2 that comes down from the square cancels the ½, and leaves a2 − y.
        error-reversed: da2 = dout * (y - a2)
            da2 has the wrong sign, as y − a2 would have.
            Where a2 is above y, raising it makes the loss larger: the gradient is a2 − y.
        upstream-ignored: dout = 1.0
            The upstream gradient is missing from da2, which is a2 − y alone.
            The note ends at L; here L may feed into something else. Begin with dout times the error.
    """,
    hints=(
        "Go from right to left: the loss, a sigmoid, an affine layer, a sigmoid, an affine layer. You know them all.",
        "A sigmoid multiplies by a·(1 − a), element by element. "
        "An affine layer hands the error signal δ on three ways: to W, to b, and through W to its input.",
        "With δ2 at z2: dW2 is the outer product of δ2 and a1, db2 is δ2, da1 is W2 transposed times δ2. "
        "Then δ1 is da1 times a1·(1 − a1), and the first layer does the same with x.",
    ),
    points=3,
)
