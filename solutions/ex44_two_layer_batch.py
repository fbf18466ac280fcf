"""A two-layer ReLU classifier on a mini-batch (004 §10 and beyond the notes)."""

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
    X, W1, Z1, A1, W2, P, labels = cache
    one_hot = np.eye(P.shape[1])[labels]
    dlogits = dout * (P - one_hot) / len(labels)
    dW2, db2, dA1 = A1.T @ dlogits, dlogits.sum(axis=0), dlogits @ W2.T
    dZ1 = dA1 * (Z1 > 0)
    dW1, db1, dX = X.T @ dZ1, dZ1.sum(axis=0), dZ1 @ W1.T
    return {
        "dlogits": dlogits,
        "dW2": dW2,
        "db2": db2,
        "dA1": dA1,
        "dZ1": dZ1,
        "dW1": dW1,
        "db1": db1,
        "dX": dX,
    }
