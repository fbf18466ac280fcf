"""A two-layer ReLU classifier on a mini-batch (004 §10 and beyond the notes)."""

import numpy as np

from grader.exercise import Array, Edge, Example, Exercise, Input, Node, Output, Tensor, class_labels, either, smaller

weight = either(smaller(10), smaller(2))
"""Keeps the softmax off its flat ends."""


def forward(node: Node, X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor, labels: Tensor) -> Tensor:
    Z1 = node("Z1", X @ W1 + b1)
    A1 = node("A1", Z1.relu())
    logits = node("logits", A1 @ W2 + b2)
    return -logits.log_softmax(dim=1).gather(1, labels[:, None]).mean()


def accept(X: Array, W1: Array, b1: Array, W2: Array, b2: Array, labels: Array) -> bool:
    return bool(np.all(np.abs(X @ W1 + b1) > 0.01))


def near_1000(dout: float, X: Array, W1: Array, b1: Array, W2: Array, b2: Array, labels: Array) -> bool:
    """Whether all logits are near 1000 or −1000, and some near each."""
    logits = np.maximum(X @ W1 + b1, 0) @ W2 + b2
    return bool((abs(abs(logits) - 1000) < 20).all() and (logits > 0).any() and (logits < 0).any())


exercise = Exercise(
    title="A two-layer classifier, mini-batch",
    source="004 §10, beyond the notes",
    statement=(
        "A mini-batch through a ReLU layer and an affine layer: Z1 = X·W1 + b1, A1 = max(Z1, 0), logits = A1·W2 + b2. "
        "The loss is the mean over the N samples of the softmax cross-entropy of the logits, "
        "with labels that are class numbers from 0 to C − 1. "
        "Where Z1 is 0, the slope of the ReLU is taken to be 0. "
        "Return the gradient of every node and every input, going from the loss back to X. "
        "As in 004 §10, each row of X is a sample, and W is (in, out)."
    ),
    formula=(
        r"Z_1 = X W_1 + \mathbf{1} b_1^T, \quad A_1 = \max(Z_1, 0), \quad S = A_1 W_2 + \mathbf{1} b_2^T, \quad "
        r"L = -\frac{1}{N} \sum_n \log \frac{e^{S_{n, y_n}}}{\sum_c e^{S_{n, c}}}"
    ),
    inputs=(
        Input("X", "N d_x"),
        Input("W1", "d_x d_h"),
        Input("b1", "d_h"),
        Input("W2", "d_h C", weight),
        Input("b2", "C", weight),
        Input("labels", "N", class_labels("C"), constant=True, integer=True),
    ),
    out=Output("L", ""),
    gradients=("dlogits", "dW2", "db2", "dA1", "dZ1", "dW1", "db1", "dX"),
    network=True,
    forward=forward,
    minimum={"C": 2},
    accept=accept,
    examples=(
        Example(
            "004 §10, with numbers of ours",
            {
                "X": [[1, 2], [3, -1], [-2, 1]],
                "W1": [[1, -1], [2, 1]],
                "b1": [1, -2],
                "W2": [[0.5, -0.5, 0.2], [1, 0.5, -1]],
                "b2": [0, 0.5, -0.5],
                "labels": [2, 0, 1],
            },
        ),
    ),
    edges=(
        Edge(
            "Z1 at 0",
            {
                "X": [[1, 2], [3, -1]],
                "W1": [[1, -1], [2, 1]],
                "b1": [-5, 3],
                "W2": [[0.5, -0.5, 0.2], [1, 0.5, -1]],
                "b2": [0, 0.5, -0.5],
                "labels": [2, 0],
            },
            dout=-6,
            holds=lambda dout, X, W1, b1, *others: bool((X @ W1 + b1 == 0).any()),
            convention=True,
        ),
        Edge(
            "every hidden unit off",
            {
                "X": [[1, 2], [3, 1]],
                "W1": [[-1, -1], [-2, -1]],
                "b1": [-1, -2],
                "W2": [[0.5, -0.5], [1, 0.5]],
                "b2": [0, 0.5],
                "labels": [1, 0],
            },
            dout=-4,
            holds=lambda dout, X, W1, b1, *others: bool((X @ W1 + b1 < 0).all()),
        ),
        Edge(
            "logits near ±1000",
            {
                "X": [[1, 2], [3, -1]],
                "W1": [[1, -1], [2, 1]],
                "b1": [1, -2],
                "W2": [[1, -1, 2], [2, 1, -1]],
                "b2": [1000, -1000, 990],
                "labels": [1, 2],
            },
            dout=3,
            holds=near_1000,
        ),
    ),
    textbook="""
        Z1 = X @ W1 + b1
        A1 = maximum(Z1, 0)
        logits = A1 @ W2 + b2
        P = softmax(logits, axis=1)
        dlogits = dout * (P - one_hot(labels, C)) / N
        dW2 = A1.T @ dlogits
        db2 = dlogits.sum(axis=0)
        dA1 = dlogits @ W2.T
        dZ1 = dA1 * (Z1 > 0)
        dW1 = X.T @ dZ1
        db1 = dZ1.sum(axis=0)
        dX = dZ1 @ W1.T
    """,
    mistakes="""
        mean-forgotten: dlogits = dout * (P - one_hot(labels, C))
            dlogits lacks the factor 1/N: it belongs to a sum over the samples.
            The loss is a mean over N samples, so each of them counts for 1/N of it.
        mean-at-the-weights: dlogits = dout * (P - one_hot(labels, C)); dW2 = A1.T @ dlogits / N;
                db2 = dlogits.sum(axis=0) / N; dW1 = X.T @ dZ1 / N; db1 = dZ1.sum(axis=0) / N
            dlogits lacks the factor 1/N, and only dW2, db2, dW1 and db1 have it.
            The mean belongs to the loss, the forward's last node, so it comes first going back: dlogits has it already.
        averaged-twice: dW2 = A1.T @ dlogits / N; db2 = dlogits.sum(axis=0) / N; dW1 = X.T @ dZ1 / N;
                db1 = dZ1.sum(axis=0) / N
            The factor 1/N is in {names} twice.
            Parameters are shared by all samples, so their gradients add up. Divide once, where the loss takes its mean.
        probabilities-only: dlogits = dout * P / N
            dlogits has the probabilities, but nothing is taken off at the labels.
            Each row is softmax less one-hot: subtract 1 at the true class. A row then sums to 0.
        true-class-only: dlogits = dout * (P - one_hot(labels, C)) * one_hot(labels, C) / N
            dlogits is 0 everywhere but at the true classes.
            The other logits are in the softmax's denominator: raising one takes probability from the true class.
        softmax-over-samples: P = softmax(logits, axis=0)
            The probabilities in dlogits sum to 1 down each column, across the samples.
            Each sample's probabilities sum to 1: the softmax runs along a row, over the classes.
        mask-missing: dZ1 = dA1
            dZ1 is dA1 unchanged, also where Z1 is negative.
            Where Z1 is not positive the unit is off for that sample, and its gradient stops.
        mask-on-the-gradient: dZ1 = dA1 * (dA1 > 0)
            dZ1 is dA1 where that is positive and 0 elsewhere, whatever the sign of Z1.
            The ReLU opens and closes with Z1, its input in the forward pass; a negative gradient goes through an open
                unit.
        open-at-zero: dZ1 = dA1 * (Z1 >= 0)
            dZ1 lets the gradient through where Z1 is exactly 0.
            There the notes and PyTorch both take 0: a unit is on only where Z1 is greater than 0.
        z1-for-a1: dW2 = Z1.T @ dlogits
            dW2 has Z1 as a factor, where A1 belongs.
            W2 is multiplied by what comes out of the ReLU: a unit that is off gives its weights no gradient.
        biases-averaged: db2 = dlogits.mean(axis=0); db1 = dZ1.mean(axis=0)
            The rows are averaged in {names}, where their sum belongs.
            One bias is added to every row, so the rows' gradients add up: sum them.
        biases-not-summed: db2 = dlogits; db1 = dZ1
            There is a row for each sample in {names}, where their sum belongs.
            One bias is added to every row, so it gathers a gradient from each: sum over the samples.
        upstream-ignored: dout = 1.0
            The upstream gradient is missing from dlogits.
            The loss may be one term of a larger one; dout says how much it counts there, and multiplies dlogits.
    """,
    hints=(
        "Four pieces that you know: softmax cross-entropy, an affine layer, a ReLU, an affine layer. Go through them.",
        "At the logits each row is the softmax less 1 at the label, over N, times dout. "
        "From there the shapes leave one way to multiply, and what all samples share is summed.",
        "An affine layer: W gets the transposed input times the gradient, b the gradient summed over the rows, "
        "the input the gradient times W transposed. In between, keep dA1 where Z1 > 0.",
    ),
    points=4,
)
