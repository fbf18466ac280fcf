"""Softmax with mean cross-entropy, on logits (beyond the notes)."""

import numpy as np


def softmax_cross_entropy_forward(logits, labels):
    """L = the mean over the samples of −log p of the true class, where p is the softmax of each row of logits.

    logits: shape (N, C). labels: shape (N,), whole numbers from 0 to C − 1.
    """
    # A shift leaves the softmax as it is, and keeps exp from overflowing.
    shifted = logits - logits.max(axis=1, keepdims=True)
    exp = np.exp(shifted)
    total = exp.sum(axis=1, keepdims=True)
    log_p = shifted - np.log(total)
    L = -log_p[np.arange(len(labels)), labels].mean()
    cache = (exp / total, labels)
    return L, cache


def softmax_cross_entropy_backward(dout, cache):
    """The gradient of the loss with respect to the logits.

    dout: upstream gradient of L, a number.
    Returns dlogits, shape (N, C).
    """
    p, labels = cache
    N = len(labels)
    dlogits = p.copy()
    dlogits[np.arange(N), labels] -= 1
    return dout * dlogits / N
