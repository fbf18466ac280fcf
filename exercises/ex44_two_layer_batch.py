"""A two-layer classifier, mini-batch (004 §10, beyond the notes)

A mini-batch through a ReLU layer and an affine layer: Z1 = X·W1 + b1, A1 = max(Z1, 0), logits =
A1·W2 + b2. The loss is the mean over the N samples of the softmax cross-entropy of the logits, with
labels that are class numbers from 0 to C − 1. Where Z1 is 0, the slope of the ReLU is taken to be
0. Return the gradient of every node and every input, going from the loss back to X. As in 004 §10,
each row of X is a sample, and W is (in, out).

A gradient has the shape of its variable, to the axis, and its type.

Example (004 §10, with numbers of ours)
    X = [[1, 2], [3, -1], [-2, 1]], W1 = [[1, -1], [2, 1]], b1 = [1, -2], W2 = [[0.5, -0.5, 0.2],
        [1, 0.5, -1]], b2 = [0, 0.5, -0.5], labels = [2, 0, 1], dout = 1

Judge it:  pytest grader::two_layer_batch
Stuck?     grader hint two_layer_batch
"""

import numpy as np


def two_layer_batch_forward(X, W1, b1, W2, b2, labels):
    """Z1 = X·W1 + b1, A1 = max(Z1, 0), logits = A1·W2 + b2, and the mean L of the softmax cross-entropy.

    X: shape (N, d_x). W1: shape (d_x, d_h). b1: shape (d_h,). W2: shape (d_h, C). b2: shape (C,).
    labels: shape (N,), whole numbers from 0 to C − 1. L: a number.
    """
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    logits = A1 @ W2 + b2
    # Subtracting each row's maximum changes no probability, and keeps np.exp from overflowing.
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_P = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    L = -np.mean(log_P[np.arange(len(labels)), labels])
    cache = (X, W1, Z1, A1, W2, np.exp(log_P), labels)
    return L, cache


def two_layer_batch_backward(dout, cache):
    """The gradient of the loss with respect to every node and input.

    dout: upstream gradient of L, a number.
    Returns a dict with the keys dlogits, dW2, db2, dA1, dZ1, dW1, db1, dX, each of the shape of its variable.
    """
    raise NotImplementedError("two_layer_batch_backward is yours to write")


# handgrad stub f40f32c9babe
