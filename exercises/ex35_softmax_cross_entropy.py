"""Softmax with cross-entropy (beyond the notes)

Each row of logits holds a sample's scores for C classes; the softmax turns them into probabilities
p. The loss is the mean over the N samples of −log of the probability that p gives to the true
class, labels[n]. Return dlogits, through the softmax and the logarithm at once. Logits may be as
large as ±1000.

A gradient has the shape of its variable, to the axis, and its type.

Example (beyond the notes)
    logits = [[2, 1, 0], [-1, 3, 1]], labels = [0, 2], dout = 1

Example (beyond the notes)
    logits = [[0, 0, 0, 0]], labels = [1], dout = -4

Judge it:  pytest grader::softmax_cross_entropy
Stuck?     grader hint softmax_cross_entropy
"""

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
    raise NotImplementedError("softmax_cross_entropy_backward is yours to write")


# handgrad stub afcad6b23e83
